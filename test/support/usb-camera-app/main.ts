import { Worker } from 'node:worker_threads';
import { app } from 'electron';
import { UsbPage } from '../../../electron/usb-page/page.ts';
import { registerSchemes } from '../../../electron/window/app-protocol.ts';
import type { FromThread, ProbeCall, ToThread } from './messages.ts';

/**
 * The product's own camera modules, main's half and a thread's half, without the gateway around them. The test calls
 * `probe` in the main process.
 */

const given = JSON.parse(process.env['USB_PROBE'] ?? '{}') as { page: string; preload: string; thread: string };
const denied = new Set<string>();
const events: string[] = [];
const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
let calls = 0;

registerSchemes();
process.on('uncaughtException', (error) => process.stderr.write(`uncaught: ${error.stack ?? ''}\n`));
const cameras = new UsbPage({
  page: given.page,
  preload: given.preload,
  mayOpen: (device) => !denied.has(device),
  logger: { log: (_level, event, fields) => events.push(`${event} ${JSON.stringify(fields ?? {})}`) },
});
const thread = new Worker(given.thread, { env: { ...process.env } });
const say = (message: ToThread, transfer: ArrayBuffer[] = []): void => thread.postMessage(message, transfer);
const connection = cameras.connect((message) =>
  say({ type: 'cameras', message }, message.type === 'picture' ? [message.picture.data] : []),
);
thread.on('message', (message: FromThread) => {
  if (message.type === 'cameras') return connection.take(message.message);
  const asked = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.error === null) asked?.resolve(message.value);
  else asked?.reject(new Error(message.error));
});

const probe = {
  events,
  denied,
  call: (call: ProbeCall): Promise<unknown> => {
    calls += 1;
    const id = calls;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      say({ type: 'call', id, call });
    });
  },
  /** What `app.getAppMetrics` calls the process that reads the cameras. */
  captureProcess: (): number | null => {
    const found = app.getAppMetrics().find(({ name, serviceName }) => `${name}${serviceName}`.includes('ideo'));
    return found?.pid ?? null;
  },
  pageProcess: (): number | null => app.getAppMetrics().find(({ type }) => type === 'Tab')?.pid ?? null,
};
export type Probe = typeof probe;
Object.assign(globalThis, { probe });
void app.whenReady();
