import { readFile } from 'node:fs/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { FaultInput } from '../../../../electron/simulators/cloud/faults.ts';
import { answerForms } from '../../../../electron/simulators/cloud/identifiers.ts';
import { jpeg, notice, png, type Reply, startCloud } from './support.ts';

/**
 * The server against the OpenAPI documents, judged by a validator that shares nothing with it: every answer must fit
 * the schema of its status, every accepted request the schema of requests.
 */

type OpenApi = {
  readonly paths: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: object;
};
type Content = { readonly content: Readonly<Record<string, { readonly schema: object }>> };
type Operation = { readonly requestBody: Content; readonly responses: Readonly<Record<string, Content>> };

async function contract(file: string, path: string, requestType: string) {
  const text = await readFile(new URL(`../../../support/openapi/${file}`, import.meta.url), 'utf8');
  const document = parse(text) as OpenApi;
  const ajv = new Ajv({ allErrors: true, formats: { binary: true } }).addVocabulary(['components']);
  const compile = (schema: object): ValidateFunction => ajv.compile({ ...schema, components: document.components });
  const operation = document.paths[path]?.post;
  const request = operation?.requestBody.content[requestType];
  if (operation === undefined || request === undefined) throw new Error(`${file} does not describe ${path}`);
  const answers = new Map<number, ValidateFunction>();
  for (const [status, { content }] of Object.entries(operation.responses)) {
    const json = content['application/json'];
    if (json !== undefined) answers.set(Number(status), compile(json.schema));
  }
  return { request: compile(request.schema), answers };
}

const uploads = await contract('upload-image.yaml', '/device/images/upload', 'multipart/form-data');
const notices = await contract('notify-image.yaml', '/data/agent/images/notify', 'application/json');

const errorEnvelope = new Ajv().compile({
  type: 'object',
  required: ['success', 'error'],
  properties: {
    success: { const: false },
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, details: { type: 'string' } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
});

function fits(validate: ValidateFunction, value: unknown): void {
  expect(validate(value), `${JSON.stringify(value)}: ${JSON.stringify(validate.errors)}`).toBe(true);
}

/** By the document where it knows the status, else by the reference's error envelope. */
function check(answers: ReadonlyMap<number, ValidateFunction>, reply: Reply): void {
  expect(reply.headers['content-type']).toContain('application/json');
  fits(answers.get(reply.status) ?? errorEnvelope, reply.body);
}

const picture = jpeg(64, 48);
const statuses = [400, 401, 403, 404, 413, 429, 500, 502, 503, 504];

test('the documents say what these tests believe they say', () => {
  expect([...uploads.answers.keys()]).toEqual([201, 400, 401, 500]);
  expect([...notices.answers.keys()]).toEqual([201, 400, 500, 503]);
  expect(notices.request({ ...notice, width: 1.5 })).toBe(false);
  expect(notices.request({ ...notice, storage_key: undefined })).toBe(false);
  expect(notices.answers.get(400)?.({ success: false })).toBe(false);
});

describe('upload', () => {
  test.each(answerForms)('answers of form "%s" fit the document', async (answers) => {
    const { upload } = await startCloud({ answers });
    const good: unknown[] = [undefined, {}, { annotations: notice.annotations, filename: 'a.jpg', width: 64 }];
    for (const metadata of good) {
      const reply = await upload(picture, metadata);
      expect(reply.status).toBe(201);
      check(uploads.answers, reply);
      fits(uploads.request, { image: '…', ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }) });
    }
    for (const metadata of ['{', '[]', { width: 1 }, { annotations: [{ x_center: 2 }] }]) {
      const reply = await upload(picture, metadata);
      expect(reply.status).toBe(400);
      check(uploads.answers, reply);
    }
  });

  test('what the document requires is required', async () => {
    const { api, upload } = await startCloud();
    expect(uploads.request({ metadata: '{}' })).toBe(false);
    const type = 'multipart/form-data; boundary=b';
    const body = '--b\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{}\r\n--b--\r\n';
    const reply = await api('/device/images/upload', { body, headers: { 'content-type': type } });
    expect([reply.status, reply.error.details]).toEqual([400, 'image is required']);
    check(uploads.answers, reply);
    check(uploads.answers, await upload(picture, {}, { 'x-device-key': 'adk_00' }));
    expect((await upload(png(3, 3))).status).toBe(201);
  });

  test('refusals and commanded errors fit the document or the envelope', async () => {
    const { simulator, upload } = await startCloud({ onKnownContent: 'refuse', maxImageBytes: 4_000 });
    await upload(picture);
    const conflict = await upload(picture);
    const large = await upload(jpeg(9, 9, 5_000));
    simulator.setDeviceStatus('simulated-device', 'pending');
    const forbidden = await upload(picture);
    expect([conflict.status, large.status, forbidden.status]).toEqual([409, 413, 403]);
    for (const reply of [conflict, large, forbidden]) check(uploads.answers, reply);
    for (const status of statuses) {
      simulator.faults.set([{ kind: 'status', status } satisfies FaultInput]);
      check(uploads.answers, await upload(picture));
    }
  });
});

describe('notify', () => {
  test.each(answerForms)('answers of form "%s" fit the document', async (answers) => {
    const { simulator, notify } = await startCloud({ answers });
    check(notices.answers, await notify(notice));
    check(notices.answers, await notify({}));
    check(notices.answers, await notify(notice, { 'x-device-key': 'adk_00' }));
    for (const status of statuses) {
      simulator.faults.set([{ kind: 'status', status }]);
      check(notices.answers, await notify(notice));
    }
  });

  test('accepts only what the document accepts, and answers everything as it says', async () => {
    const { notify } = await startCloud({ store: 'hash-only' });
    const odd = fc.constantFrom(undefined, null, '', 'text', 0, 1, -1, 0.5, 1.5, 640, [], {}, true);
    const fraction = fc.oneof(
      { weight: 6, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
      { weight: 1, arbitrary: odd },
    );
    const text = fc.oneof({ weight: 12, arbitrary: fc.string({ minLength: 1 }) }, { weight: 1, arbitrary: odd });
    const size = fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: 9_000 }) }, { weight: 1, arbitrary: odd });
    const box = fc.record(
      {
        class_value: text,
        confidence: fraction,
        x_center: fraction,
        y_center: fraction,
        width: fraction,
        height: fraction,
      },
      { requiredKeys: [] },
    );
    const some = fc.record(
      {
        device_id: text,
        filename: text,
        storage_key: text,
        width: size,
        height: size,
        model_id: text,
        model_name: text,
        annotations: fc.oneof({ weight: 6, arbitrary: fc.array(box, { maxLength: 3 }) }, { weight: 1, arbitrary: odd }),
      },
      { requiredKeys: ['device_id', 'filename', 'storage_key', 'width', 'height'] },
    );
    const seen = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(some, async (value) => {
        const json: unknown = JSON.parse(JSON.stringify(value));
        const reply = await notify(json);
        check(notices.answers, reply);
        if (reply.status === 201) fits(notices.request, json);
        else expect(reply.status).toBe(400);
        seen[reply.status === 201 ? 'accepted' : 'refused'] += 1;
      }),
      { numRuns: 300, seed: 42 },
    );
    expect(Math.min(seen.accepted, seen.refused), JSON.stringify(seen)).toBeGreaterThan(30);
  });
});

test('every other answer is enveloped as the reference shows', async () => {
  const { api, upload, address } = await startCloud();
  await upload(picture);
  const success = new Ajv().compile({
    type: 'object',
    required: ['success', 'data'],
    properties: { success: { const: true }, data: {}, meta: { type: 'object' } },
    additionalProperties: false,
  });
  const device_info = { device_id: 'x', name: 'X', ip_address: '', agent_version: '1' };
  const good = [
    await api('/devices/provision', { json: { token: address.provisioningToken, device_info }, key: null }),
    await api('/device/self'),
    await api('/device/checkin', { json: { status: 'healthy' } }),
    await api('/data/images/img-1'),
    await api('/data/batches'),
  ];
  for (const reply of good) fits(success, reply.body);
  const bad = [
    await api('/devices/provision', { json: { token: 'apt_00', device_info }, key: null }),
    await api('/device/self', { key: null }),
    await api('/device/checkin', { json: {} }),
    await api('/data/images/img-9'),
    await api('/data/batches?page=0'),
    await api('/nowhere'),
    await api('/device/self', { json: {} }),
  ];
  expect(bad.map(({ status }) => status)).toEqual([401, 401, 400, 404, 400, 404, 405]);
  for (const reply of bad) fits(errorEnvelope, reply.body);
});
