import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';

/** One certificate, parsed. */
export type Certificate = {
  readonly pem: string;
  /** SHA-256 of it, lower-case hex. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly isSelfIssued: boolean;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
};

export type Certificates = {
  readonly found: readonly Certificate[];
  /** Entries that hold no certificate that can be read. */
  readonly unusable: number;
  /** Those of them that begin and do not end. */
  readonly cutOff: number;
};

const begin = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g;
/** Up to its own end: one that was cut off takes the next with it no further. */
const whole = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** PEM, one or many with whatever stands between them; a single certificate in binary form (DER) is taken too. */
export function certificatesIn(bytes: Uint8Array): Certificates {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const entries = text.match(begin)?.length ?? 0;
  const complete = entries === 0 ? [bytes] : (text.match(whole) ?? []);
  const found = complete.flatMap((one) => certificateOf(one) ?? []);
  const count = Math.max(entries, 1);
  return { found, unusable: count - found.length, cutOff: count - complete.length };
}

export function allCertificatesIn(entries: readonly Uint8Array[]): Certificates {
  const each = entries.map(certificatesIn);
  return {
    found: each.flatMap(({ found }) => found),
    unusable: each.reduce((sum, { unusable }) => sum + unusable, 0),
    cutOff: each.reduce((sum, { cutOff }) => sum + cutOff, 0),
  };
}

function certificateOf(content: string | Uint8Array): Certificate | null {
  try {
    const parsed = new X509Certificate(content);
    return {
      pem: parsed.toString(),
      fingerprint: hexOf(parsed.fingerprint256),
      subject: parsed.subject,
      isSelfIssued: parsed.subject === parsed.issuer,
      endsAt: Date.parse(parsed.validTo),
    };
  } catch {
    return null;
  }
}

export const hexOf = (fingerprint256: string | undefined): string =>
  (fingerprint256 ?? '').replaceAll(':', '').toLowerCase();

/** Those that Node brings with it, and `NODE_EXTRA_CA_CERTS` where this Node tells them; the older one tells only its own. */
export function usualAuthorities(): readonly Certificate[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  usual ??= (getCACertificates?.('default') ?? tls.rootCertificates).flatMap((text) => certificateOf(text) ?? []);
  return usual;
}
let usual: readonly Certificate[] | undefined;

/**
 * Each once, and of several with one name not those that have expired: the authority of a plant that was renewed under
 * its old name lies beside its former self for years, and TLS libraries take the first that they find.
 */
export function usableOf(certificates: readonly Certificate[], now: number): readonly Certificate[] {
  const different = [...new Map(certificates.map((one) => [one.fingerprint, one])).values()];
  const renewed = new Set(different.filter(({ endsAt }) => !(endsAt < now)).map(({ subject }) => subject));
  return different.filter(({ subject, endsAt }) => !(endsAt < now) || !renewed.has(subject));
}
