import type { Config } from '../../shared/config.ts';
import type { AskProxy } from './cloud/http/proxy/route-choice.ts';
import type { Falls } from './model/ways-to-lose.ts';
import type { Clock } from './platform/clock.ts';
import type { Files } from './platform/files.ts';
import type { Logger } from './platform/logger.ts';
import type { UsbCameras } from './source/usb/usb-cameras.ts';
import type { GatewayIdentity } from './status/snapshot.ts';
import type { LossLine } from './store/ledger/loss-file.ts';

/** What the gateway asks of whoever knows this PC's proxy settings and can run a proxy script: Chromium does both. */
export type { AskProxy, ProxyAnswer, ProxyQuestion, ProxySource } from './cloud/http/proxy/route-choice.ts';

export type GatewayOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly identity: Omit<GatewayIdentity, 'instanceId' | 'startedAt'>;
  /** Asked before each request: a key that is entered later is used at once. */
  readonly secrets: () => GatewaySecrets;
  readonly workers: WorkerPaths;
  readonly nativeBinding?: string | undefined;
  /** Who drives USB cameras; without it there are none. */
  readonly usbCameras?: UsbCameras | undefined;
  /** Who knows this PC's proxy settings and runs proxy scripts; without it nobody does. */
  readonly askProxy?: AskProxy | undefined;
  readonly clock: Clock;
  readonly files: Files;
  readonly random: () => number;
  readonly logger: Logger;
  /** Why the gateway before had to stop, where it could not write that down itself. */
  readonly interruption?: Interruption | undefined;
  /** How often gateways before have fallen in this program, since when and why the last; whether or not it is written down. */
  readonly falls?: Falls | undefined;
};

/** The database could not be written any more, or the gateway fell; so many pictures waited in it. */
export type Interruption = Omit<Extract<LossLine, { kind: 'fault' }>, 'kind'>;

/** Scripts of the threads that the gateway starts. */
export type WorkerPaths = {
  readonly decode: string;
  /** Reads and hashes files: stored pictures, and those of folders. */
  readonly reading: string;
  readonly encode: string;
  readonly stream: string;
  /** Reads copies of the database as a whole. */
  readonly check: string;
};

/** Values that no configuration file holds; null where one is not known (yet). */
export type GatewaySecrets = {
  readonly deviceKey: string | null;
  readonly s3AccessKeyId: string | null;
  readonly s3SecretAccessKey: string | null;
  readonly proxyPassword: string | null;
  /** Where the device key comes from. */
  readonly keySource: 'none' | 'environment' | 'keyring' | 'file';
  /** There is a device key, but this user's keyring can't open it. */
  readonly keyIsForeign: boolean;
  /** What is stored, and not read yet. */
  readonly waiting: SecretsWait | null;
};

/** Stored secrets that this PC's keyring has not given yet. */
export type SecretsWait = {
  readonly names: readonly ('deviceKey' | 's3AccessKeyId' | 's3SecretAccessKey' | 'proxyPassword')[];
  /**
   * `asking`: only just begun. `locked`: a person must unlock it. `silent`: no answer, and nobody knows why. `absent`: it
   * could not be reached.
   */
  readonly state: 'asking' | 'locked' | 'silent' | 'absent';
};
