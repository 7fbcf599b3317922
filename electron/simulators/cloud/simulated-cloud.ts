import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Controls, serveControl } from './control-api.ts';
import { Devices, newProvisioningToken } from './devices.ts';
import { exchange } from './exchange.ts';
import { FaultSet } from './faults.ts';
import { Journal } from './journal.ts';
import { LoopbackListener } from './loopback-listener.ts';
import { type CloudOptions, type CloudOptionsInput, cloudOptionsSchema } from './options.ts';
import { PayloadFolder } from './payload-folder.ts';
import { Ledger } from './received-images.ts';
import type { DeviceRecord, DeviceStatus, ImageRecord } from './records.ts';
import type { Services } from './services.ts';
import { type CloudStats, gatherStats, newCounters } from './stats.ts';

export type CloudAddress = {
  /** Up to and including `/api`. */
  readonly baseUrl: string;
  /** Up to and including `/_control`. */
  readonly controlUrl: string;
  /** Bearer token of the control endpoint. */
  readonly token: string;
  /** Key of the device that is there from the start. */
  readonly deviceKey: string;
  /** A valid provisioning token, new at each start. */
  readonly provisioningToken: string;
};

/**
 * An Acusight server small enough to embed: the demo, the commissioning drill, the tests and the benchmarks deliver to
 * it over real HTTP on 127.0.0.1. It checks requests against the API documents, keeps what it acknowledges across
 * restarts of its process, and goes wrong on command (`faults`, `down`, `up`).
 *
 * Invariant: an image is in the journal, and its payload in its place, before a 201 for it is sent.
 */
export class SimulatedCloud implements Controls {
  readonly faults: FaultSet;
  readonly #options: CloudOptions;
  readonly #now: () => number;
  readonly #journal: Journal;
  readonly #ledger: Ledger;
  readonly #devices: Devices;
  readonly #payloads: PayloadFolder;
  readonly #api: LoopbackListener;
  readonly #control: LoopbackListener;
  readonly #services: Services;
  readonly #serving = new Set<Promise<void>>();
  #wake: NodeJS.Timeout | null = null;

  constructor(input: CloudOptionsInput, dependencies: { readonly now?: () => number } = {}) {
    const options = cloudOptionsSchema.parse(input);
    this.#options = options;
    this.#now = dependencies.now ?? Date.now;
    this.faults = new FaultSet(options.seed);
    this.faults.set(options.faults);
    this.#journal = new Journal(join(options.dataDir, 'journal.jsonl'));
    this.#ledger = new Ledger(
      this.#journal,
      {
        maxImages: options.batchImages,
        windowMilliseconds: options.batchMinutes * 60_000,
        idempotency: options.idempotency,
        onKnownContent: options.onKnownContent,
        record: options.store !== 'discard',
      },
      this.#now,
    );
    this.#devices = new Devices(this.#journal);
    this.#payloads = new PayloadFolder(options.dataDir);
    this.#services = {
      options,
      now: this.#now,
      ledger: this.#ledger,
      devices: this.#devices,
      payloads: this.#payloads,
      faults: this.faults,
      counters: newCounters(),
      token: options.token ?? randomBytes(24).toString('hex'),
      origin: () => this.#api.origin,
    };
    const { token } = this.#services;
    const access = { token, allowedHosts: options.allowedHosts };
    this.#api = new LoopbackListener(options.port, (request, response) => {
      const work = exchange(this.#services, request, response).finally(() => this.#serving.delete(work));
      this.#serving.add(work);
    });
    this.#control = new LoopbackListener(options.controlPort, (request, response) => {
      void serveControl(this, access, request, response);
    });
  }

  async start(): Promise<CloudAddress> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<CloudAddress> {
    await mkdir(this.#options.dataDir, { recursive: true });
    await this.#payloads.prepare();
    await this.#journal.open((record, position) => {
      if (record.type === 'device') this.#devices.restore(record);
      else this.#ledger.restore(record, position);
    });
    const device = this.#devices.seed(this.#options.deviceId, this.#options.deviceKey, this.#now());
    const provisioningToken = newProvisioningToken();
    this.#devices.addToken(provisioningToken, 'valid');
    for (const { token, state } of this.#options.provisioningTokens) this.#devices.addToken(token, state);
    await this.#api.open();
    await this.#control.open();
    return {
      baseUrl: `${this.#api.origin}/api`,
      controlUrl: `${this.#control.origin}/_control`,
      token: this.#services.token,
      deviceKey: device.key,
      provisioningToken,
    };
  }

  /** Cuts every connection; what was being committed is committed, and its client left without an answer. */
  async stop(): Promise<void> {
    this.#cancelWake();
    await Promise.all([this.#api.close(), this.#control.close()]);
    await Promise.all(this.#serving);
    await this.#journal.close();
  }

  /** Refuses connections, as a server that is switched off; opens again by itself after `forMilliseconds`. */
  async down(forMilliseconds?: number): Promise<void> {
    this.#cancelWake();
    await this.#api.close();
    if (forMilliseconds === undefined) return;
    this.#wake = setTimeout(() => void this.up().catch(() => undefined), forMilliseconds);
  }

  /** Listens again, on the same port. Fails when another program took it meanwhile. */
  async up(): Promise<void> {
    this.#cancelWake();
    await this.#api.open();
  }

  /** Forgets faults, images and counts. Devices and tokens stay. Connections are cut. */
  async reset(): Promise<void> {
    const open = this.#api.isOpen;
    await this.down();
    await Promise.all(this.#serving);
    this.faults.clear();
    await this.#journal.clear();
    this.#ledger.clear();
    const { counters } = this.#services;
    Object.assign(counters, { ...newCounters(), inFlight: counters.inFlight });
    await this.#payloads.clear();
    this.#devices.rewrite();
    if (open) await this.up();
  }

  stats(): CloudStats {
    return gatherStats(this.#services, this.#api.isOpen);
  }

  /** The stored images in the order of their commits; `page` counts from 1. */
  images(page = 1, perPage = 100): Promise<ImageRecord[]> {
    return this.#ledger.images(page, perPage);
  }

  /** Where an image's bytes lie; null for an unknown image and where no bytes are kept. */
  async payloadPath(image: number): Promise<string | null> {
    const record = await this.#ledger.image(image);
    return record === null || record.payload === null ? null : this.#payloads.path(record.payload);
  }

  devices(): readonly DeviceRecord[] {
    return this.#devices.list();
  }

  activeFaults(): ReturnType<FaultSet['active']> {
    return this.faults.active();
  }

  setFaults(...given: Parameters<FaultSet['set']>): void {
    this.faults.set(...given);
  }

  setDeviceStatus(deviceId: string, status: DeviceStatus): void {
    this.#devices.setStatus(deviceId, status, this.#now());
  }

  addProvisioningToken(token: string, state: 'valid' | 'expired'): void {
    this.#devices.addToken(token, state);
  }

  #cancelWake(): void {
    if (this.#wake !== null) clearTimeout(this.#wake);
    this.#wake = null;
  }
}
