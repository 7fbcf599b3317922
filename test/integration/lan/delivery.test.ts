import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { encodeKey, objectKeyOf } from '../../../electron/gateway/cloud/s3/object-key.ts';
import type { DeliveryOutcome, Pace } from '../../../electron/gateway/model/delivery.ts';
import { jpeg } from '../../electron/simulators/cloud/support.ts';
import { contextOf, openWay } from '../../support/deliveries.ts';
import { startServer } from '../../support/gateway-fixture.ts';
import { startObjectStore } from '../../support/object-store.ts';
import { failureTold } from '../../support/spoken.ts';
import { listen } from '../../support/tls-server.ts';

/** LAN mode against a real S3 server and the embedded API. */

async function startLan(wish: { prefix?: string; bucket?: string; accessKey?: null } = {}) {
  const objects = await startObjectStore();
  const server = await startServer();
  const { baseUrl, deviceKey } = server;
  const { endpoint } = objects;
  const way = await openWay({ baseUrl, deviceKey, endpoint, bucket: objects.bucket, ...wish });
  return { ...way, objects, server };
}

const picture = jpeg(640, 480, 20_000);

const failureOf = (outcome: DeliveryOutcome) => {
  if (outcome.kind !== 'failed') throw new Error(`not a failure: ${outcome.kind}`);
  return failureTold(outcome.failure);
};

describe('a picture in LAN mode', () => {
  test('goes to the object storage, is noted durably, and then told to the API under the same key', async () => {
    const { objects, server, lan, lease } = await startLan({ prefix: 'line-7/raw/' });
    const content = { annotations: [box], model: { id: 'm1', version: '3' } };
    const entry = await lease({ name: 'board 1.jpg', bytes: picture, content });
    const order: string[] = [];
    const { context } = contextOf({
      stored: async (key) => {
        order.push(`${(await server.images()).length} told`);
        expect(await objects.keys()).toEqual([key]);
      },
    });
    expect(await lan.deliver(entry, context)).toMatchObject({ kind: 'acknowledged', duplicate: false });
    const key = `line-7/raw/${entry.imageId}_board 1.jpg`;
    expect(order).toEqual(['0 told']);
    expect(await objects.bytesOf(key)).toEqual(picture);
    expect(await server.images()).toMatchObject([
      {
        storageKey: key,
        filename: 'board 1.jpg',
        sha256: entry.sha256,
        clientImageId: entry.imageId,
        idempotencyKey: entry.imageId,
        metadata: {
          device_id: 'line-7',
          width: 640,
          height: 480,
          model_id: 'm1',
          annotations: [{ class_value: 'scratch' }],
        },
      },
    ]);
  });

  test('that is in the object storage already is only told', async () => {
    const { objects, server, lan, lease } = await startLan();
    const entry = await lease({ bytes: picture }, 'earlier/key.jpg');
    const { context, stored } = contextOf();
    expect((await lan.deliver(entry, context)).kind).toBe('acknowledged');
    expect(stored).toEqual([]);
    expect(objects.requests).toEqual([]);
    expect(await server.images()).toMatchObject([{ storageKey: 'earlier/key.jpg' }]);
  });

  test('is told nothing of while its place is not durable', async () => {
    const { server, lan, lease } = await startLan();
    const entry = await lease({ bytes: picture });
    const { context } = contextOf({ stored: () => Promise.reject(new Error('disk full')) });
    await expect(lan.deliver(entry, context)).rejects.toThrow('disk full');
    expect(await server.images()).toEqual([]);
  });

  test('put again after a crash is the same object, and one image', async () => {
    const { objects, server, lan, lease } = await startLan();
    const entry = await lease({ bytes: picture });
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect((await lan.deliver(entry, contextOf().context)).kind).toBe('acknowledged');
    expect(await objects.keys()).toHaveLength(1);
    expect(await server.images()).toHaveLength(1);
  });

  test.each([
    'Prüfung 1+2 (neu).jpg',
    'a"b\'c&d<e>.jpg',
    '100%25 #?;=.jpg',
    '品质検査-😀.jpg',
    ' leading and trailing .jpg',
    "~!*'()_-.jpg",
  ])('keeps its name: %s', async (name) => {
    const { objects, server, lan, lease } = await startLan();
    const entry = await lease({ name, bytes: picture });
    expect((await lan.deliver(entry, contextOf().context)).kind).toBe('acknowledged');
    expect(await objects.keys()).toEqual([`${entry.imageId}_${name}`]);
    expect(await server.images()).toMatchObject([{ storageKey: `${entry.imageId}_${name}`, filename: name }]);
  });

  test('that is large is streamed from its file, and checked against its hash before', async () => {
    const { objects, lan, lease, payloads } = await startLan();
    const large = jpeg(640, 480, 6_000_000);
    const entry = await lease({ bytes: large });
    expect((await lan.deliver(entry, contextOf().context)).kind).toBe('acknowledged');
    const [key = ''] = await objects.keys();
    expect(
      createHash('sha256')
        .update(await objects.bytesOf(key))
        .digest('hex'),
    ).toBe(entry.sha256);
    for (const name of ['small', 'large']) {
      const damaged = await lease({ name, bytes: name === 'small' ? picture : large });
      await writeFile(payloads.pathOf(damaged.sha256, damaged.format), 'other bytes');
      expect(failureOf(await lan.deliver(damaged, contextOf().context))).toMatchObject({
        code: 'payload-damaged',
        disposition: 'bury',
      });
    }
    expect(await objects.keys()).toHaveLength(1);
  });

  test('leaves no faster than the pace allows, piece by piece', async () => {
    const { objects, lan, lease } = await startLan();
    const taken: number[] = [];
    const pace: Pace = {
      limited: true,
      chunkBytes: 7_000,
      take: async (bytes) => void taken.push(bytes),
    };
    const entry = await lease({ bytes: picture });
    expect((await lan.deliver(entry, contextOf({ pace }).context)).kind).toBe('acknowledged');
    expect(Math.max(...taken)).toBe(7_000);
    expect(taken.reduce((sum, bytes) => sum + bytes, 0)).toBe(picture.length);
    expect(await objects.keys()).toHaveLength(1);
  });

  test('that the pace holds back is stopped, unsent, and not noted', async () => {
    const { server, lan, lease } = await startLan();
    const pace: Pace = {
      limited: true,
      chunkBytes: 7_000,
      take: () => Promise.reject(new Error('the window has closed')),
    };
    const { context, stored } = contextOf({ pace });
    expect(await lan.deliver(await lease({ bytes: picture }), context)).toEqual({ kind: 'aborted', sent: false });
    expect(stored).toEqual([]);
    expect(await server.images()).toEqual([]);
  });
});

const box = { classValue: 'scratch', confidence: 0.9, xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.2 };

describe('the object storage', () => {
  test('that knows no such bucket, or refuses the key, closes the way with words of its own', async () => {
    const { baseUrl, deviceKey } = await startServer();
    const { endpoint } = await startObjectStore('other');
    const missing = await openWay({ baseUrl, deviceKey, endpoint, bucket: 'raw-data' });
    const wrong = { accessKeyId: 'S3RVER', secretAccessKey: 'no' };
    const refused = await openWay({ baseUrl, deviceKey, endpoint, bucket: 'other', accessKey: wrong });
    const odd = { accessKeyId: 'S3 RVER\n', secretAccessKey: 'S3RVER' };
    const unusable = await openWay({ baseUrl, deviceKey, endpoint, bucket: 'other', accessKey: odd });
    const keyless = await openWay({ baseUrl, deviceKey, endpoint, bucket: 'other', accessKey: null });
    for (const [way, code] of [
      [missing, 'storage-no-bucket'],
      [refused, 'storage-key-refused'],
      [keyless, 'storage-key-missing'],
      [unusable, 'storage-key-unusable'],
    ] as const) {
      const expected = { code, disposition: 'pause', pauseReason: 'storage-refused', ambiguous: false };
      expect(failureOf(await way.lan.deliver(await way.lease(), contextOf().context))).toMatchObject(expected);
      const probed = await way.lan.probe(new AbortController().signal);
      expect(failureOf(probed)).toMatchObject(expected);
      expect(probed.device).toMatchObject({ status: 'approved' });
    }
  });

  test('that is gone is told from the cloud, by a delivery and by the probe', async () => {
    const { objects, lan, lease } = await startLan();
    const signal = new AbortController().signal;
    expect((await lan.probe(signal)).kind).toBe('acknowledged');
    await objects.stop();
    for (const outcome of [await lan.deliver(await lease(), contextOf().context), await lan.probe(signal)]) {
      const { code, text, hint, disposition, pauseReason } = failureOf(outcome);
      expect([code, disposition, pauseReason]).toEqual(['connection-refused storage', 'pause', 'offline']);
      expect(`${text} ${hint}`).toContain('cloud.objectStore.endpoint');
    }
  });

  test('is not asked while the API does not answer', async () => {
    const { objects, server, lan } = await startLan();
    await server.simulator.down();
    expect(failureOf(await lan.probe(new AbortController().signal)).code).toBe('connection-refused');
    expect(objects.requests).toEqual([]);
  });
});

describe('what an object storage may answer to a PUT', () => {
  const xml = (code: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>words</Message></Error>`;

  async function answering(reply: (response: ServerResponse) => void) {
    const { port } = await listen(
      createServer((request, response) => {
        request.resume();
        request.on('end', () => reply(response));
      }),
    );
    return openWay({ baseUrl: 'http://127.0.0.1:9', endpoint: `http://127.0.0.1:${port}` });
  }

  test.each([
    [403, 'SignatureDoesNotMatch', 'storage-key-refused', 'pause storage-refused'],
    [403, 'InvalidAccessKeyId', 'storage-key-refused', 'pause storage-refused'],
    [403, 'AccessDenied', 'storage-key-refused', 'pause storage-refused'],
    [403, 'RequestTimeTooSkewed', 'storage-clock', 'pause storage-refused'],
    [404, 'NoSuchBucket', 'storage-no-bucket', 'pause storage-refused'],
    [301, 'PermanentRedirect', 'storage-elsewhere', 'pause storage-refused'],
    [307, 'TemporaryRedirect', 'storage-elsewhere', 'pause storage-refused'],
    [400, 'AuthorizationHeaderMalformed', 'storage-elsewhere', 'pause storage-refused'],
    [400, 'XAmzContentSHA256Mismatch', 'storage-checksum', 'retry trouble'],
    [400, 'BadDigest', 'storage-checksum', 'retry trouble'],
    [400, 'InvalidArgument', 'storage-unexpected-answer', 'retry trouble'],
    [400, 'EntityTooLarge', 'too-large-for-storage', 'bury trouble'],
    [413, '', 'too-large-for-storage', 'bury trouble'],
    [413, 'html', 'too-large-for-storage', 'bury trouble'],
    [429, 'TooManyRequests', 'storage-throttled', 'pause throttled'],
    [503, 'SlowDown', 'storage-throttled', 'pause throttled'],
    [503, 'ServiceUnavailable', 'storage-error', 'retry trouble'],
    [500, 'InternalError', 'storage-error', 'retry trouble'],
    [507, '', 'storage-full', 'retry trouble'],
    [403, 'QuotaExceeded', 'storage-full', 'retry trouble'],
    [200, 'InternalError', 'storage-reports-error', 'retry trouble'],
  ])('%i %s is %s', async (status, code, expected, verdict) => {
    const { lan, lease } = await answering((response) => {
      response.writeHead(status, { 'content-type': code === 'html' ? 'text/html' : 'application/xml' });
      response.end(code === '' ? '' : code === 'html' ? '<html>too large</html>' : xml(code));
    });
    const { context, stored } = contextOf();
    const failure = failureOf(await lan.deliver(await lease(), context));
    expect([failure.code, `${failure.disposition} ${failure.pauseReason}`]).toEqual([expected, verdict]);
    expect(failure.ambiguous).toBe(false);
    expect(failure.text).toMatch(/\.$/);
    expect(failure.hint).toMatch(/\.$/);
    expect(stored).toEqual([]);
  });

  test.each([200, 400, 403, 404])('a web page with %i is no answer of it', async (status) => {
    const { lan, lease } = await answering((response) => {
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Console</title>');
    });
    const { context, stored } = contextOf();
    expect(failureOf(await lan.deliver(await lease(), context))).toMatchObject({
      code: 'storage-intercepted',
      pauseReason: 'intercepted',
    });
    expect(stored).toEqual([]);
  });

  test.each([
    ['nothing at all', '', ''],
    ['JSON that says no', '{"status":"error"}', 'application/json'],
    ['JSON that says yes', '{"success":true}', 'application/json'],
    ['a line of text', 'OK', 'text/plain'],
  ])('a success with %s, and no sign of an object storage, stores nothing', async (_what, body, type) => {
    for (const status of [200, 201, 204]) {
      const { lan, lease } = await answering((response) => {
        response.writeHead(status, type === '' ? {} : { 'content-type': type });
        response.end(status === 204 ? undefined : body);
      });
      const { context, stored } = contextOf();
      expect(failureOf(await lan.deliver(await lease(), context))).toMatchObject({
        code: 'storage-wrong-address',
        pauseReason: 'storage-refused',
      });
      expect(stored).toEqual([]);
    }
  });

  test('a question for the bucket is not answered by something that is no storage', async () => {
    for (const [body, code] of [
      ['{"status":"ok"}', 'storage-wrong-address'],
      ['<LocationConstraint xmlns="x"/>', 'stored'],
      ['<?xml version="1.0"?>\n<ListBucketResult/>', 'stored'],
      ['', 'stored'],
    ] as const) {
      const { objects } = await answering((response) => response.end(body));
      const outcome = await objects.probe(new AbortController().signal);
      expect(outcome.kind === 'failed' ? outcome.failure.message.code : outcome.kind).toBe(code);
    }
  });

  test('none, although everything was sent, leaves no doubt in the cloud: it is simply sent again', async () => {
    const { lan, lease } = await answering((response) => response.destroy());
    expect(failureOf(await lan.deliver(await lease(), contextOf().context))).toMatchObject({
      code: 'no-answer storage',
      disposition: 'retry',
      ambiguous: false,
    });
  });

  test('an endless one is not read to its end', async () => {
    const { lan, lease } = await answering((response) => {
      response.writeHead(500, { 'content-type': 'application/xml' });
      const more = (): void => void (response.destroyed || response.write('<Error>'.repeat(9_000), more));
      more();
    });
    expect(failureOf(await lan.deliver(await lease(), contextOf().context)).code).toBe('storage-error');
  });
});

describe('an object’s key', () => {
  const id = '0b7e3f52-0000-5000-8000-000000000001';

  test('is prefix, image id and file name', () => {
    expect(objectKeyOf('raw/', id, 'a.jpg')).toBe(`raw/${id}_a.jpg`);
  });

  test('is never longer than S3 allows, and keeps the end of the name', () => {
    const key = objectKeyOf('p'.repeat(256), id, `${'品'.repeat(300)}.jpg`);
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1_024);
    expect(Buffer.byteLength(key)).toBeGreaterThan(1_018);
    expect(key).toMatch(/品\.jpg$/);
    expect(key).toContain(`${id}_`);
  });

  test('is encoded in a path as S3 signs it', () => {
    expect(encodeKey("a/b c+ü~!*'()_.-")).toBe('a/b%20c%2B%C3%BC~%21%2A%27%28%29_.-');
  });

  test('has UTF-8 bytes whatever Windows let the name be', () => {
    expect(objectKeyOf('', id, 'a\ud800b.jpg')).toBe(`${id}_a\ufffdb.jpg`);
  });
});
