import type { DeliveryFailure } from '../model/delivery.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';

/** What it means that no answer came. Nothing sent: we are offline. All sent: the cloud may hold the picture. */
export function meaningOfLoss(error: Error, sent: boolean): DeliveryFailure {
  const technical = describeCause(error);
  const common = { technical, retryAfterMilliseconds: null, gate: 'offline' } as const;
  const code = errnoCode(error) ?? errnoCode(error.cause) ?? '';
  if (sent) {
    return {
      ...common,
      code: 'no-answer',
      text: 'Sent, no answer.',
      hint: 'Nothing to do: it is sent again, and the cloud recognises it by its number.',
      disposition: 'retry',
      ambiguous: true,
    };
  }
  return { ...common, ...offlineWords(code), disposition: 'pause', ambiguous: false };
}

type Words = { readonly code: string; readonly text: string; readonly hint: string };

function offlineWords(code: string): Words {
  if (code === 'ECONNREFUSED') {
    return {
      code: 'connection-refused',
      text: 'The server does not accept connections.',
      hint: 'Check that the Acusight server runs, and the port in cloud.baseUrl.',
    };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      code: 'name-not-found',
      text: 'The server’s name can’t be found on this network.',
      hint: 'Check the network cable and the name server (DNS) of this PC, and the name in cloud.baseUrl.',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      code: 'certificate-wrong-host',
      text: 'The server’s certificate is made for another name.',
      hint: 'Use the name that is in the certificate in cloud.baseUrl, or have the certificate renewed with this one.',
    };
  }
  if (certificateCodes.has(code)) {
    return {
      code: 'certificate-untrusted',
      text: 'The server’s certificate is not trusted by this PC.',
      hint: 'Install the site’s certificate authority on this PC, and check that the PC’s clock is right.',
    };
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return {
      code: 'tls-failed',
      text: 'No encrypted connection can be made.',
      hint: 'Check whether cloud.baseUrl must begin with http:// instead of https://, or names another port.',
    };
  }
  if (
    code === 'UND_ERR_CONNECT_TIMEOUT' ||
    code === 'ETIMEDOUT' ||
    code === 'EHOSTUNREACH' ||
    code === 'ENETUNREACH' ||
    code === 'ENETDOWN'
  ) {
    return {
      code: 'unreachable',
      text: 'The server can’t be reached.',
      hint: 'Check the network cable and switch of this PC, and that the firewall lets it reach the address in cloud.baseUrl.',
    };
  }
  if (code === 'ACUSIGHT_SILENCE') {
    return {
      code: 'server-silent',
      text: 'The connection is there, but the server does not answer.',
      hint: 'Check the Acusight server, and what lies between it and this PC: a proxy or firewall may hold the connection.',
    };
  }
  return {
    code: 'connection-lost',
    text: 'The connection to the server broke off.',
    hint: 'Check the network between this PC and the server.',
  };
}

/** Node's names of OpenSSL's verification errors. */
const certificateCodes: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
]);
