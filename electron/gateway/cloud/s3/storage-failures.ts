import { type Message, message } from '../../../../shared/messages/message.ts';
import type { DeliveryFailure } from '../../model/delivery.ts';

/** What the object storage's answers mean. */
export type Verdict = Pick<DeliveryFailure, 'message' | 'disposition' | 'pauseReason' | 'overrun'>;

export const trouble = (said: Message): Verdict => ({ message: said, disposition: 'retry', pauseReason: 'trouble' });
const refused = (said: Message): Verdict => ({ message: said, disposition: 'pause', pauseReason: 'storage-refused' });

export const blocked: Verdict = {
  message: message('storage-intercepted'),
  disposition: 'pause',
  pauseReason: 'intercepted',
};
export const keyRefused = refused(message('storage-key-refused', { context: 'key' }));
/** Either the secret is wrong, or the storage sees another request than the one that was signed. */
const signatureRefused = refused(message('storage-key-refused', { context: 'signature' }));
export const clockWrong = refused(message('storage-clock'));
export const noBucket = refused(message('storage-no-bucket', { context: 'unnamed', bucket: '' }));
export const notStorage = refused(message('storage-wrong-address'));
export const elsewhere = refused(message('storage-elsewhere', { context: 'unnamed', region: '' }));
export const tooLarge: Verdict = {
  message: message('too-large-for-storage'),
  disposition: 'bury',
  pauseReason: 'trouble',
};
export const slowDown: Verdict = {
  message: message('storage-throttled'),
  disposition: 'pause',
  pauseReason: 'throttled',
};
export const full = trouble(message('storage-full'));
const mismatch = trouble(message('storage-checksum'));

/** Codes of S3's error answers; names that other servers use for the same are beside them. */
export const byCode: Readonly<Record<string, Verdict | undefined>> = {
  SignatureDoesNotMatch: signatureRefused,
  InvalidAccessKeyId: keyRefused,
  AccessDenied: keyRefused,
  AccountProblem: keyRefused,
  AllAccessDisabled: keyRefused,
  InvalidToken: keyRefused,
  ExpiredToken: keyRefused,
  RequestTimeTooSkewed: clockWrong,
  RequestExpired: clockWrong,
  NoSuchBucket: noBucket,
  InvalidBucketName: noBucket,
  PermanentRedirect: elsewhere,
  TemporaryRedirect: elsewhere,
  Redirect: elsewhere,
  AuthorizationHeaderMalformed: elsewhere,
  IllegalLocationConstraintException: elsewhere,
  InvalidRegion: elsewhere,
  EntityTooLarge: tooLarge,
  MaxMessageLengthExceeded: tooLarge,
  SlowDown: slowDown,
  SlowDownWrite: slowDown,
  TooManyRequests: slowDown,
  RequestLimitExceeded: slowDown,
  XAmzContentSHA256Mismatch: mismatch,
  XAmzContentChecksumMismatch: mismatch,
  BadDigest: mismatch,
  InvalidDigest: mismatch,
  QuotaExceeded: full,
  XMinioStorageFull: full,
  XMinioAdminBucketQuotaExceeded: full,
  InsufficientStorage: full,
  StorageFull: full,
};

const unasked = { technical: '', ambiguous: false, retryAfterMilliseconds: null } as const;
export const storageKeyMissing: DeliveryFailure = { ...refused(message('storage-key-missing')), ...unasked };
export const storageKeyUnusable: DeliveryFailure = { ...refused(message('storage-key-unusable')), ...unasked };
