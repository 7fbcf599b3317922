import { message } from '../../../../shared/messages/message.ts';
import type { DeliveryFailure } from '../../model/delivery.ts';
import { meaningOfLoss } from '../acusight/connection-failures.ts';
import { parseRetryAfter } from '../acusight/retry-after.ts';
import type { Exchange } from '../http/http-exchange.ts';
import { foreignLogin, loginRefused } from '../http/proxy/proxy-login.ts';
import {
  blocked,
  byCode,
  elsewhere,
  full,
  keyRefused,
  noBucket,
  notStorage,
  slowDown,
  tooLarge,
  trouble,
  type Verdict,
} from './storage-failures.ts';

/**
 * What an answer of the object storage means. Nobody was told of the picture yet, so nothing here is ambiguous, and
 * only its size can be the picture's own fault.
 */
export type StoreOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'failed'; readonly failure: DeliveryFailure }
  | { readonly kind: 'aborted'; readonly sent: false };

type Answer = Extract<Exchange, { kind: 'answer' }>;

/** Of a PUT. */
export const putMeaning = (result: Exchange, now: number): StoreOutcome =>
  meaning(result, now, (answer) => {
    const error = errorOf(answer.body);
    if (answer.status >= 200 && answer.status < 300)
      return successOf(answer, error) ?? (isFromStorage(answer) ? null : notStorage);
    return byCode[error?.code ?? ''] ?? byStatus(answer, error);
  });

/** Of a look at the bucket. A key that may only write, or a storage that does not know this question, says nothing bad. */
export const bucketMeaning = (result: Exchange, now: number): StoreOutcome =>
  meaning(result, now, (answer) => {
    const error = errorOf(answer.body);
    if (error?.code === 'AccessDenied' || error?.code === 'NotImplemented' || error?.code === 'MethodNotAllowed')
      return null;
    if (answer.status >= 200 && answer.status < 300)
      return successOf(answer, error) ?? (isXmlOrNothing(answer) ? null : notStorage);
    return byCode[error?.code ?? ''] ?? byStatus(answer, error);
  });

/**
 * Whatever stores an object tells its ETag, or at least who it is. A web server, a health check or a portal that says 200
 * to anything does neither, and the API would be told of a picture that is nowhere.
 */
const isFromStorage = ({ headers }: Answer): boolean =>
  Object.keys(headers).some((name) => name === 'etag' || /^x-(?:amz|goog|rgw|minio|obs|oss|cos)-/.test(name));

const isXmlOrNothing = ({ body }: Answer): boolean => /^\s*(?:$|<)/.test(body);

/**
 * May this refusal of a PUT be about the header that has the object's checksum? Storages that do not know it say so in
 * several ways; where a proxy takes it away, the signature that covers it is wrong. `known`: this storage has taken it
 * before, and only words that name it are still believed.
 */
export function refusesChecksum(result: Exchange, known: boolean): boolean {
  if (result.kind !== 'answer' || result.status < 400) return false;
  const error = errorOf(result.body);
  if (error === null) return result.status === 501 && !known;
  if (damaged.has(error.code)) return false;
  return (
    /x-amz-checksum|checksum.*header|header.*checksum/i.test(error.message) || (!known && unknownHeader.has(error.code))
  );
}

/** They took the header, and the bytes did not fit. */
const damaged: ReadonlySet<string> = new Set(
  Object.entries(byCode).flatMap(([code, verdict]) => (verdict?.message.code === 'storage-checksum' ? [code] : [])),
);
const unknownHeader: ReadonlySet<string> = new Set([
  'NotImplemented',
  'InvalidArgument',
  'InvalidRequest',
  'InvalidHeader',
  'UnsupportedHeader',
  'SignatureDoesNotMatch',
]);

function meaning(result: Exchange, now: number, verdictOf: (answer: Answer) => Verdict | null): StoreOutcome {
  if (result.kind === 'aborted') return { kind: 'aborted', sent: false };
  if (result.kind === 'lost') return { kind: 'failed', failure: meaningOfLoss(result.error, result.sent, 'storage') };
  const verdict = verdictOf(result);
  if (verdict === null) return { kind: 'stored' };
  return {
    kind: 'failed',
    failure: {
      ...verdict,
      technical: technicalOf(result),
      ambiguous: false,
      retryAfterMilliseconds: parseRetryAfter(result.headers['retry-after'], now),
    },
  };
}

/** A PUT is answered without words; what has words of its own is a web page or an error after all. */
function successOf(answer: Answer, error: StorageError | null): Verdict | null {
  if (error !== null) return byCode[error.code] ?? trouble(message('storage-reports-error', { words: error.code }));
  if (isPage(answer)) return blocked;
  return answer.complete ? null : trouble(message('storage-answer-broke-off'));
}

function byStatus(answer: Answer, error: StorageError | null): Verdict {
  const { status } = answer;
  if (status === 511 || (isPage(answer) && status < 500 && !clearStatuses.has(status))) return blocked;
  if (status >= 300 && status < 400) return elsewhere;
  switch (status) {
    case 401:
    case 403:
      return keyRefused;
    case 404:
    case 405:
    case 410:
      return error === null && answer.body.trim() !== '' ? notStorage : noBucket;
    case 407:
      return {
        message: loginRefused(foreignLogin(answer.headers['proxy-authenticate'])),
        disposition: 'pause',
        pauseReason: 'offline',
      };
    case 413:
      return tooLarge;
    case 429:
      return slowDown;
    case 507:
      return full;
    default:
      return {
        ...trouble(
          status >= 500
            ? message('storage-error', { status })
            : message('storage-unexpected-answer', {
                answer: error === null ? `${status}` : `${status}, ${error.code}`,
              }),
        ),
        ...(status === 503 ? { overrun: true } : {}),
      };
  }
}

/** Proxies and web servers give these with a page, and mean them. */
const clearStatuses: ReadonlySet<number> = new Set([407, 413, 429]);

type StorageError = { readonly code: string; readonly message: string };

/** `<Error><Code>…</Code><Message>…</Message>…</Error>`; only its beginning is looked at. */
function errorOf(body: string): StorageError | null {
  const xml = body.slice(0, 8_192);
  if (!/<Error[\s>]/.test(xml)) return null;
  const code = /<Code>\s*([A-Za-z0-9._-]{1,100})\s*<\/Code>/.exec(xml)?.[1];
  if (code === undefined) return null;
  return { code, message: /<Message>([^<]{0,500})<\/Message>/.exec(xml)?.[1]?.trim() ?? '' };
}

const isPage = ({ headers, body }: Answer): boolean =>
  (headers['content-type'] ?? '').includes('html') || /^\s*<(?:!doctype html|html)/i.test(body);

function technicalOf({ status, headers, body }: Answer): string {
  const error = errorOf(body);
  const words =
    error !== null
      ? `${error.code} ${error.message}`
      : status >= 300 && status < 400
        ? `to ${headers['location'] ?? 'nowhere'}`
        : body.replace(/\s+/g, ' ');
  return `HTTP ${status} ${words}`.trim().slice(0, 500);
}
