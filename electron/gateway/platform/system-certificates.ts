import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import type { SystemCertificates } from './stored-certificates.ts';
import { windowsCertificates } from './windows-certificates.ts';

/** The certificates that the operating system trusts, as IT rolls them out to every PC. */

/** Of this PC. The environment has no say: whoever sets a variable must not be able to add an authority. */
export function systemCertificates(): SystemCertificates {
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

export function certificatesInFiles({ bundles, blocklists }: CertificatePlaces): SystemCertificates {
  const blocked = (): string[] => blocklists.flatMap(filesIn);
  return {
    read: () => {
      const place = bundles.find((path) => sizeAndTime(path) !== null) ?? null;
      return {
        place,
        authorities: place === null ? [] : [readFileSync(place)],
        intermediates: [],
        distrusted: blocked().map((path) => readFileSync(path)),
      };
    },
    stamp: () => [...bundles, ...blocked()].map(sizeAndTime).join(' '),
  };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** Null where there is no file, or an empty one. */
function sizeAndTime(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size > 0 ? `${found.ino}:${found.size}:${found.mtimeMs}` : null;
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
