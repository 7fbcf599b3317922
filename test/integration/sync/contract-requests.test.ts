import { copyFile, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Ajv, type ValidateFunction } from 'ajv';
import busboy from 'busboy';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { provision } from '../../../electron/gateway/cloud/acusight/provisioning.ts';
import type { LeasedEntry } from '../../../electron/gateway/model/outbox-entry.ts';
import type { Annotation } from '../../../shared/annotation.ts';
import { jpeg } from '../../electron/simulators/cloud/support.ts';
import { contextOf, openWay } from '../../support/deliveries.ts';
import { sha256 } from '../../support/store.ts';
import { plainServer } from '../../support/tls-server.ts';

/**
 * Every request the gateway can make to the API, caught on a real server and judged by a validator that shares nothing
 * with the client, against the OpenAPI documents of the API.
 */

type Operation = {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly security?: readonly Readonly<Record<string, unknown>>[];
};
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, { readonly name: string }>> };
};

const documents: readonly Document[] = await Promise.all(
  ['upload-image.yaml', 'notify-image.yaml', 'device-endpoints.yaml'].map(
    async (file) =>
      parse(await readFile(new URL(`../../support/openapi/${file}`, import.meta.url), 'utf8')) as Document,
  ),
);

function validator(schema: object, document: Document): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, formats: { binary: true } }).addVocabulary(['components']);
  return ajv.compile({ ...schema, components: document.components });
}

function fits(validate: ValidateFunction, value: unknown): void {
  expect(validate(value), `${JSON.stringify(value)?.slice(0, 500)}: ${JSON.stringify(validate.errors)}`).toBe(true);
}

type Caught = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** A server that takes everything and remembers it. */
async function catcher() {
  const caught: Caught[] = [];
  const { port } = await plainServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      caught.push({ method, url, headers, body: Buffer.concat(chunks) });
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  return { baseUrl: `http://127.0.0.1:${port}/api`, caught };
}

type Form = {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, { readonly bytes: Buffer; readonly type: string; readonly name: string }>>;
};

function readForm({ headers, body }: Caught): Promise<Form> {
  return new Promise((resolve, reject) => {
    const fields: Record<string, string> = {};
    const files: Record<string, { bytes: Buffer; type: string; name: string }> = {};
    const reader = busboy({ headers, defParamCharset: 'utf8', limits: { fieldSize: 50_000_000 } });
    reader.on('field', (name, value) => {
      fields[name] = value;
    });
    reader.on('file', (name, stream, { mimeType, filename }) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        files[name] = { bytes: Buffer.concat(chunks), type: mimeType, name: filename ?? '' };
      });
    });
    reader.on('error', reject);
    reader.on('close', () => resolve({ fields, files }));
    reader.end(body);
  });
}

/** Finds the operation of a request, checks it as far as the document goes, and returns the body as it was judged. */
async function judge(request: Caught): Promise<unknown> {
  const path = request.url.replace(/^\/api/, '');
  const document = documents.find(({ paths }) => path in paths);
  const operation = document?.paths[path]?.[request.method.toLowerCase()];
  if (document === undefined || operation === undefined) throw new Error(`${request.method} ${path} is in no document`);
  for (const [scheme] of (operation.security ?? []).flatMap((wanted) => Object.entries(wanted))) {
    const { name } = document.components.securitySchemes[scheme] ?? { name: '' };
    expect(request.headers[name.toLowerCase()]).toMatch(/^adk_[0-9a-f]+$/);
  }
  if (operation.security === undefined) expect(request.headers['x-device-key']).toBeUndefined();
  if (operation.requestBody === undefined) {
    expect(request.body).toHaveLength(0);
    return null;
  }
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  const content = operation.requestBody.content[type];
  if (content === undefined) throw new Error(`${path} takes no ${type}`);
  expect(request.headers['content-length']).toBe(String(request.body.length));
  const validate = validator(content.schema, document);
  if (type !== 'multipart/form-data') {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    fits(validate, value);
    return value;
  }
  const { fields, files } = await readForm(request);
  fits(validate, { ...fields, ...Object.fromEntries(Object.keys(files).map((name) => [name, '…'])) });
  expect([...Object.keys(fields), ...Object.keys(files)].sort()).toEqual(['image', 'metadata']);
  return { metadata: JSON.parse(fields['metadata'] ?? '') as unknown, image: files['image'] };
}

/** The notify form without the place of the object: what the upload's metadata holds too. */
const noticeDocument = documents[1] as Document;
const noticeSchema = validator({ $ref: '#/components/schemas/handlers.ImageNotificationRequest' }, noticeDocument);

const box = (facts: Partial<Annotation> = {}): Annotation => ({
  classValue: 'scratch',
  confidence: 0.9,
  xCenter: 0.5,
  yCenter: 0.5,
  width: 0.1,
  height: 0.2,
  ...facts,
});

type Case = readonly [string, Partial<LeasedEntry>];
const cases: readonly Case[] = [
  ['no annotations', {}],
  [
    'annotations and a model',
    { content: content([box(), box({ classValue: 'dent' })], { id: 'm', name: 'M', version: '1' }) },
  ],
  ['annotations without confidence', { content: content([withoutConfidence()]) }],
  ['a model without annotations', { content: content([], { version: '2' }) }],
  [
    'numbers at their ends',
    { content: content([box({ confidence: 1, xCenter: 0, yCenter: 1, width: 5e-324, height: 1 - 2 ** -53 })]) },
  ],
  ['a thousand annotations', { content: content(Array.from({ length: 1_000 }, () => box())) }],
  ['huge dimensions', { width: 2 ** 31 - 1, height: 150_000_000 }],
  ['a moment before the epoch', { capturedAt: -1_234_567 }],
  ['a moment far ahead', { capturedAt: 8_640_000_000_000_000 - 1 }],
  ['a name with quotes and line ends', { filename: 'a"b\\c\r\nd\te.jpg' }],
  ['a name in other scripts', { filename: '品质検査 Prüfung 😀.jpg' }],
  ['a name of 255 bytes', { filename: `${'n'.repeat(251)}.jpg` }],
  ['a name that looks like a form', { filename: 'x"; name="metadata' }],
  ['classes in other scripts', { content: content([box({ classValue: 'Kratzer "tief"\u0000\u2028' })]) }],
  ['a PNG', { format: 'png' }],
];

function content(annotations: readonly Annotation[], model = {}): LeasedEntry['content'] {
  return { annotations, model, sidecar: null, sidecarPath: null, problems: [] };
}

function withoutConfidence(): Annotation {
  const { confidence: _none, ...rest } = box();
  return rest;
}

const small = jpeg(640, 480, 20_000);
const large = jpeg(640, 480, 1_500_000);

async function sent(facts: Partial<LeasedEntry>, bytes = small) {
  const { baseUrl, caught } = await catcher();
  const way = await openWay({ baseUrl, deviceKey: 'adk_0a' });
  const format = facts.format ?? 'jpeg';
  const leased = await way.lease({ bytes }, 'raw/key.jpg');
  if (format === 'png') {
    await copyFile(way.payloads.pathOf(leased.sha256, 'jpeg'), way.payloads.pathOf(leased.sha256, 'png'));
  }
  return { way, caught, entry: { ...leased, ...facts } };
}

/** What must be in a picture's metadata, whatever the mode. */
function expectFacts(metadata: unknown, entry: LeasedEntry): void {
  expect(metadata).toMatchObject({
    device_id: 'line-7',
    filename: entry.filename,
    width: entry.width,
    height: entry.height,
    sha256: entry.sha256,
    source: entry.sourceId,
    client_image_id: entry.imageId,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  const { timestamp } = metadata as { readonly timestamp: string };
  if (entry.capturedAt < Date.UTC(9_999, 0)) expect(Date.parse(timestamp)).toBe(entry.capturedAt);
  const { annotations } = metadata as { readonly annotations: readonly unknown[] };
  expect(annotations).toHaveLength(entry.content.annotations.length);
}

describe('an upload (cloud mode)', () => {
  test.each(cases)('with %s fits the document', async (_name, facts) => {
    const { way, caught, entry } = await sent(facts);
    expect((await way.cloud.deliver(entry, contextOf().context)).kind).toBe('acknowledged');
    expect(caught).toHaveLength(1);
    const [request] = caught as [Caught];
    const { metadata, image } = (await judge(request)) as {
      metadata: Record<string, unknown>;
      image: { bytes: Buffer; type: string };
    };
    fits(noticeSchema, { ...metadata, storage_key: 'raw/key.jpg' });
    expectFacts(metadata, entry);
    expect(sha256(image.bytes)).toBe(entry.sha256);
    expect(image.type).toBe(entry.format === 'png' ? 'image/png' : 'image/jpeg');
    expect(request.headers['idempotency-key']).toBe(entry.imageId);
  });

  test('of a picture that is streamed, and of one that is paced, is the same request', async () => {
    for (const bytes of [small, large]) {
      const { way, caught, entry } = await sent({}, bytes);
      const pace = { limited: true, chunkBytes: 8_000, take: async () => undefined };
      for (const wish of [{}, { pace }])
        expect((await way.cloud.deliver(entry, contextOf(wish).context)).kind).toBe('acknowledged');
      expect(caught).toHaveLength(2);
      for (const request of caught) {
        const { image, metadata } = (await judge(request)) as { image: { bytes: Buffer }; metadata: unknown };
        expect(sha256(image.bytes)).toBe(entry.sha256);
        expectFacts(metadata, entry);
      }
    }
  });
});

describe('a notice (LAN mode)', () => {
  test.each(cases)('with %s fits the document', async (_name, facts) => {
    const { way, caught, entry } = await sent(facts);
    expect((await way.lan.deliver(entry, contextOf().context)).kind).toBe('acknowledged');
    expect(caught).toHaveLength(1);
    const [request] = caught as [Caught];
    const notice = await judge(request);
    expectFacts(notice, entry);
    expect(notice).toMatchObject({ storage_key: 'raw/key.jpg' });
    expect(request.headers['idempotency-key']).toBe(entry.imageId);
  });
});

describe('the requests about the device', () => {
  test('self fits', async () => {
    const { way, caught } = await sent({});
    await way.client.self(new AbortController().signal);
    await judge(caught[0] as Caught);
    expect(caught[0]).toMatchObject({ method: 'GET', url: '/api/device/self' });
  });

  test.each([
    { cpuUsage: 1, memoryUsage: 99.9, diskUsage: 0, temperature: -40.5, uptime: 1e12 },
    { cpuUsage: null, memoryUsage: Number.NaN, diskUsage: undefined, temperature: Number.POSITIVE_INFINITY },
    {},
  ])('a check-in with %j fits', async (metrics) => {
    for (const status of ['healthy', 'degraded', 'error'] as const) {
      const { way, caught } = await sent({});
      const outcome = await way.client.checkin({ status, metrics }, new AbortController().signal);
      expect(outcome).toEqual({ kind: 'accepted', actions: [] });
      expect(await judge(caught[0] as Caught)).toMatchObject({ status });
    }
  });

  test.each([
    { name: 'Line 7', ipAddress: '10.0.0.7' },
    { name: 'Prüfplatz "7" 😀', ipAddress: undefined },
  ])('provisioning of $name fits, without a device key', async ({ name, ipAddress }) => {
    const { baseUrl, caught } = await catcher();
    const { network } = await openWay({ baseUrl });
    const options = { baseUrl, network, answerTimeoutMilliseconds: 1_500, userAgent: 'gateway/1', now: Date.now };
    const facts = {
      token: 'apt_0a',
      deviceId: 'line-7',
      name,
      ipAddress,
      agentVersion: '1.0.0',
      hardware: 'Debian 12',
    };
    const outcome = await provision(options, facts, new AbortController().signal);
    expect(outcome).toMatchObject({ ok: false, message: { code: 'no-key-in-answer' } });
    expect(await judge(caught[0] as Caught)).toMatchObject({ device_info: { device_id: 'line-7', name } });
  });
});

test('the judge refuses what the documents refuse', async () => {
  const good = (await sent({})).entry;
  const base = { method: 'POST', headers: { 'content-type': 'application/json', 'x-device-key': 'adk_0a' } };
  const judged = (url: string, value: unknown, headers = {}) => {
    const body = Buffer.from(JSON.stringify(value));
    const all = { ...base.headers, 'content-length': String(body.length), ...headers };
    return judge({ ...base, url, headers: all, body });
  };
  const notice = { device_id: 'x', filename: good.filename, width: 1, height: 1, storage_key: 'k' };
  await judged('/api/data/agent/images/notify', notice);
  await expect(judged('/api/data/agent/images/notify', { ...notice, width: 1.5 })).rejects.toThrow();
  await expect(judged('/api/data/agent/images/notify', notice, { 'x-device-key': 'other' })).rejects.toThrow();
  await expect(judged('/api/device/checkin', { status: 'fine', metrics: {} })).rejects.toThrow();
  await expect(judged('/api/nowhere', {})).rejects.toThrow('in no document');
});
