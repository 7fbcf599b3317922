import { Worker } from 'node:worker_threads';
import { OpenRequests } from '../../gateway/platform/open-requests.ts';
import type { Fault, FaultInput } from './faults.ts';
import type { CloudOptionsInput } from './options.ts';
import type { DeviceStatus, ImageRecord } from './records.ts';
import type { CloudAddress } from './simulated-cloud.ts';
import type { CloudStats } from './stats.ts';
import type { CallName, WorkerCalls, WorkerReply } from './worker-messages.ts';

/**
 * The embedded server in a worker thread, seen from the app's thread. Every call fails with the reason once the worker
 * has ended.
 */
export class SimulatedCloudWorker {
  readonly #worker: Worker;
  readonly #open = new OpenRequests<unknown>();
  readonly #ended: Promise<void>;
  #failure: Error | null = null;
  readonly address: CloudAddress;

  private constructor(worker: Worker, address: CloudAddress) {
    this.#worker = worker;
    this.address = address;
    worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    worker.on('error', (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#fail(new Error('the embedded server has stopped'));
        resolve();
      });
    });
  }

  /** `file`: the built (or, where Node reads TypeScript, the source) `server-worker`. Fails when it cannot listen. */
  static start(file: string | URL, options: CloudOptionsInput): Promise<SimulatedCloudWorker> {
    // Its own copy of the environment: see electron/gateway-thread/client.ts.
    const worker = new Worker(file, { workerData: options, env: { ...process.env } });
    return new Promise((resolve, reject) => {
      const exited = (): void => reject(new Error('the embedded server ended before it listened'));
      worker.once('error', reject);
      worker.once('exit', exited);
      worker.once('message', (reply: WorkerReply) => {
        worker.off('error', reject);
        worker.off('exit', exited);
        if (reply.type === 'listening') return resolve(new SimulatedCloudWorker(worker, reply.address));
        void worker.terminate();
        reject(new Error(reply.type === 'failed' ? reply.message : 'the embedded server did not start'));
      });
    });
  }

  stats(): Promise<CloudStats> {
    return this.#call('stats', null);
  }

  /** The stored images in the order of their commits; `page` counts from 1. */
  images(page = 1, perPage = 100): Promise<ImageRecord[]> {
    return this.#call('images', { page, perPage });
  }

  payloadPath(image: number): Promise<string | null> {
    return this.#call('payloadPath', image);
  }

  /** Replaces the faults; none clears them. Returns those now active. */
  setFaults(faults: readonly FaultInput[], seed?: number): Promise<readonly Fault[]> {
    return this.#call('setFaults', { faults, seed });
  }

  async setDeviceStatus(deviceId: string, status: DeviceStatus): Promise<void> {
    await this.#call('setDeviceStatus', { deviceId, status });
  }

  async down(forMilliseconds?: number): Promise<void> {
    await this.#call('down', { forMilliseconds });
  }

  async up(): Promise<void> {
    await this.#call('up', null);
  }

  async reset(): Promise<void> {
    await this.#call('reset', null);
  }

  /** Ends the server and its thread; a second call does nothing. */
  async stop(): Promise<void> {
    if (this.#failure === null) await this.#call('stop', null).catch(() => undefined);
    await this.#ended;
  }

  #call<Name extends CallName>(
    call: Name,
    argument: WorkerCalls[Name]['argument'],
  ): Promise<WorkerCalls[Name]['value']> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return this.#open.ask((id) => this.#worker.postMessage({ id, call, argument })) as Promise<
      WorkerCalls[Name]['value']
    >;
  }

  #settle(reply: WorkerReply): void {
    if (reply.type === 'value') this.#open.answer(reply.id, reply.value);
    if (reply.type === 'error') this.#open.refuse(reply.id, new Error(reply.message));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#open.refuseAll(this.#failure);
  }
}
