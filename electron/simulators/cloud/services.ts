import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Answer, ErrorForm } from './answers.ts';
import type { Devices } from './devices.ts';
import type { EndpointName, FaultSet } from './faults.ts';
import type { CloudOptions } from './options.ts';
import type { PayloadFolder } from './payload-folder.ts';
import type { Ledger } from './received-images.ts';
import type { DeviceRecord } from './records.ts';
import type { TrafficCounters } from './stats.ts';

/** What an endpoint works with. */
export type Services = {
  readonly options: CloudOptions;
  readonly now: () => number;
  readonly ledger: Ledger;
  readonly devices: Devices;
  readonly payloads: PayloadFolder;
  readonly faults: FaultSet;
  readonly counters: TrafficCounters;
  /** Control token; also lets a person read images and batches. */
  readonly token: string;
  /** `http://127.0.0.1:<port>`, without `/api`. */
  readonly origin: () => string;
};

/** One request on its way to an endpoint. */
export type Call = {
  readonly services: Services;
  readonly request: IncomingMessage;
  /** The request's body, perhaps slowed down. */
  readonly body: Readable;
  readonly query: URLSearchParams;
  /** The variable part of the path, decoded. */
  readonly parameter: string;
  readonly device: DeviceRecord | null;
};

/** A request that was read and found good, one step before it takes effect. */
export type Prepared = {
  readonly commit: () => Promise<Answer>;
  /** Called instead of `commit`. */
  readonly abandon?: () => Promise<void>;
};

/**
 * `device`: any known device key. `approved`: the key of an approved device. `reader`: a device key or the control
 * token as a bearer token (the Data API is for users, who have no account here).
 */
export type Access = 'public' | 'device' | 'approved' | 'reader';

export type Endpoint = {
  readonly name: EndpointName;
  readonly method: 'GET' | 'POST';
  /** Of the path below `/api`; its one group is the parameter. */
  readonly path: RegExp;
  readonly access: Access;
  readonly errorForm: ErrorForm;
  /** Reads and checks the request. Throws a Refusal or ConnectionLost. */
  readonly prepare: (call: Call) => Promise<Prepared>;
};
