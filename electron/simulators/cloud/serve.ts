import { parseArgs } from 'node:util';
import type { CloudOptionsInput } from './options.ts';
import { SimulatedCloud } from './simulated-cloud.ts';

/**
 * The server as a process of its own, for benchmarks and crash tests. Prints one JSON line once it listens:
 * `{"listening","control","token","deviceKey","provisioningToken"}`, and ends on SIGINT or SIGTERM.
 */

const USAGE = `node electron/simulators/cloud/serve.ts --data-dir DIR
  [--port N] [--control-port N]   0: any free one (the default)
  [--device-key adk_HEX] [--device-id ID] [--token TEXT]
  [--idempotency on|off] [--known-content store|refuse] [--answers string|integer|bare|empty]
  [--store bytes|hash-only] [--discard] [--max-image-bytes N] [--allow-host NAME]...
`;

function readOptions(): CloudOptionsInput {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string' },
      port: { type: 'string', default: '0' },
      'control-port': { type: 'string', default: '0' },
      'device-key': { type: 'string' },
      'device-id': { type: 'string' },
      token: { type: 'string' },
      idempotency: { type: 'string', default: 'on' },
      'known-content': { type: 'string', default: 'store' },
      answers: { type: 'string', default: 'string' },
      store: { type: 'string', default: 'bytes' },
      discard: { type: 'boolean', default: false },
      'max-image-bytes': { type: 'string' },
      'allow-host': { type: 'string', multiple: true, default: [] },
    },
  });
  const dataDir = values['data-dir'];
  if (dataDir === undefined) throw new Error('--data-dir is required');
  const maxImageBytes = values['max-image-bytes'];
  return {
    dataDir,
    port: Number(values.port),
    controlPort: Number(values['control-port']),
    idempotency: oneOf('--idempotency', values.idempotency, ['on', 'off']) === 'on',
    onKnownContent: oneOf('--known-content', values['known-content'], ['store', 'refuse']),
    answers: oneOf('--answers', values.answers, ['string', 'integer', 'bare', 'empty']),
    store: values.discard ? 'discard' : oneOf('--store', values.store, ['bytes', 'hash-only']),
    allowedHosts: values['allow-host'],
    ...(values['device-key'] === undefined ? {} : { deviceKey: values['device-key'] }),
    ...(values['device-id'] === undefined ? {} : { deviceId: values['device-id'] }),
    ...(values.token === undefined ? {} : { token: values.token }),
    ...(maxImageBytes === undefined ? {} : { maxImageBytes: Number(maxImageBytes) }),
  };
}

function oneOf<const T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new Error(`${flag} must be ${allowed.join(' or ')}`);
  return found;
}

function createCloud(): SimulatedCloud {
  try {
    return new SimulatedCloud(readOptions());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

const cloud = createCloud();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cloud.stop().then(() => process.exit(0)));
}
const { baseUrl, controlUrl, token, deviceKey, provisioningToken } = await cloud.start();
const line = { listening: baseUrl, control: controlUrl, token, deviceKey, provisioningToken };
process.stdout.write(`${JSON.stringify(line)}\n`);
