import type { DeliveryFailure, DeliveryOutcome, GateReason } from '../../model/delivery.ts';
import type { Exchange } from '../http/http-exchange.ts';
import { foreignLogin, loginWords } from '../http/proxy/proxy-login.ts';
import type { Subject } from './answer-claims.ts';
import { meaningOfLoss } from './connection-failures.ts';
import { parseRetryAfter } from './retry-after.ts';
import { type ParsedAnswer, parseAnswer } from './schema.ts';

/** What keeps a device waiting whose key is good. */
export const notApproved = (status: 'pending' | 'rejected') =>
  ({
    code: `device-${status}`,
    text:
      status === 'pending'
        ? 'This device waits to be approved in Acusight.'
        : 'This device was rejected by the Acusight administrator.',
    hint:
      status === 'pending'
        ? 'Ask the Acusight administrator to approve this device. Pictures are collected and kept until then.'
        : 'Ask the Acusight administrator to approve this device after all, or for a new provisioning token. Pictures are collected and kept until then.',
    disposition: 'pause',
    gate: 'not-approved',
  }) as const;

/** A 403 names the device's state in words only; no code is documented. */
function approvalIn({ error }: ParsedAnswer): 'pending' | 'rejected' | null {
  const words = `${error?.code ?? ''} ${error?.message ?? ''}`;
  if (/reject/i.test(words)) return 'rejected';
  return /pending|approv/i.test(words) ? 'pending' : null;
}

export const intercepted = {
  code: 'intercepted',
  text: 'Something between us and the cloud answered instead.',
  hint: 'A proxy, firewall or login page of the network is in the way. Ask the network’s administrator to let this PC reach the cloud address.',
  disposition: 'pause',
  gate: 'intercepted' satisfies GateReason,
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
  const failed = (
    failure: Partial<DeliveryFailure> & Pick<DeliveryFailure, 'code' | 'text' | 'hint' | 'disposition' | 'gate'>,
  ): DeliveryOutcome => ({
    kind: 'failed',
    failure: { technical, ambiguous: false, retryAfterMilliseconds: wait, ...failure },
  });

  if (status >= 200 && status < 300) return meaningOfSuccess(answer, parsed, subject, failed);
  if (parsed !== null && isDuplicate(parsed, status)) return acknowledged(parsed, true);
  if (status >= 300 && status < 400) return failed({ ...intercepted, hint: redirectHint });
  if (status === 511 || (jsonOnly.has(status) && parsed === null)) return failed(intercepted);
  if (keyStatuses.has(status) && parsed === null && looksLikeHtml(answer)) return failed(intercepted);
  switch (status) {
    case 400:
    case 415:
    case 422:
      return failed({
        code: 'refused-by-cloud',
        text: `The cloud refused this picture${quote(parsed)}.`,
        hint: 'Look at the picture and its annotations. When the cause is corrected, put it back in the queue.',
        disposition: 'bury',
        gate: 'trouble',
      });
    case 413:
      return failed({
        code: 'too-large-for-cloud',
        text: 'The cloud, or a proxy before it, does not take a picture of this size.',
        hint: 'Have the limit of the server or proxy raised, then put the picture back in the queue.',
        disposition: 'bury',
        gate: 'trouble',
      });
    case 401:
    case 403:
      if (status === 403 && parsed !== null) {
        const approval = approvalIn(parsed);
        if (approval !== null) return failed(notApproved(approval));
      }
      return failed({
        code: 'key-refused',
        text: `The device key is refused${quote(parsed)}.`,
        hint: 'Ask the Acusight administrator for a valid device key and enter it. Pictures are kept until then.',
        disposition: 'pause',
        gate: 'key-refused',
      });
    case 404:
    case 405:
    case 410:
      return failed({
        code: 'wrong-address',
        text: 'There is an answer, but this address is not an Acusight API.',
        hint: 'Check cloud.baseUrl: it ends in /api, for example https://10.0.0.5/api.',
        disposition: 'pause',
        gate: 'wrong-address',
      });
    case 407:
      return failed({
        ...loginWords(foreignLogin(answer.headers['proxy-authenticate'])),
        disposition: 'pause',
        gate: 'offline',
      });
    case 429:
      return failed({
        code: 'throttled',
        text: 'The cloud asked us to slow down.',
        hint: 'Nothing to do: it goes on by itself.',
        disposition: 'pause',
        gate: 'throttled',
      });
    default:
      return failed({
        code: status >= 500 ? 'server-error' : 'unexpected-answer',
        text:
          status >= 500
            ? `The cloud has an error of its own (${status}).`
            : `The cloud gave an unexpected answer (${status}).`,
        hint: 'Nothing to do now: it is tried again by itself. If it lasts, tell the Acusight administrator.',
        disposition: 'retry',
        gate: 'trouble',
        // An error answer that broke off says as little as none.
        ambiguous: !complete && status >= 500,
        ...(status === 503 || (!complete && status >= 500) ? { overrun: true } : {}),
      });
  }
}

function meaningOfSuccess(
  answer: Answer,
  parsed: ParsedAnswer | null,
  subject: Subject,
  failed: (
    failure: Omit<DeliveryFailure, 'technical' | 'ambiguous' | 'retryAfterMilliseconds'> & { ambiguous?: boolean },
  ) => DeliveryOutcome,
): DeliveryOutcome {
  const { complete } = answer;
  if (parsed === null) {
    if (complete || looksLikeHtml(answer)) return failed({ ...intercepted, ambiguous: !complete });
    return failed({
      code: 'answer-broke-off',
      text: 'Sent, but the answer broke off.',
      hint: 'Nothing to do: it is sent again, and the cloud recognises it by its number.',
      disposition: 'retry',
      gate: 'offline',
      ambiguous: true,
      overrun: true,
    });
  }
  if (parsed.claim !== 'failure') {
    // The documents know 201 alone, with any object. Whatever else is between us and the API likes to say 200 and {}.
    const isConfirmed = answer.status === 201 || parsed.claim === 'success' || parsed.serverImageId !== null;
    if (isConfirmed || subject === 'device') return acknowledged(parsed, false);
    return failed({
      code: 'not-confirmed',
      text: `The cloud answered, but does not confirm that it stored the picture${quote(parsed)}.`,
      hint: 'The picture is kept and tried again by itself. If it lasts, check cloud.baseUrl and whether something between this PC and the cloud answers in its place, and tell the Acusight administrator.',
      disposition: 'retry',
      gate: 'trouble',
    });
  }
  if (isDuplicate(parsed, answer.status)) return acknowledged(parsed, true);
  const refused = parsed.error?.code === 'VALIDATION_ERROR';
  return failed({
    code: refused ? 'refused-by-cloud' : 'server-error',
    text: refused ? `The cloud refused this picture${quote(parsed)}.` : `The cloud reports an error${quote(parsed)}.`,
    hint: refused
      ? 'Look at the picture and its annotations. When the cause is corrected, put it back in the queue.'
      : 'The picture is kept and tried again by itself. If it lasts, tell the Acusight administrator.',
    disposition: refused ? 'bury' : 'retry',
    gate: 'trouble',
  });
}

const acknowledged = ({ serverImageId, serverBatchId }: ParsedAnswer, duplicate: boolean): DeliveryOutcome => ({
  kind: 'acknowledged',
  duplicate,
  serverImageId,
  serverBatchId,
});

const redirectHint =
  'A redirect is not followed. Check whether cloud.baseUrl must begin with https://; otherwise a login page of the network is in the way: ask the network’s administrator.';

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

const quote = (parsed: ParsedAnswer | null): string => {
  const words = parsed?.error?.message.trim() ?? '';
  return words === '' ? '' : `: “${words.slice(0, 200)}”`;
};

function wordsOf({ status, headers, body }: Answer, parsed: ParsedAnswer | null): string {
  if (status >= 300 && status < 400) return `HTTP ${status} to ${headers['location'] ?? 'nowhere'}`.slice(0, 500);
  const words =
    parsed?.error === null || parsed === null
      ? body.replace(/\s+/g, ' ').trim()
      : `${parsed.error.code} ${parsed.error.message}`.trim();
  return `HTTP ${status} ${words}`.trim().slice(0, 500);
}
