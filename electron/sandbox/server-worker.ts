import { parentPort, workerData } from 'node:worker_threads';
import { AcusightSandbox } from './acusight-sandbox.ts';
import type { SandboxOptionsInput } from './sandbox-options.ts';
import type { WorkerReply, WorkerRequest } from './worker-messages.ts';

/** Entry of the worker thread: the server beside the app's own thread, so that neither slows the other. */

const port = parentPort;
if (port === null) throw new Error('server-worker runs in a worker thread');

const reply = (message: WorkerReply): void => port.postMessage(message);
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function run(sandbox: AcusightSandbox, request: WorkerRequest): Promise<unknown> {
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

try {
  const sandbox = new AcusightSandbox(workerData as SandboxOptionsInput);
  const address = await sandbox.start();
  port.on('message', (request: WorkerRequest) => {
    run(sandbox, request)
      .then(
        (value) => reply({ type: 'value', id: request.id, value: value ?? null }),
        (error) => reply({ type: 'error', id: request.id, message: text(error) }),
      )
      .finally(() => {
        if (request.call === 'stop') port.close();
      });
  });
  reply({ type: 'listening', address });
} catch (error) {
  reply({ type: 'failed', message: text(error) });
}
