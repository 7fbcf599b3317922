import type { TlsSettings } from '../../../shared/config.ts';
import { describeCause } from '../platform/errors.ts';
import type { SystemCertificates } from '../platform/stored-certificates.ts';
import { systemCertificates } from '../platform/system-certificates.ts';
import type { Certificate } from './certificates.ts';
import { ownAuthorities, type Stored, type SystemFacts, storedFor, type Trusted, trustedOf } from './trust.ts';

export type Trust = {
  /** For the next connection. Throws as `readTrust` does, as long as there never was anything to trust. */
  readonly current: () => Trusted;
  /** A server's certificate was refused: what it lacks may have been rolled out since. */
  readonly doubt: () => void;
};

export type TrustOptions = {
  readonly system?: SystemCertificates | undefined;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
  /** Called when this PC's store gives something else than before. */
  readonly onSystem?: ((facts: SystemFacts) => void) | undefined;
};

/** Where a store does not tell that it has changed, it is read again for the first connection after so long. */
const longestAgeMilliseconds = 60_000;

/**
 * Follows file and store: what is put right or rolled out later needs no restart. The file may lie on a share that does
 * not answer, so it is looked at again only when a certificate was refused; one that was good once and can't be read any
 * more changes nothing.
 */
export function followTrust(settings: TlsSettings, options: TrustOptions): Trust {
  const system = options.system ?? systemCertificates();
  const stampOf = (): string => (settings.systemAuthorities === false ? '' : stampOrNone(system.stamp));
  let last: Looked | null = null;
  let stored: Stored | null = null;
  let own: readonly Certificate[] | null = null;
  let doubted = false;
  let told = '';
  const tell = (facts: SystemFacts): void => {
    const text = JSON.stringify(facts);
    if (text !== told && settings.systemAuthorities !== false) options.onSystem?.(facts);
    told = text;
  };
  return {
    doubt: () => {
      doubted = true;
    },
    current: () => {
      const stamp = stampOf();
      const now = options.monotonic();
      if (last !== null && !doubted && stamp === last.stamp && now - last.readAt < longestAgeMilliseconds)
        return last.trusted;
      try {
        if (own === null || doubted) own = ownAuthorities(settings);
      } catch (error) {
        if (own === null) throw error;
      }
      doubted = false;
      const read = storedFor(settings, system);
      // A store that fails for a moment takes nothing away.
      if (read.facts.fault === null || stored === null) stored = read;
      const content = contentOf([own, stored.authorities, stored.intermediates, stored.distrusted]);
      // The same authorities keep their connections' sessions.
      const trusted = last?.content === content ? last.trusted : trustedOf(own, stored);
      last = { trusted, content, stamp, readAt: now };
      tell(read.facts);
      return trusted;
    },
  };
}

type Looked = { readonly trusted: Trusted; readonly content: string; readonly stamp: string; readonly readAt: number };

/** Also another one when a certificate of it has expired. */
const contentOf = (lists: readonly (readonly Certificate[])[]): string =>
  lists.map((list) => list.map(({ fingerprint, endsAt }) => `${fingerprint}${endsAt < Date.now()}`).join()).join(';');

function stampOrNone(stamp: () => string): string {
  try {
    return stamp();
  } catch (error) {
    return describeCause(error);
  }
}
