import { message, type ParamsOf } from '../../../../shared/messages/message.ts';
import type { DeliveryFailure, DeliveryOutcome } from '../../model/delivery.ts';
import type { Exchange } from '../http/http-exchange.ts';
import { foreignLogin, loginRefused } from '../http/proxy/proxy-login.ts';
import type { Subject } from './answer-claims.ts';
import { meaningOfLoss } from './connection-failures.ts';
import { parseRetryAfter } from './retry-after.ts';
import { type ParsedAnswer, parseAnswer } from './schema.ts';

/** What keeps a device waiting whose key is good. */
export const notApproved = (status: 'pending' | 'rejected') =>
  ({
    message: message(status === 'pending' ? 'device-pending' : 'device-rejected'),
    disposition: 'pause',
    pauseReason: 'not-approved',
  }) as const;

/** A 403 names the device's state in words only; no code is documented. */
function approvalIn({ error }: ParsedAnswer): 'pending' | 'rejected' | null {
  const words = `${error?.code ?? ''} ${error?.message ?? ''}`;
  if (/reject/i.test(words)) return 'rejected';
  return /pending|approv/i.test(words) ? 'pending' : null;
}

const intercepted = {
  message: message('cloud-intercepted', { context: 'answer' }),
  disposition: 'pause',
  pauseReason: 'intercepted',
} as const;

/**
 * What an answer means: the outcome table of the gateway, pure. One row a branch; the sync engine only carries out
 * what is decided here. `subject`: a picture is acknowledged only in so many words; of a device any answer will do that
 * is not a failure.
 */
export function meaningOf(exchange: Exchange, now: number, subject: Subject = 'picture'): DeliveryOutcome {
  switch (exchange.kind) {
    case 'aborted':
      return { kind: 'aborted', sent: exchange.sent };
    case 'lost':
      return { kind: 'failed', failure: meaningOfLoss(exchange.error, exchange.sent) };
    case 'answer':
      return meaningOfAnswer(exchange, now, subject);
  }
}

type Answer = Extract<Exchange, { kind: 'answer' }>;

function meaningOfAnswer(answer: Answer, now: number, subject: Subject): DeliveryOutcome {
  const { status, body, complete } = answer;
  const parsed = parseAnswer(body, subject);
  const technical = wordsOf(answer, parsed);
  const wait = parseRetryAfter(answer.headers['retry-after'], now);
  const failed: Failed = (failure) => ({
    kind: 'failed',
    failure: { technical, ambiguous: false, retryAfterMilliseconds: wait, ...failure },
  });

  if (status >= 200 && status < 300) return meaningOfSuccess(answer, parsed, subject, failed);
  if (parsed !== null && isDuplicate(parsed, status)) return acknowledged(parsed, true);
  if (status >= 300 && status < 400)
    return failed({ ...intercepted, message: message('cloud-intercepted', { context: 'redirect' }) });
  if (status === 511 || (jsonOnly.has(status) && parsed === null)) return failed(intercepted);
  if (keyStatuses.has(status) && parsed === null && looksLikeHtml(answer)) return failed(intercepted);
  switch (status) {
    case 400:
    case 415:
    case 422:
      return failed({
        message: message('refused-by-cloud', quoted(parsed)),
        disposition: 'bury',
        pauseReason: 'trouble',
      });
    case 413:
      return failed({ message: message('too-large-for-cloud'), disposition: 'bury', pauseReason: 'trouble' });
    case 401:
    case 403:
      if (status === 403 && parsed !== null) {
        const approval = approvalIn(parsed);
        if (approval !== null) return failed(notApproved(approval));
      }
      return failed({
        message: message('device-key-refused', quoted(parsed)),
        disposition: 'pause',
        pauseReason: 'key-refused',
      });
    case 404:
    case 405:
    case 410:
      return failed({ message: message('cloud-wrong-address'), disposition: 'pause', pauseReason: 'wrong-address' });
    case 407:
      return failed({
        message: loginRefused(foreignLogin(answer.headers['proxy-authenticate'])),
        disposition: 'pause',
        pauseReason: 'offline',
      });
    case 429:
      return failed({ message: message('throttled'), disposition: 'pause', pauseReason: 'throttled' });
    default:
      return failed({
        message: message(status >= 500 ? 'server-error' : 'unexpected-answer', { status }),
        disposition: 'retry',
        pauseReason: 'trouble',
        // An error answer that broke off says as little as none.
        ambiguous: !complete && status >= 500,
        ...(status === 503 || (!complete && status >= 500) ? { overrun: true } : {}),
      });
  }
}

type Failed = (
  failure: Partial<DeliveryFailure> & Pick<DeliveryFailure, 'message' | 'disposition' | 'pauseReason'>,
) => DeliveryOutcome;

function meaningOfSuccess(
  answer: Answer,
  parsed: ParsedAnswer | null,
  subject: Subject,
  failed: Failed,
): DeliveryOutcome {
  const { complete } = answer;
  if (parsed === null) {
    if (complete || looksLikeHtml(answer)) return failed({ ...intercepted, ambiguous: !complete });
    return failed({
      message: message('answer-broke-off'),
      disposition: 'retry',
      pauseReason: 'offline',
      ambiguous: true,
      overrun: true,
    });
  }
  if (parsed.claim !== 'failure') {
    // The documents know 201 alone, with any object. Whatever else is between us and the API likes to say 200 and {}.
    const isConfirmed = answer.status === 201 || parsed.claim === 'success' || parsed.serverImageId !== null;
    if (isConfirmed || subject === 'device') return acknowledged(parsed, false);
    return failed({ message: message('not-confirmed', quoted(parsed)), disposition: 'retry', pauseReason: 'trouble' });
  }
  if (isDuplicate(parsed, answer.status)) return acknowledged(parsed, true);
  const refused = parsed.error?.code === 'VALIDATION_ERROR';
  return failed({
    message: message(refused ? 'refused-by-cloud' : 'cloud-reports-error', quoted(parsed)),
    disposition: refused ? 'bury' : 'retry',
    pauseReason: 'trouble',
  });
}

const acknowledged = ({ serverImageId, serverBatchId }: ParsedAnswer, duplicate: boolean): DeliveryOutcome => ({
  kind: 'acknowledged',
  duplicate,
  serverImageId,
  serverBatchId,
});

/**
 * Statuses that decide over a picture for good: only the API's own words count. Web servers and proxies give them too,
 * with a page or a line of text, for instance for plain HTTP on their TLS port.
 */
const jsonOnly: ReadonlySet<number> = new Set([400, 409, 415, 422]);
/** Refusals of the key: a page instead of the API's words is a login or proxy page. */
const keyStatuses: ReadonlySet<number> = new Set([401, 403]);

export const looksLikeHtml = ({ headers, body }: Pick<Answer, 'headers' | 'body'>): boolean =>
  (headers['content-type'] ?? '').includes('html') || /^\s*<(?:!doctype|html)/i.test(body);

/** Whole codes only: a `DUPLICATE_FIELD` is a fault of the request, and its picture is not in the cloud. */
const duplicateCode = /^(?:CONFLICT|DEVICE_EXISTS|DUPLICATE(?:_IMAGE)?|(?:IMAGE_)?(?:DUPLICATE|(?:ALREADY_)?EXISTS))$/i;

/**
 * Does the answer say that the cloud holds this image already? A 409 alone does not: it may be about something else, a
 * closed batch, a device that is not approved, or the same request that is still being worked on.
 */
function isDuplicate({ error }: ParsedAnswer, status: number): boolean {
  if (status > 299 && status !== 400 && status !== 409 && status !== 422) return false;
  const { code, message } = error ?? { code: '', message: '' };
  if (code !== '' && code.toUpperCase() !== 'CONFLICT') return duplicateCode.test(code);
  if (aboutAnother.test(message)) return false;
  return code !== '' || (status === 409 && (message === '' || /duplicate|already|exists/i.test(message)));
}

/** "No open batch exists", "already in progress": a conflict, and no word of the picture being there. */
const aboutAnother =
  /\bno\b.*\bexists\b|\bnot (?:yet|found|approved)\b|\b(?:closed|pending|outstanding|in progress|processing|being processed)\b/i;

/** The API's own words, where it gave any. */
function quoted(parsed: ParsedAnswer | null): ParamsOf<'refused-by-cloud'> {
  const words = (parsed?.error?.message.trim() ?? '').slice(0, 200);
  return { context: words === '' ? 'bare' : 'quoted', words };
}

function wordsOf({ status, headers, body }: Answer, parsed: ParsedAnswer | null): string {
  if (status >= 300 && status < 400) return `HTTP ${status} to ${headers['location'] ?? 'nowhere'}`.slice(0, 500);
  const words =
    parsed?.error === null || parsed === null
      ? body.replace(/\s+/g, ' ').trim()
      : `${parsed.error.code} ${parsed.error.message}`.trim();
  return `HTTP ${status} ${words}`.trim().slice(0, 500);
}
