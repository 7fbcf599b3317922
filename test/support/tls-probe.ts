import { meaningOfLoss } from '../../electron/gateway/cloud/acusight/connection-failures.ts';
import { exchange } from '../../electron/gateway/cloud/http/http-exchange.ts';
import { makeNetwork } from '../../electron/gateway/cloud/http/network.ts';

/** A process of its own, with whatever environment it was given: asks the server that is named and prints what came of it. */

const url = process.argv[2] ?? '';
const network = makeNetwork({ tls: {}, connections: 1, connectTimeoutMilliseconds: 5_000, userAgent: 'gateway/1' });
const answer = await exchange(network.transportFor(url), {
  method: 'GET',
  path: '/',
  headers: {},
  body: { kind: 'none' },
  silenceMilliseconds: 5_000,
});
console.log(answer.kind === 'lost' ? meaningOfLoss(answer.error, false).message.code : answer.kind);
await network.close();
