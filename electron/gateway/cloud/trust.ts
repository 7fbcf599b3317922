import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import type { TlsConfig } from '../../../shared/config.ts';
import { GatewayError } from '../platform/errors.ts';
import { CodedError } from './coded-error.ts';

/** Certificate authorities beside those that Node brings with it; null where none are named. */
export type ReadTrust = () => tls.SecureContext | null;

/**
 * Reads the file of certificate authorities. Throws a `GatewayError` in words where it can't be read or holds none: for
 * checks before the start, and on every connection as long as it is so.
 */
export function readTrust({ caFile }: TlsConfig): tls.SecureContext | null {
  if (caFile === undefined) return null;
  const own = authoritiesIn(readAuthorities(caFile), caFile);
  return tls.createSecureContext({ ca: [...usualAuthorities(), ...own] });
}

/** Read once it can be read: a file that is put right later needs no restart. */
export function trustOnce(settings: TlsConfig): ReadTrust {
  let context: tls.SecureContext | null | undefined;
  return () => {
    context ??= readTrust(settings);
    return context;
  };
}

function readAuthorities(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new GatewayError({
      code: 'ca-file-unreadable',
      operation: 'reading cloud.tls.caFile',
      text: 'The file of certificate authorities can’t be read.',
      hint: `Check that ${path} is there and that this gateway may read it, or correct cloud.tls.caFile.`,
      disposition: 'pause',
      cause: error,
    });
  }
}

const pem = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** PEM, one or many; a single certificate in binary form (DER) is taken too. */
function authoritiesIn(bytes: Buffer, path: string): readonly string[] {
  const texts = bytes.toString('latin1').match(pem) ?? [];
  try {
    if (texts.length === 0) return [new X509Certificate(bytes).toString()];
    return texts.map((text) => new X509Certificate(text).toString());
  } catch (error) {
    throw new GatewayError({
      code: 'ca-file-invalid',
      operation: 'reading cloud.tls.caFile',
      text: 'The file of certificate authorities holds no usable certificate.',
      hint: `Put the authority’s certificate in ${path} as PEM: it begins with -----BEGIN CERTIFICATE-----.`,
      disposition: 'pause',
      cause: error,
    });
  }
}

/** With `NODE_EXTRA_CA_CERTS` where this Node tells them; the older one tells only its own. */
function usualAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

const checksOff = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * What the environment asks of TLS and does not get: whoever sets a variable of this PC must not be able to read the
 * device key on its way. To be logged, for somebody believes that it helps.
 */
export const refusedOfEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): { readonly setting: string; readonly text: string } | null =>
  environment[checksOff] === '0'
    ? {
        setting: checksOff,
        text: `${checksOff}=0 is ignored: certificates are always checked. Name the site’s certificate authority in cloud.tls.caFile, or the server’s certificate in cloud.tls.pinnedSha256, and remove the variable.`,
      }
    : null;

/** Left there, it would have Node warn on every start that connections are insecure, which they are not. */
export function withdrawFromEnvironment(environment: Record<string, string | undefined>): void {
  if (refusedOfEnvironment(environment) !== null) delete environment[checksOff];
}

/** The certificate itself is compared, so neither its name nor who signed it nor its dates matter. */
export function pinFault(socket: tls.TLSSocket, pinnedSha256: string): CodedError | null {
  const { fingerprint256 } = socket.getPeerCertificate();
  const found = (fingerprint256 ?? '').replaceAll(':', '').toLowerCase();
  if (found === pinnedSha256) return null;
  return new CodedError('ACUSIGHT_PIN_MISMATCH', `the certificate’s SHA-256 is ${found || 'unknown'}`);
}
