import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { describeCause, errnoCode } from './errors.ts';
import type { SystemCertificates } from './stored-certificates.ts';
import { windowsCertificates } from './windows-certificates.ts';

/** The certificates that the operating system trusts, as IT rolls them out to every PC. */

/**
 * Of this PC, the same one for all: so it is known what it gave before. The environment has no say: whoever sets a
 * variable must not be able to add an authority.
 */
export function systemCertificates(): SystemCertificates {
  ofThisPc ??= findStore();
  return ofThisPc;
}
let ofThisPc: SystemCertificates | undefined;

function findStore(): SystemCertificates {
  if (process.platform === 'win32') return windowsCertificates() ?? nodesOwn('the certificate store of Windows');
  if (process.platform === 'darwin') return nodesOwn('the keychains');
  return certificatesInFiles(linuxPlaces);
}

export type CertificatePlaces = {
  /** The first that is there counts. */
  readonly bundles: readonly string[];
  /** Every file in each of these folders. */
  readonly blocklists: readonly string[];
};

/** Where distributions keep what `update-ca-certificates` or `update-ca-trust` makes of their own and the site's. */
const linuxPlaces: CertificatePlaces = {
  bundles: [
    // Debian, Ubuntu, Arch, Alpine.
    '/etc/ssl/certs/ca-certificates.crt',
    // Red Hat, Fedora.
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/pki/tls/certs/ca-bundle.crt',
    // SUSE.
    '/var/lib/ca-certificates/ca-bundle.pem',
    '/etc/ssl/ca-bundle.pem',
    '/etc/ssl/cert.pem',
  ],
  // p11-kit's: its bundles leave out what lies here, but we bring authorities of our own.
  blocklists: [
    '/etc/pki/ca-trust/source/blocklist',
    '/etc/pki/ca-trust/source/blacklist',
    '/usr/share/pki/ca-trust-source/blocklist',
    '/etc/ca-certificates/trust-source/blocklist',
    '/etc/pki/trust/blocklist',
    '/usr/share/pki/trust/blocklist',
  ],
};

/**
 * Each part by itself: what can't be read in one of them must not take away what another distrusts.
 */
export function certificatesInFiles({ bundles, blocklists }: CertificatePlaces): SystemCertificates {
  return {
    read: () => {
      const faults: string[] = [];
      const trying = <T>(otherwise: T, work: () => T): T => {
        try {
          return work();
        } catch (error) {
          faults.push(describeCause(error));
          return otherwise;
        }
      };
      const place = trying(null, () => bundles.find((path) => sizeAndTime(path) !== null) ?? null);
      const blocked = blocklists.flatMap((folder) => trying([], () => filesIn(folder)));
      const distrusted = blocked.map(contentOrNull);
      return {
        place,
        authorities: place === null ? [] : trying([], () => [readFileSync(place)]),
        intermediates: [],
        distrusted: distrusted.filter((content) => content !== null),
        unreadable: distrusted.filter((content) => content === null).length,
        fault: faults.length === 0 ? null : faults.join('; '),
      };
    },
    stamp: () => {
      const blocked = blocklists.map((folder) => codeOr(() => filesIn(folder).map(stampOf).join(' ')));
      return [...bundles.map(stampOf), ...blocked].join(' ');
    },
  };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => join(folder, name));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return [];
    throw error;
  }
}

function contentOrNull(path: string): Buffer | null {
  try {
    return statSync(path).isFile() ? readFileSync(path) : null;
  } catch {
    return null;
  }
}

/** Null where there is no file, or an empty one. Who may read a file is a change of it too. */
function sizeAndTime(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size === 0) return null;
  return `${found.ino}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`;
}

const stampOf = (path: string): string => codeOr(() => sizeAndTime(path) ?? '-');

function codeOr(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return errnoCode(error) ?? 'unknown';
  }
}

/** As Node itself knows it: read once in a process, and only by its newer versions. */
function nodesOwn(place: string): SystemCertificates {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'system') => string[] };
  return {
    read: () => ({
      place: getCACertificates === undefined ? null : place,
      authorities: getCACertificates?.('system').map((text) => Buffer.from(text, 'latin1')) ?? [],
      intermediates: [],
      distrusted: [],
    }),
    stamp: () => '',
  };
}
