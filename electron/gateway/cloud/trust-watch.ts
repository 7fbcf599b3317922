import type { TlsSettings } from '../../../shared/config.ts';
import { describeCause } from '../platform/errors.ts';
import type { SystemCertificates } from '../platform/stored-certificates.ts';
import { sizeAndTime, systemCertificates } from '../platform/system-certificates.ts';
import type { Certificate } from './certificates.ts';
import { ownAuthorities, type SystemFacts, storedFor, type Trusted, trustedOf } from './trust.ts';

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
 * Follows file and store: what is put right or rolled out later needs no restart. A file that was good once and can't be
 * read any more, as on a share that is away, changes nothing.
 */
export function followTrust(settings: TlsSettings, options: TrustOptions): Trust {
  const system = options.system ?? systemCertificates();
  const stampOf = (): string =>
    `${settings.caFile === undefined ? '' : stampOrNone(() => sizeAndTime(settings.caFile ?? ''))} ${
      settings.systemAuthorities === false ? '' : stampOrNone(system.stamp)
    }`;
  let last: { trusted: Trusted; readonly content: string; stamp: string; readAt: number } | null = null;
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
      doubted = false;
      let own: readonly Certificate[];
      try {
        own = ownAuthorities(settings);
      } catch (error) {
        if (last === null) throw error;
        last.readAt = now;
        return last.trusted;
      }
      const found = storedFor(settings, system);
      const content = [own, found.authorities, found.intermediates, found.distrusted]
        .map((list) => list.map(({ fingerprint }) => fingerprint).join())
        .join(';');
      // A store that fails for a moment takes nothing away, and the same authorities keep their connections' sessions.
      if (last !== null && (found.facts.fault !== null || content === last.content)) {
        last.stamp = stamp;
        last.readAt = now;
        tell(found.facts);
        return last.trusted;
      }
      last = { trusted: trustedOf(own, found), content, stamp, readAt: now };
      tell(found.facts);
      return last.trusted;
    },
  };
}

function stampOrNone(stamp: () => string | null): string {
  try {
    return stamp() ?? 'none';
  } catch (error) {
    return describeCause(error);
  }
}
