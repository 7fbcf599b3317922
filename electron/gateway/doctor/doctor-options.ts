import type { Config } from '../../../shared/config.ts';
import type { Message } from '../../../shared/messages/message.ts';
import type { Lookup } from '../cloud/http/address-race.ts';
import type { AskProxy } from '../cloud/http/proxy/route-choice.ts';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { MappedDrive } from '../platform/network-share.ts';
import type { SystemCertificates } from '../platform/stored-certificates.ts';

/** What the doctor looks at, and through what. */
export type DoctorOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly secrets: {
    readonly deviceKey: string | null;
    readonly s3AccessKeyId: string | null;
    readonly s3SecretAccessKey: string | null;
    readonly proxyPassword: string | null;
  };
  /** Why a stored secret could not be read, each in a sentence. */
  readonly secretProblems?: readonly Message[];
  /** What is needed that the keyring has not given, why, and what to do; null where it has. */
  readonly shut?: {
    readonly names: readonly (keyof DoctorOptions['secrets'])[];
    readonly message: Message;
  } | null;
  readonly files: Files;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly userAgent: string;
  readonly isNetworkShare: (path: string) => Promise<boolean>;
  /** The network drive of Windows that a path begins with. */
  readonly mappedDriveOf: (path: string) => MappedDrive | null;
  readonly lookup?: Lookup;
  /** Who knows this PC's proxy settings and runs proxy scripts. */
  readonly askProxy?: AskProxy | undefined;
  /** This PC's own certificates, where they lie elsewhere. */
  readonly system?: SystemCertificates | undefined;
  /** Where Linux shows its processes and limits; null on other systems. */
  readonly proc: string | null;
  /** This PC's own time zone (IANA). */
  readonly timeZone: string;
};
