import type { DeliveryFailure } from '../../model/delivery.ts';
import { describeCause, errnoCode, GatewayError } from '../../platform/errors.ts';
import { cloudPeer, type Peer, proxyPeer } from '../http/peers.ts';
import { offlineWords } from './connection-failures.ts';

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
    const { code: fault, message, hint } = untrusted;
    return { ...common, code: fault, text: message, hint, disposition: 'pause', gate: 'offline' };
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
const trustFault = (error: Error): GatewayError | null =>
  error instanceof GatewayError ? error : error.cause instanceof GatewayError ? error.cause : null;
