import { createWords } from '../../../../shared/messages/words.ts';
import type { DeliveryFailure } from '../../model/delivery.ts';
import { describeCause, errnoCode, OperatorError } from '../../platform/errors.ts';
import { cloudPeer, type Peer, proxyPeer, storagePeer, upperFirst } from '../http/peers.ts';
import { ForeignLoginError, loginWords } from '../http/proxy/proxy-login.ts';
import { untrustedCodes } from '../http/tls/certificate-faults.ts';

/**
 * What it means that no answer came. Nothing sent: we are offline. All sent: the cloud may hold the picture. An object
 * storage that holds it unseen has told nobody: sending it again makes no second one.
 */
export function meaningOfLoss(error: Error, sent: boolean, peer: Peer = cloudPeer): DeliveryFailure {
  const common = { technical: describeCause(error), retryAfterMilliseconds: null, ambiguous: false } as const;
  const code = codeOf(error);
  if (code === 'ACUSIGHT_PAYLOAD') {
    return {
      ...common,
      code: 'payload-unreadable',
      text: 'The stored picture can’t be read from this PC’s disk.',
      hint: 'Have the disk of this PC checked. It is tried again by itself.',
      disposition: 'retry',
      gate: 'trouble',
    };
  }
  const untrusted = trustFault(error);
  if (untrusted !== null) {
    const words = createWords();
    const { code: fault, said } = untrusted;
    return {
      ...common,
      code: fault,
      text: words.text(said),
      hint: words.hint(said),
      disposition: 'pause',
      gate: 'offline',
    };
  }
  if (sent) {
    return {
      ...common,
      code: `${peer.prefix}no-answer`,
      text: peer === cloudPeer ? 'Sent, no answer.' : `Sent to ${peer.name}, no answer.`,
      hint: `${
        peer === cloudPeer
          ? 'Nothing to do: it is sent again, and the cloud recognises it by its number.'
          : 'Nothing to do: it is sent again.'
      }${code === 'ACUSIGHT_SILENCE' ? slowLineHint : ''}`,
      disposition: 'retry',
      gate: 'offline',
      ambiguous: peer === cloudPeer,
      overrun: true,
    };
  }
  const words =
    code === 'ACUSIGHT_PROXY_LOST' ? offlineWords(error.cause, proxyPeer) : offlineWords(innermostCoded(error), peer);
  const silent = code === 'ACUSIGHT_SILENCE';
  return { ...common, ...words, disposition: 'pause', gate: 'offline', ...(silent ? { overrun: true } : {}) };
}

const slowLineHint =
  ' Each time it waits longer for the answer, up to five minutes. If it lasts, a proxy may hold pictures back before a slow line: raise sync.answerTimeoutMilliseconds, or set sync.maxBytesPerSecond to what the line carries.';

const codeOf = (error: Error): string => errnoCode(error) ?? errnoCode(error.cause) ?? '';

const innermostCoded = (error: Error): unknown => (errnoCode(error) === null ? error.cause : error);

/** A certificate file that can't be used stops every connection before it begins. */
const trustFault = (error: Error): OperatorError | null =>
  error instanceof OperatorError ? error : error.cause instanceof OperatorError ? error.cause : null;

export type Words = { readonly code: string; readonly text: string; readonly hint: string };

/** Why nothing could be sent, in words; `error` is what Node, undici or our own connector threw. */
export function offlineWords(error: unknown, peer: Peer): Words {
  const code = errnoCode(error) ?? '';
  const words = proxyWords(code, error) ?? certificateWords(code, peer) ?? lineWords(code, error, peer);
  return { ...words, code: `${words.code.startsWith('proxy-') ? '' : peer.prefix}${words.code}` };
}

/** What the proxy said to our wish to be connected. */
function proxyWords(code: string, error: unknown): Words | null {
  switch (code) {
    case 'ACUSIGHT_PROXY_AUTH':
    case 'ACUSIGHT_PROXY_LOGIN':
      return loginWords(error instanceof ForeignLoginError ? error.logins : null);
    case 'ACUSIGHT_PROXY_DENIED':
      return {
        code: 'proxy-denied',
        text: 'The proxy does not let this PC through.',
        hint: 'Ask the network’s administrator to let this PC reach the address and port of the server through the proxy. If the server needs no proxy, name it in cloud.proxy.noProxy.',
      };
    case 'ACUSIGHT_PROXY_UPSTREAM':
      return {
        code: 'proxy-upstream',
        text: 'The proxy answers, but it can’t reach the server.',
        hint: 'Check that the server runs. If the server needs no proxy, name it in cloud.proxy.noProxy.',
      };
    case 'ACUSIGHT_PROXY_SCRIPT':
      return {
        code: 'proxy-script',
        text: 'The proxy script (PAC) can’t be used: it is not reached, or it is no such script.',
        hint: 'Open its address in a browser of this PC, or ask the network’s administrator. If it has moved, correct cloud.proxy.pacUrl.',
      };
    case 'ACUSIGHT_PROXY_UNSAID':
      return {
        code: 'proxy-script-silent',
        text: 'Nothing says in time which proxy to use: the proxy script (PAC) is not reached, or does not end.',
        hint: 'Ask the network’s administrator to look at the script. Until then a proxy can be named in cloud.proxy.url.',
      };
    case 'ACUSIGHT_PROXY_KIND':
      return {
        code: 'proxy-kind',
        text: 'The proxy settings or script name only proxies of a kind that this gateway can’t use, such as SOCKS.',
        hint: 'Ask the network’s administrator for an HTTP proxy, and name it in cloud.proxy.url.',
      };
    default:
      return null;
  }
}

function certificateWords(code: string, peer: Peer): Words | null {
  const whose = `${upperFirst(peer.name)}’s certificate`;
  if (code === 'ACUSIGHT_PIN_MISMATCH') {
    return {
      code: 'certificate-pin-mismatch',
      text: `${whose} is not the one this gateway was told to expect.`,
      hint:
        peer === storagePeer
          ? 'If the object storage has a certificate of its own, use cloud.tls.caFile instead of cloud.tls.pinnedSha256. If not, somebody may be in between: ask the administrator.'
          : 'If the certificate was renewed, ask the administrator for its SHA-256 fingerprint and enter it in cloud.tls.pinnedSha256. If not, somebody may be in between.',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      code: 'certificate-wrong-host',
      text: `${whose} is made for another name.`,
      hint: `Use the name that is in the certificate in ${peer.setting}, or have the certificate renewed with this one.`,
    };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const expired = code === 'CERT_HAS_EXPIRED';
    return {
      code: expired ? 'certificate-expired' : 'certificate-not-yet-valid',
      text: expired ? `${whose} has expired.` : `${whose} is not valid yet.`,
      hint: 'Check date and time of this PC first. If they are right, have the certificate renewed.',
    };
  }
  if (untrustedCodes.has(code)) {
    return {
      code: 'certificate-untrusted',
      text: `${whose} is not trusted by this gateway.`,
      hint: 'Have the certificate of the site’s certificate authority put in this PC’s certificate store, or in a file that cloud.tls.caFile names. If that is done, check that it is the right one.',
    };
  }
  if (code === 'ACUSIGHT_DISTRUSTED') {
    return {
      code: 'certificate-distrusted',
      text: `${whose}, or that of its authority, is distrusted on this PC.`,
      hint: 'It is in the list of untrusted certificates of this PC’s certificate store. Ask the administrator of this PC why; the server may need another certificate.',
    };
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return {
      code: 'tls-failed',
      text: `No encrypted connection to ${peer.name} can be made.`,
      hint: `Check whether ${peer.setting} must begin with http:// instead of https://, or names another port.`,
    };
  }
  return null;
}

function lineWords(code: string, error: unknown, peer: Peer): Words {
  const name = upperFirst(peer.name);
  if (code === 'ECONNREFUSED') {
    return {
      code: 'connection-refused',
      text: `${name} does not accept connections.`,
      hint: `Check that ${peer.service} runs, and the port in ${peer.setting}.`,
    };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') {
    return {
      code: 'name-not-found',
      text: `${name}’s name can’t be found on this network.`,
      hint: `Check the network cable and the name server (DNS) of this PC, and the name in ${peer.setting}.`,
    };
  }
  if (unreachableCodes.has(code) && isOnlyIpv6(error)) {
    return {
      code: 'unreachable-ipv6',
      text: `${name} can only be reached over IPv6, and this network has none.`,
      hint: `Ask the network’s administrator for IPv6 on this PC, or for an IPv4 address for ${peer.setting}.`,
    };
  }
  if (unreachableCodes.has(code) || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return {
      code: 'unreachable',
      text: `${name} can’t be reached.`,
      hint: `Check the network cable and switch of this PC, and that the firewall lets it reach the address in ${peer.setting}.`,
    };
  }
  if (code === 'ACUSIGHT_SILENCE') {
    return {
      code: peer === proxyPeer ? 'silent' : 'server-silent',
      text: `The connection is there, but ${peer.name} does not answer.`,
      hint: `Check ${peer.service}, and what lies between it and this PC: a proxy or firewall may hold the connection.`,
    };
  }
  return {
    code: 'connection-lost',
    text: `The connection to ${peer.name} broke off.`,
    hint: `Check the network between this PC and ${peer.name}.`,
  };
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
