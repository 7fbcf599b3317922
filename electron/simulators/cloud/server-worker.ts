import { parentPort, workerData } from 'node:worker_threads';
import type { SandboxOptionsInput } from './options.ts';
import { SimulatedCloud } from './simulated-cloud.ts';
import type { WorkerReply, WorkerRequest } from './worker-messages.ts';

/** Entry of the worker thread: the server beside the app's own thread, so that neither slows the other. */

function parent(): NonNullable<typeof parentPort> {
  if (parentPort === null) throw new Error('server-worker runs in a worker thread');
  return parentPort;
}

const listener = parent();
const reply = (message: WorkerReply): void => listener.postMessage(message);
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function run(sandbox: SimulatedCloud, request: WorkerRequest): Promise<unknown> {
  switch (request.call) {
    case 'stats':
      return sandbox.stats();
    case 'images':
      return sandbox.images(request.argument.page, request.argument.perPage);
    case 'payloadPath':
      return sandbox.payloadPath(request.argument);
    case 'setFaults':
      sandbox.setFaults(request.argument.faults, request.argument.seed);
      return sandbox.activeFaults();
    case 'setDeviceStatus':
      return sandbox.setDeviceStatus(request.argument.deviceId, request.argument.status);
    case 'down':
      return sandbox.down(request.argument.forMilliseconds);
    case 'up':
      return sandbox.up();
    case 'reset':
      return sandbox.reset();
    case 'stop':
      return sandbox.stop();
  }
}

async function serve(): Promise<void> {
  const sandbox = new SimulatedCloud(workerData as SandboxOptionsInput);
  const address = await sandbox.start();
  listener.on('message', (request: WorkerRequest) => {
    run(sandbox, request)
      .then(
        (value) => reply({ type: 'value', id: request.id, value: value ?? null }),
        (error) => reply({ type: 'error', id: request.id, message: text(error) }),
      )
      .finally(() => {
        if (request.call === 'stop') listener.close();
      });
  });
  reply({ type: 'listening', address });
}

// Not a top-level await: the app's bundle of this file is CommonJS.
serve().catch((error) => reply({ type: 'failed', message: text(error) }));
