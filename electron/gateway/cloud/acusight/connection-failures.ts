import { type Message, message } from '../../../../shared/messages/message.ts';
import type { DeliveryFailure } from '../../model/delivery.ts';
import { describeCause, errnoCode, OperatorError } from '../../platform/errors.ts';
import { ForeignLoginError, loginRefused } from '../http/proxy/proxy-login.ts';
import { untrustedCodes } from '../http/tls/certificate-faults.ts';

/** Whom a connection is made to, as the words about its failures tell them apart; `script`: the proxy script's server. */
export type Peer = 'server' | 'storage' | 'proxy' | 'script';

/**
 * What it means that no answer came. Nothing sent: we are offline. All sent: the cloud may hold the picture. An object
 * storage that holds it unseen has told nobody: sending it again makes no second one.
 */
export function meaningOfLoss(error: Error, sent: boolean, peer: Peer = 'server'): DeliveryFailure {
  const common = { technical: describeCause(error), retryAfterMilliseconds: null, ambiguous: false } as const;
  const code = codeOf(error);
  if (code === 'ACUSIGHT_PAYLOAD') {
    return { ...common, message: message('payload-unreadable'), disposition: 'retry', pauseReason: 'trouble' };
  }
  const untrusted = trustFault(error);
  if (untrusted !== null) return { ...common, message: untrusted.said, disposition: 'pause', pauseReason: 'offline' };
  const silent = code === 'ACUSIGHT_SILENCE';
  if (sent) {
    const to = peer === 'server' ? 'server' : 'storage';
    return {
      ...common,
      message: message('no-answer', { context: silent ? (`${to}-slow` as const) : to }),
      disposition: 'retry',
      pauseReason: 'offline',
      ambiguous: peer === 'server',
      overrun: true,
    };
  }
  const why =
    code === 'ACUSIGHT_PROXY_LOST' ? whyOffline(error.cause, 'proxy') : whyOffline(innermostCoded(error), peer);
  return {
    ...common,
    message: why,
    disposition: 'pause',
    pauseReason: 'offline',
    ...(silent ? { overrun: true } : {}),
  };
}

const codeOf = (error: Error): string => errnoCode(error) ?? errnoCode(error.cause) ?? '';

const innermostCoded = (error: Error): unknown => (errnoCode(error) === null ? error.cause : error);

/** A certificate file that can't be used stops every connection before it begins. */
const trustFault = (error: Error): OperatorError | null =>
  error instanceof OperatorError ? error : error.cause instanceof OperatorError ? error.cause : null;

/** Why nothing could be sent; `error` is what Node, undici or our own connector threw. */
export function whyOffline(error: unknown, peer: Peer): Message {
  const code = errnoCode(error) ?? '';
  return proxyAnswer(code, error) ?? certificateFault(code, peer) ?? lineFault(code, error, peer);
}

/** What the proxy said to our wish to be connected. */
function proxyAnswer(code: string, error: unknown): Message | null {
  switch (code) {
    case 'ACUSIGHT_PROXY_AUTH':
    case 'ACUSIGHT_PROXY_LOGIN':
      return loginRefused(error instanceof ForeignLoginError ? error.logins : null);
    case 'ACUSIGHT_PROXY_DENIED':
      return message('proxy-denied', { context: 'unnamed', proxy: '', target: '' });
    case 'ACUSIGHT_PROXY_UPSTREAM':
      return message('proxy-upstream', { context: 'unnamed', proxy: '', target: '' });
    case 'ACUSIGHT_PROXY_SCRIPT':
      return message('proxy-script');
    case 'ACUSIGHT_PROXY_UNSAID':
      return message('proxy-script-silent');
    case 'ACUSIGHT_PROXY_KIND':
      return message('proxy-kind');
    default:
      return null;
  }
}

function certificateFault(code: string, peer: Peer): Message | null {
  const of = { context: peer };
  if (code === 'ACUSIGHT_PIN_MISMATCH') return message('certificate-pin-mismatch', of);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return message('certificate-wrong-host', of);
  if (code === 'CERT_HAS_EXPIRED') return message('certificate-expired', of);
  if (code === 'CERT_NOT_YET_VALID') return message('certificate-not-yet-valid', of);
  if (untrustedCodes.has(code)) return message('certificate-untrusted', of);
  if (code === 'ACUSIGHT_DISTRUSTED') return message('certificate-distrusted', of);
  return code.startsWith('ERR_SSL') || code === 'EPROTO' ? message('tls-failed', of) : null;
}

function lineFault(code: string, error: unknown, peer: Peer): Message {
  const of = { context: peer };
  if (code === 'ECONNREFUSED') return message('connection-refused', of);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') return message('name-not-found', of);
  if (unreachableCodes.has(code) && isOnlyIpv6(error)) return message('unreachable-ipv6', of);
  if (unreachableCodes.has(code) || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return message('unreachable', of);
  return message(code === 'ACUSIGHT_SILENCE' ? 'server-silent' : 'connection-lost', of);
}

const unreachableCodes: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EHOSTDOWN',
]);

/** Node gives the address it tried; several addresses that all failed come as one error with `errors`. */
function isOnlyIpv6(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isOnlyIpv6);
  const address = typeof error === 'object' && error !== null && 'address' in error ? error.address : null;
  return typeof address === 'string' && address.includes(':');
}
