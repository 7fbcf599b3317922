import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { errnoCode } from '../../../platform/errors.ts';
import { CodedError } from '../coded-error.ts';
import { hexOf } from './certificates.ts';

/** The certificate itself is compared, so neither its name nor who signed it nor its dates matter. */
export function pinFault(socket: TLSSocket, pinnedSha256: string): CodedError | null {
  const found = hexOf(socket.getPeerCertificate().fingerprint256);
  if (found === pinnedSha256) return null;
  return new CodedError('ACUSIGHT_PIN_MISMATCH', `the certificate’s SHA-256 is ${found || 'unknown'}`);
}

/**
 * The server's own certificate or any above it is distrusted on this PC. A session that is resumed shows none: it began
 * with a certificate that was looked at, under the same list.
 */
export function distrustFault(socket: TLSSocket, distrusted: ReadonlySet<string>): CodedError | null {
  if (distrusted.size === 0) return null;
  const seen = new Set<string>();
  let one: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  for (let found = hexOf(one.fingerprint256); found !== '' && !seen.has(found); found = hexOf(one?.fingerprint256)) {
    if (distrusted.has(found)) return new CodedError('ACUSIGHT_DISTRUSTED', `distrusted here: SHA-256 ${found}`);
    seen.add(found);
    one = one?.issuerCertificate;
  }
  return null;
}

/** Node's names of OpenSSL's verification errors: nobody whom we trust vouches for the certificate. */
export const untrustedCodes: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
]);

/** Whether another look at the authorities may help. */
export const isDoubtful = (error: unknown): boolean => {
  const code = errnoCode(error) ?? '';
  return untrustedCodes.has(code) || code === 'CERT_HAS_EXPIRED' || code === 'ACUSIGHT_DISTRUSTED';
};
