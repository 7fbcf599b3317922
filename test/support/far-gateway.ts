import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AcusightClient } from '../../electron/gateway/cloud/acusight/client.ts';
import { multipartFrame } from '../../electron/gateway/cloud/acusight/upload-body.ts';
import { makeNetwork } from '../../electron/gateway/cloud/http/network.ts';
import { systemClock } from '../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import { examineSite } from '../../electron/gateway/wiring/site-doctor.ts';
import { parseConfig } from '../../shared/config.ts';
import { spokenCheck } from './spoken.ts';

/** A line PC’s way to the API, whose address and device key it is given: delivers a picture’s file, and asks the doctor. */

const [baseUrl = '', deviceKey = '', path = ''] = process.argv.slice(2);
const parsed = parseConfig({ cloud: { baseUrl, deviceId: 'line-7' } });
if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
const { config } = parsed;
const userAgent = 'acusight-line-gateway/test';
const { connectTimeoutMilliseconds, answerTimeoutMilliseconds } = config.sync;
const network = makeNetwork({ tls: {}, connections: 1, connectTimeoutMilliseconds, userAgent });
const client = new AcusightClient({
  baseUrl,
  deviceKey: () => deviceKey,
  network,
  answerTimeoutMilliseconds,
  userAgent,
  now: Date.now,
});
const delivered = await client.upload(
  'far-1',
  multipartFrame('{}', 'far.jpg', 'image/jpeg'),
  { kind: 'file', path, length: (await stat(path)).size },
  { signal: AbortSignal.timeout(30_000), pace: { limited: false, chunkBytes: 65_536, take: () => Promise.resolve() } },
);
await network.close();

const dataDir = await mkdtemp(join(tmpdir(), 'acusight-far-'));
const checks: Record<string, string> = {};
for await (const check of examineSite({
  config,
  dataDir,
  secrets: { deviceKey, s3AccessKeyId: null, s3SecretAccessKey: null, proxyPassword: null },
  files: nodeFiles,
  clock: systemClock,
  signal: AbortSignal.timeout(60_000),
  userAgent,
})) {
  const { state, text, technical } = spokenCheck(check);
  checks[check.code] = `${state}: ${text} ${technical}`;
}
await rm(dataDir, { recursive: true, force: true });
const outcome = delivered.kind === 'failed' ? delivered.failure.message.code : delivered.kind;
console.log(JSON.stringify({ outcome, checks }));
process.exit();
