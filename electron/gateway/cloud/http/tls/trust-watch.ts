import type { TlsSettings } from '../../../../../shared/config.ts';
import type { SystemCertificates } from '../../../platform/stored-certificates.ts';
import { systemCertificates } from '../../../platform/system-certificates.ts';
import type { OwnAuthorities } from './authority-file.ts';
import { type AuthorityFileFacts, followAuthorityFile } from './authority-file-watch.ts';
import type { Certificate } from './certificates.ts';
import { type Stored, type SystemFacts, storedFor, type Trusted, trustedOf } from './trust.ts';

export type Trust = {
  /** For the next connection. Rejects as `ownAuthorities` does, as long as there never was anything to trust. */
  readonly current: () => Promise<Trusted>;
  /** Before a request on a connection that is there: what has changed is told, and nobody waits. */
  readonly glance: () => void;
  /** A server's certificate was refused: what it lacks may have been rolled out since. */
  readonly doubt: () => void;
};

export type TrustOptions = {
  readonly system?: SystemCertificates | undefined;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
  /** Called when this PC's store gives something else than before. */
  readonly onSystem?: ((facts: SystemFacts) => void) | undefined;
  /** Called when the file that the configuration names gives something else than before. */
  readonly onFile?: ((facts: AuthorityFileFacts) => void) | undefined;
  /** Called when something else is trusted than connections began with. */
  readonly onChange?: (() => void) | undefined;
};

/** What does not tell that it has changed is read again after so long. */
const longestAgeMilliseconds = 60_000;

/**
 * Follows file and store: what is put right, rolled out or taken away later needs no restart. What was good once and
 * can't be read any more changes nothing.
 */
export function followTrust(settings: TlsSettings, options: TrustOptions): Trust {
  const system = options.system ?? systemCertificates();
  const file = followAuthorityFile(settings, { ...options, longestAgeMilliseconds });
  const stampOf = (): string => (settings.systemAuthorities === false ? '' : stampOrNone(system.stamp));
  let last: Looked | null = null;
  let stored: Stored | null = null;
  let isDoubted = false;
  let told = '';
  const tell = (facts: SystemFacts): void => {
    const text = JSON.stringify(facts);
    if (text !== told && settings.systemAuthorities !== false) options.onSystem?.(facts);
    told = text;
  };
  /** False where the store was not read: where it tells when it has changed, it is read only then. */
  const readStore = (stamp: string, isOld: boolean): boolean => {
    const isSilent = stamp === '' || stored?.isWhole === false;
    if (last !== null && stamp === last.stamp && !(isSilent && (isOld || isDoubted))) return false;
    stored = storedFor(settings, system);
    tell(stored.facts);
    return true;
  };
  const looked = (own: OwnAuthorities): Trusted => {
    const stamp = stampOf();
    const now = options.monotonic();
    const isOld = last === null || now - last.at >= longestAgeMilliseconds;
    const before = last;
    const isRead = readStore(stamp, isOld);
    isDoubted = false;
    if (before !== null && !isRead && !isOld && before.own === own) return before.trusted;
    const from = stored ?? storedFor({ systemAuthorities: false }, system);
    const content = contentOf([own.found, from.authorities, from.intermediates, from.distrusted]);
    // The same authorities keep their connections and sessions.
    const trusted = before?.content === content ? before.trusted : trustedOf(own.found, from);
    last = { trusted, content, stamp, own, at: now };
    if (before !== null && before.trusted !== trusted) options.onChange?.();
    return trusted;
  };
  return {
    doubt: () => {
      isDoubted = true;
      file.doubt();
    },
    current: async () => looked(await file.current()),
    glance: () => {
      const own = last === null ? null : file.glance();
      if (own !== null) looked(own);
    },
  };
}

type Looked = {
  readonly trusted: Trusted;
  readonly content: string;
  readonly stamp: string;
  readonly own: OwnAuthorities;
  readonly at: number;
};

/** Also another one when a certificate of it has expired. */
const contentOf = (lists: readonly (readonly Certificate[])[]): string =>
  lists.map((list) => list.map(({ fingerprint, endsAt }) => `${fingerprint}${endsAt < Date.now()}`).join()).join(';');

/** A store that can't even tell that is taken for one that does not. */
function stampOrNone(stamp: () => string): string {
  try {
    return stamp();
  } catch {
    return '';
  }
}
