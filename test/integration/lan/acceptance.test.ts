import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeliveryOutcome } from '../../../electron/gateway/model/delivery.ts';
import { jpeg } from '../../electron/simulators/cloud/support.ts';
import { type CephGateway, cephKey, missingCephPrograms, startCeph } from '../../support/ceph-rgw.ts';
import { contextOf, openWay, type WayWish } from '../../support/deliveries.ts';
import { startServer } from '../../support/gateway-fixture.ts';
import { failureTold } from '../../support/spoken.ts';
import { sha256 } from '../../support/store.ts';

/** LAN mode against a storage that sites really run, looked at with another client than ours. */

const missing = missingCephPrograms();
const title = missing.length === 0 ? 'Ceph’s S3 gateway' : `Ceph’s S3 gateway (skipped: no ${missing.join(', ')} here)`;
const bucket = 'raw-data';

describe.skipIf(missing.length > 0)(title, () => {
  let ceph: CephGateway;
  const other = new AwsClient({ ...cephKey, service: 's3', region: 'us-east-1', retries: 0 });

  beforeAll(async () => {
    ceph = await startCeph();
    const made = await other.fetch(`${ceph.endpoint}/${bucket}`, { method: 'PUT' });
    expect(made.status).toBe(200);
  }, 230_000);
  afterAll(() => ceph?.stop());

  async function openLan(wish: Partial<WayWish> = {}) {
    const server = await startServer();
    const { baseUrl, deviceKey } = server;
    const way = await openWay({
      baseUrl,
      deviceKey,
      endpoint: ceph.endpoint,
      bucket,
      accessKey: cephKey,
      answerTimeoutMilliseconds: 20_000,
      ...wish,
    });
    return { ...way, server };
  }

  const read = async (key: string): Promise<Buffer> => {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const answer = await other.fetch(`${ceph.endpoint}/${bucket}/${path}`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };

  const failureOf = (outcome: DeliveryOutcome) => {
    if (outcome.kind !== 'failed') throw new Error(`not a failure: ${outcome.kind}`);
    return failureTold(outcome.failure);
  };

  test('takes a picture, and the API is told where it lies', async () => {
    const { lan, lease, server } = await openLan({ prefix: 'line-7/' });
    const picture = jpeg(640, 480, 200_000);
    const entry = await lease({ name: 'a.jpg', bytes: picture });
    expect((await lan.deliver(entry, contextOf().context)).kind).toBe('acknowledged');
    const key = `line-7/${entry.imageId}_a.jpg`;
    expect(await read(key)).toEqual(picture);
    expect(await server.images()).toMatchObject([{ storageKey: key, sha256: entry.sha256 }]);
    expect((await lan.probe(new AbortController().signal)).kind).toBe('acknowledged');
  });

  test.each([
    'Prüfung 1+2 (neu).jpg',
    'a"b\'c&d<e>\\f|g.jpg',
    '100%25 #?;=,@:$.jpg',
    '品质検査-😀.jpg',
    '  spaces  .jpg',
    "~!*'()_-^`{}[].jpg",
    'tab\tand\nline.jpg',
    `${'n'.repeat(251)}.jpg`,
    `${'é'.repeat(125)}x.jpg`,
  ])('keeps the name %j', async (name) => {
    const { lan, lease } = await openLan();
    const bytes = jpeg(640, 480, 3_000);
    const entry = await lease({ name, bytes });
    expect((await lan.deliver(entry, contextOf().context)).kind).toBe('acknowledged');
    expect(await read(`${entry.imageId}_${name}`)).toEqual(bytes);
  });

  test('takes 60 MB as a stream', async () => {
    const { lan, lease } = await openLan();
    const large = randomBytes(60_000_000);
    const entry = await lease({ name: 'large.jpg', bytes: large });
    expect((await lan.deliver(entry, contextOf().context)).kind).toBe('acknowledged');
    const stored = await read(`${entry.imageId}_large.jpg`);
    expect(createHash('sha256').update(stored).digest('hex')).toBe(entry.sha256);
  });

  test('has the same object after the same PUT', async () => {
    const { objects, payloads, lease } = await openLan();
    const entry = await lease({ name: 'again.jpg' });
    const path = payloads.pathOf(entry.sha256, entry.format);
    const target = { key: 'again.jpg', contentType: 'image/jpeg', sha256: entry.sha256 };
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const payload = { kind: 'file', path, length: entry.bytes } as const;
      expect(await objects.put(target, payload, contextOf().context)).toEqual({ kind: 'stored' });
    }
    expect(sha256(await read('again.jpg'))).toBe(entry.sha256);
  });

  test('refuses bytes that do not fit their hash: the picture is tried again, and nothing is stored', async () => {
    const { objects, payloads, lease } = await openLan();
    const entry = await lease({ name: 'damaged.jpg', bytes: randomBytes(50_000) });
    const path = payloads.pathOf(entry.sha256, entry.format);
    const bytes = randomBytes(50_000);
    await writeFile(path, bytes);
    const target = { key: 'damaged.jpg', contentType: 'image/jpeg', sha256: entry.sha256 };
    for (const payload of [{ kind: 'file', path, length: 50_000 } as const, { kind: 'bytes', bytes } as const]) {
      const outcome = await objects.put(target, payload, contextOf().context);
      expect(outcome).toMatchObject({
        kind: 'failed',
        failure: { message: { code: 'storage-checksum' }, disposition: 'retry', ambiguous: false },
      });
    }
    expect((await other.fetch(`${ceph.endpoint}/${bucket}/damaged.jpg`)).status).toBe(404);
  });

  test.each([
    ['a wrong secret', { accessKey: { ...cephKey, secretAccessKey: 'no' } }, 'storage-key-refused'],
    ['an unknown key', { accessKey: { ...cephKey, accessKeyId: 'nobody' } }, 'storage-key-refused'],
    ['no such bucket', { bucket: 'no-such-bucket' }, 'storage-no-bucket'],
    ['a clock that is hours off', { now: () => Date.now() - 5 * 3_600_000 }, 'storage-clock'],
  ] as const)('closes the way for %s, by a delivery and by the probe', async (_name, wish, code) => {
    const { lan, lease } = await openLan(wish);
    const { context, stored } = contextOf();
    const expected = { code, disposition: 'pause', pauseReason: 'storage-refused' };
    expect(failureOf(await lan.deliver(await lease(), context))).toMatchObject(expected);
    expect(failureOf(await lan.probe(new AbortController().signal))).toMatchObject(expected);
    expect(stored).toEqual([]);
  });
});
