import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromGateway, ThreadData, ToGateway } from '../../../electron/gateway-thread/protocol.ts';
import { loadConfig } from '../../../electron/settings/config-file.ts';
import { createWords } from '../../../shared/messages/words.ts';
import type { Snapshot } from '../../../shared/snapshot.ts';

/**
 * The built core under Windows' Node: `LOG CONFIG DATA-FOLDER FOLDER-OF-BUILT-THREADS`. Lines of JSON go to the log; a file
 * `LOG.stop` stops it. Neither wine nor a Windows program with a window has standard output to write to.
 */
const [log = '', configFile = '', dataDir = '', built = ''] = process.argv.slice(2);
const say = (line: object): void => appendFileSync(log, `${JSON.stringify(line)}\n`);

const loaded = await loadConfig(configFile);
if (loaded.kind !== 'loaded') {
  const words = createWords();
  const faults = loaded.kind === 'faulty' ? loaded.faults : [];
  say({ refused: faults.map(({ path, message }) => ({ path, text: words.text(message) })) });
  process.exit(2);
}

const script = (name: string): string => join(built, `${name}-worker.cjs`);
const workerData: ThreadData = {
  config: loaded.config,
  dataDir,
  identity: { version: '0.1.0', runtime: `Node ${process.version}`, configFile, demo: false },
  workers: {
    decode: script('decode'),
    reading: script('reading'),
    encode: script('encode'),
    stream: script('stream'),
    check: script('check'),
  },
  beats: new Int32Array(new SharedArrayBuffer(4)),
  nativeBinding: undefined,
  interruption: undefined,
  secrets: {
    deviceKey: process.env['ACUSIGHT_DEVICE_KEY'] ?? null,
    s3AccessKeyId: null,
    s3SecretAccessKey: null,
    proxyPassword: null,
    keySource: 'environment',
    keyIsForeign: false,
    waiting: null,
  },
  hasCameras: false,
  hasProxies: false,
};
const thread = new Worker(script('gateway'), { workerData });
const tell = (message: ToGateway): void => thread.postMessage(message);
let last: Snapshot | null = null;
thread.on('message', (message: FromGateway) => {
  switch (message.type) {
    case 'log':
      return say({ log: JSON.parse(message.line) });
    case 'changed':
      last = message.snapshot;
      return;
    case 'value':
      return say({ answer: message.value });
    case 'failed':
    case 'crashed':
    case 'error':
      return say({ failed: message });
    case 'stopped':
      say({ stopped: last });
      process.exit(0);
  }
});
thread.on('error', (error) => {
  say({ failed: String(error) });
  process.exit(3);
});
setInterval(() => {
  if (existsSync(`${log}.doctor`) && !isAsked) {
    isAsked = true;
    tell({ type: 'call', id: 1, name: 'doctor.run', request: {} } as ToGateway);
  }
  if (existsSync(`${log}.stop`) && !isStopping) {
    isStopping = true;
    tell({ type: 'stop' });
  }
}, 100);
let isAsked = false;
let isStopping = false;
