import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsSettings } from '../../../../../shared/config.ts';
import { describeCause } from '../../../platform/errors.ts';
import type { StoredCertificates, SystemCertificates } from '../../../platform/stored-certificates.ts';
import { systemCertificates } from '../../../platform/system-certificates.ts';
import { type OwnAuthorities, ownAuthorities } from './authority-file.ts';
import { allCertificatesIn, type Certificate, usableOf, usualAuthorities } from './certificates.ts';

/** Whom connections trust: Node's own authorities, those of the configuration, and those of this PC. */
export type Trusted = {
  /** Null: Node's own authorities alone. */
  readonly context: SecureContext | null;
  /** Fingerprints of what this PC's administrator distrusts. */
  readonly distrusted: ReadonlySet<string>;
  readonly system: SystemFacts;
};

/** What this PC's own store gave. */
export type SystemFacts = {
  /** Null where it is not asked, or is not there. */
  readonly place: string | null;
  readonly authorities: number;
  readonly distrusted: number;
  /** Entries that hold no certificate or can't be read. */
  readonly unusable: number;
  /** Why the store, or a part of it, could not be read; null where it could. What it gave before counts above. */
  readonly fault: string | null;
};

/**
 * Reads all of it. Rejects as `ownAuthorities` does. What is wrong with the PC's own store is counted and told, and keeps
 * nobody from connecting.
 */
export async function readTrust(
  settings: TlsSettings,
  system: SystemCertificates = systemCertificates(),
): Promise<Trusted & { readonly own: OwnAuthorities }> {
  const own = await ownAuthorities(settings);
  return { ...trustedOf(own.found, storedFor(settings, system)), own };
}

export type Stored = {
  readonly authorities: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly distrusted: readonly Certificate[];
  /** Nothing of it could not be read. */
  readonly isWhole: boolean;
  readonly facts: SystemFacts;
};

const notAsked: Stored = {
  authorities: [],
  intermediates: [],
  distrusted: [],
  isWhole: true,
  facts: { place: null, authorities: 0, distrusted: 0, unusable: 0, fault: null },
};

/** What each store gave last, whoever read it: the site doctor of a gateway that runs tells what its deliveries use. */
const lastOf = new WeakMap<SystemCertificates, Stored>();

/** What counts of the store now. */
export function storedFor({ systemAuthorities }: TlsSettings, system: SystemCertificates): Stored {
  if (systemAuthorities === false) return notAsked;
  const stored = after(lastOf.get(system), readingOf(system));
  lastOf.set(system, stored);
  return stored;
}

/**
 * What was good once and can't be read any more changes nothing, each part by itself: only a reading that is whole takes a
 * certificate off the list of distrusted ones, and authorities that can't be read are those of before.
 */
function after(last: Stored | undefined, read: Stored): Stored {
  if (last === undefined || read.isWhole) return read;
  // Those of before first: the same list in another order would be taken for another one.
  const known = new Set(last.distrusted.map(({ fingerprint }) => fingerprint));
  const distrusted = [...last.distrusted, ...read.distrusted.filter(({ fingerprint }) => !known.has(fingerprint))];
  const { place, fault } = read.facts;
  const { authorities, intermediates, facts } = fault !== null && read.authorities.length === 0 ? last : read;
  return {
    authorities,
    intermediates,
    distrusted,
    isWhole: false,
    facts: {
      ...read.facts,
      place: facts.place ?? place,
      authorities: authorities.length,
      distrusted: distrusted.length,
    },
  };
}

function readingOf(system: SystemCertificates): Stored {
  let stored: StoredCertificates;
  try {
    stored = system.read();
  } catch (error) {
    return { ...notAsked, isWhole: false, facts: { ...notAsked.facts, fault: describeCause(error) } };
  }
  const lists = [stored.authorities, stored.intermediates, stored.distrusted].map(allCertificatesIn);
  const [authorities = [], intermediates = [], distrusted = []] = lists.map(({ found }) => found);
  return {
    authorities,
    // One that issued itself would be an authority, which this list does not make it.
    intermediates: intermediates.filter(({ isSelfIssued }) => !isSelfIssued),
    distrusted,
    isWhole: (stored.unreadable ?? 0) === 0 && (stored.fault ?? null) === null,
    facts: {
      place: stored.place,
      authorities: authorities.length,
      distrusted: distrusted.length,
      unusable: lists.reduce((sum, { unusable }) => sum + unusable, stored.unreadable ?? 0),
      fault: stored.fault ?? null,
    },
  };
}

export function trustedOf(
  own: readonly Certificate[],
  { authorities, intermediates, distrusted, facts }: Stored,
): Trusted {
  const refused = new Set(distrusted.map(({ fingerprint }) => fingerprint));
  const usual = usualAuthorities();
  const known = new Set(usual.map(({ fingerprint }) => fingerprint));
  const more = usableOf([...own, ...authorities, ...intermediates], Date.now()).filter(
    ({ fingerprint }) => !known.has(fingerprint) && !refused.has(fingerprint),
  );
  const isUsual = more.length === 0 && !usual.some(({ fingerprint }) => refused.has(fingerprint));
  const all = [...usual.filter(({ fingerprint }) => !refused.has(fingerprint)), ...more];
  return {
    context: isUsual ? null : createSecureContext({ ca: all.map(({ pem }) => pem) }),
    distrusted: refused,
    system: facts,
  };
}
