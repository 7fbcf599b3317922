import { parentPort, workerData } from 'node:worker_threads';
import type { CloudOptionsInput } from './options.ts';
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

async function run(cloud: SimulatedCloud, request: WorkerRequest): Promise<unknown> {
  switch (request.call) {
    case 'stats':
      return cloud.stats();
    case 'images':
      return cloud.images(request.argument.page, request.argument.perPage);
    case 'payloadPath':
      return cloud.payloadPath(request.argument);
    case 'setFaults':
      cloud.setFaults(request.argument.faults, request.argument.seed);
      return cloud.activeFaults();
    case 'setDeviceStatus':
      return cloud.setDeviceStatus(request.argument.deviceId, request.argument.status);
    case 'down':
      return cloud.down(request.argument.forMilliseconds);
    case 'up':
      return cloud.up();
    case 'reset':
      return cloud.reset();
    case 'stop':
      return cloud.stop();
  }
}

async function serve(): Promise<void> {
  const cloud = new SimulatedCloud(workerData as CloudOptionsInput);
  const address = await cloud.start();
  listener.on('message', (request: WorkerRequest) => {
    run(cloud, request)
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
