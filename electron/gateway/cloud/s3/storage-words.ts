import type { DeliveryFailure } from '../../model/delivery.ts';
import { intercepted } from '../acusight/response-outcome.ts';

/** What the object storage's answers mean, in words for the person at the line. */
export type Verdict = Pick<DeliveryFailure, 'code' | 'text' | 'hint' | 'disposition' | 'gate' | 'overrun'>;

export const trouble = (text: string, code = 'storage-error'): Verdict => ({
  code,
  text,
  hint: 'Nothing to do now: it is tried again by itself. If it lasts, tell whoever looks after the object storage.',
  disposition: 'retry',
  gate: 'trouble',
});

export const blocked: Verdict = {
  ...intercepted,
  code: 'storage-intercepted',
  text: 'Something between us and the object storage answered instead.',
  hint: 'Check cloud.objectStore.endpoint: it is the address of the S3 interface, not of its web console. If it is right, a proxy or firewall is in the way.',
};

const storageGate = { disposition: 'pause', gate: 'storage-refused' } as const;

export const keyRefused: Verdict = {
  ...storageGate,
  code: 'storage-key-refused',
  text: 'The object storage refuses the access key.',
  hint: 'Check access key and secret (ACUSIGHT_S3_ACCESS_KEY_ID, ACUSIGHT_S3_SECRET_ACCESS_KEY), and that the key may write to the bucket. Pictures are kept until then.',
};

/** Either the secret is wrong, or the storage sees another request than the one that was signed. */
const signatureRefused: Verdict = {
  ...keyRefused,
  text: 'The object storage does not accept our signature.',
  hint: 'Check the secret (ACUSIGHT_S3_SECRET_ACCESS_KEY) and cloud.objectStore.region. If both are right, a proxy before the storage changes the request on its way: it must leave the Host header and the path as they are (nginx: proxy_set_header Host $http_host). Pictures are kept until then.',
};

const clockWrong: Verdict = {
  ...storageGate,
  code: 'storage-clock',
  text: 'The clock of this PC and that of the object storage differ too much.',
  hint: 'Set date and time of this PC right, best by a time server (NTP), and check the storage’s own. Pictures are kept until then.',
};

export const noBucket: Verdict = {
  ...storageGate,
  code: 'storage-no-bucket',
  text: 'The object storage has no such bucket.',
  hint: 'Check cloud.objectStore.bucket and cloud.objectStore.endpoint, or have the bucket made. Pictures are kept until then.',
};

export const notStorage: Verdict = {
  ...storageGate,
  code: 'storage-wrong-address',
  text: 'There is an answer, but this address is no object storage.',
  hint: 'Check cloud.objectStore.endpoint: it is the address of the S3 interface, for example http://10.0.0.5:9000.',
};

export const elsewhere: Verdict = {
  ...storageGate,
  code: 'storage-elsewhere',
  text: 'The object storage sends us to another address or region.',
  hint: 'Check cloud.objectStore.endpoint, whether it must begin with https://, and cloud.objectStore.region.',
};

export const tooLarge: Verdict = {
  code: 'too-large-for-storage',
  text: 'The object storage, or a proxy before it, does not take a picture of this size.',
  hint: 'Have the limit of the storage or proxy raised, then put the picture back in the queue.',
  disposition: 'bury',
  gate: 'trouble',
};

export const slowDown: Verdict = {
  code: 'storage-throttled',
  text: 'The object storage asked us to slow down.',
  hint: 'Nothing to do: it goes on by itself.',
  disposition: 'pause',
  gate: 'throttled',
};

export const full: Verdict = {
  ...trouble('The object storage is full.', 'storage-full'),
  hint: 'Have room made in the object storage, or its quota raised. Pictures are kept, and tried again by themselves.',
};

const mismatch: Verdict = trouble('The picture arrived damaged at the object storage.', 'storage-checksum');

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

export const storageKeyMissing: DeliveryFailure = {
  ...storageGate,
  code: 'storage-key-missing',
  text: 'There is no access key for the object storage yet.',
  hint: 'Set ACUSIGHT_S3_ACCESS_KEY_ID and ACUSIGHT_S3_SECRET_ACCESS_KEY, or enter them in the settings. Pictures are kept until then.',
  technical: '',
  ambiguous: false,
  retryAfterMilliseconds: null,
};

export const storageKeyUnusable: DeliveryFailure = {
  ...storageKeyMissing,
  code: 'storage-key-unusable',
  text: 'The access key for the object storage has characters that no access key has.',
  hint: 'Enter the access key again, without spaces and line breaks. Pictures are kept until then.',
};
