import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { examineSite } from '../../../electron/gateway/wiring/site-doctor.ts';
import { parseConfig } from '../../../shared/config.ts';
import { jpeg } from '../../electron/simulators/cloud/support.ts';
import { contextOf, openWay } from '../../support/deliveries.ts';
import { startServer } from '../../support/gateway-fixture.ts';
import { startObjectStore, testAccessKey } from '../../support/object-store.ts';
import { failureTold, spokenCheck } from '../../support/spoken.ts';
import { type FrontWish, refuse, storageBehind } from '../../support/storage-front.ts';
import { temporaryFolder } from '../../support/store.ts';

/** Storages and proxies before them that do not take what others take; behind them a server that checks signatures. */

const header = 'x-amz-checksum-sha256';

async function startLan(front: FrontWish) {
  const objects = await startObjectStore();
  const server = await startServer();
  const { endpoint, seen } = await storageBehind(objects.endpoint, front);
  const way = await openWay({ baseUrl: server.baseUrl, deviceKey: server.deviceKey, endpoint });
  const puts = () => seen.filter(({ method }) => method === 'PUT').map(({ headers }) => headers[header] !== undefined);
  /** What the doctor says of the object storage. */
  const doctor = async () => {
    const parsed = parseConfig({
      cloud: {
        baseUrl: server.baseUrl,
        deviceId: 'line-7',
        mode: 'lan',
        objectStore: { endpoint, bucket: 'raw-data' },
      },
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const visit = examineSite({
      config: parsed.config,
      dataDir: await temporaryFolder(),
      secrets: {
        deviceKey: server.deviceKey,
        s3AccessKeyId: testAccessKey.accessKeyId,
        s3SecretAccessKey: testAccessKey.secretAccessKey,
        proxyPassword: null,
      },
      files: nodeFiles,
      clock: systemClock,
      signal: new AbortController().signal,
      userAgent: 'test',
    });
    for await (const check of visit) if (check.code === 'object-store') return spokenCheck(check);
    throw new Error('the doctor did not look at the object storage');
  };
  return { ...way, objects, seen, puts, doctor };
}

const small = jpeg(640, 480, 20_000);
/** Streamed from its file. */
const large = jpeg(640, 480, 3_000_000);

const refusing = (status: number, code: string, message: string): FrontWish => ({
  answer: (request, response) => request.headers[header] !== undefined && refuse(response, status, code, message),
});

describe('a storage that does not take the checksum’s header', () => {
  test.each([
    [
      'as not implemented',
      refusing(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented'),
    ],
    [
      'by its name',
      refusing(400, 'InvalidArgument', 'Unsupported header x-amz-checksum-sha256 received for this API call.'),
    ],
    ['with a code of its own', refusing(400, 'BadRequest', 'x-amz-checksum-sha256 is not supported')],
    ['as a bad request', refusing(400, 'InvalidRequest', 'Bad request')],
    [
      'without words',
      {
        answer: (request, response) => {
          if (request.headers[header] === undefined) return false;
          response.writeHead(501).end();
          return true;
        },
      },
    ],
    [
      'because a proxy takes it away, so that the signature is wrong',
      {
        change: (headers) => {
          delete headers[header];
        },
      },
    ],
  ] satisfies [string, FrontWish][])('(%s) gets the same without it, and is not asked again', async (_how, front) => {
    const { lan, lease, objects, puts, doctor } = await startLan(front);
    for (const bytes of [large, small]) {
      const entry = await lease({ bytes, name: `${bytes.length}.jpg` });
      const { context, stored } = contextOf();
      expect(await lan.deliver(entry, context)).toMatchObject({ kind: 'acknowledged' });
      expect(await objects.bytesOf(stored[0] ?? '')).toEqual(bytes);
    }
    expect(puts()).toEqual([true, false, false]);
    const check = await doctor();
    expect(`${check.state}: ${check.text}`).toMatch(/^ok: .*without the header x-amz-checksum-sha256/);
    expect(puts()).toEqual([true, false, false, true, false]);
  });

  test('is told from one that refuses everything: what it says counts, and nothing is remembered', async () => {
    const { lan, lease, puts, doctor } = await startLan({
      answer: (request, response) => request.method === 'PUT' && refuse(response, 400, 'InvalidArgument', 'no'),
    });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const outcome = await lan.deliver(await lease({ bytes: small }), contextOf().context);
      expect(outcome).toMatchObject({
        kind: 'failed',
        failure: { message: { code: 'storage-unexpected-answer' }, disposition: 'retry' },
      });
    }
    expect(puts()).toEqual([true, false, true, false]);
    expect((await doctor()).state).toBe('fault');
  });

  test('is told from one that had it, and whose bytes did not fit', async () => {
    const { lan, lease, puts } = await startLan(
      refusing(400, 'BadDigest', 'The SHA256 you specified in the x-amz-checksum-sha256 header did not match'),
    );
    expect(await lan.deliver(await lease({ bytes: small }), contextOf().context)).toMatchObject({
      kind: 'failed',
      failure: { message: { code: 'storage-checksum' } },
    });
    expect(puts()).toEqual([true]);
  });

  test('is told from one that took it before', async () => {
    let broken = false;
    const { lan, lease, puts } = await startLan({
      answer: (_request, response) => broken && refuse(response, 501, 'NotImplemented', 'maintenance'),
    });
    expect((await lan.deliver(await lease({ bytes: small }), contextOf().context)).kind).toBe('acknowledged');
    broken = true;
    const second = await lease({ bytes: small, name: 'b.jpg' });
    expect((await lan.deliver(second, contextOf().context)).kind).toBe('failed');
    expect(puts()).toEqual([true, true]);
  });
});

describe('a proxy that changes Host on the way to the storage', () => {
  test('makes every signature wrong: the words name it beside the secret, in deliveries and by the doctor', async () => {
    const { lan, lease, objects, doctor } = await startLan({
      change: (headers) => {
        headers['host'] = 'minio:9000';
      },
    });
    const outcome = await lan.deliver(await lease({ bytes: small }), contextOf().context);
    if (outcome.kind !== 'failed') throw new Error(outcome.kind);
    const failure = failureTold(outcome.failure);
    expect(failure).toMatchObject({ code: 'storage-key-refused', pauseReason: 'storage-refused' });
    const check = await doctor();
    for (const words of [`${failure.text} ${failure.hint}`, `${check.text} ${check.hint}`]) {
      expect(words).toMatch(/signature.*secret.*cloud\.objectStore\.region.*proxy.*Host header/i);
    }
    expect(await objects.keys()).toEqual([]);
  });
});
