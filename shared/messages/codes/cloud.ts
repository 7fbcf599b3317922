import { code } from '../param-kinds.ts';

/** The way to the cloud: what keeps us from it, and what it and the object storage answer. */

/** Who it is that a connection is made to; `script`: the server of the proxy script. */
const of = { context: ['server', 'storage', 'proxy', 'script'] } as const;
/** With the server's own words, where it gave any. */
const words = { context: ['bare', 'quoted'], words: 'quote' } as const;
/** Which proxy, and what it was to lead to, where that is known. */
const way = { context: ['unnamed', 'named'], proxy: 'name', target: 'name' } as const;
const status = { status: 'number' } as const;
const file = { file: 'name' } as const;

export const cloudCodes = {
  /** No connection. */
  'connection-refused': code('waiting', 'site', of),
  'name-not-found': code('waiting', 'site', of),
  unreachable: code('waiting', 'site', of),
  'unreachable-ipv6': code('act', 'site', of),
  'server-silent': code('waiting', 'site', of),
  'connection-lost': code('waiting', 'site', of),
  'tls-failed': code('act', 'site', of),
  /** `slow`: the answer took too long, which a slow line may do. */
  'no-answer': code('waiting', 'nobody', { context: ['server', 'server-slow', 'storage', 'storage-slow'] }),

  'certificate-pin-mismatch': code('act', 'site', of),
  'certificate-wrong-host': code('act', 'site', of),
  'certificate-expired': code('act', 'site', of),
  'certificate-not-yet-valid': code('act', 'site', of),
  'certificate-untrusted': code('act', 'site', of),
  'certificate-distrusted': code('act', 'site', of),
  'ca-file-invalid': code('act', 'site', { context: ['none', 'some'], ...file }),
  'ca-file-unreadable': code('act', 'site', file),

  /** Of the environment, and only in the log. */
  'certificates-always-checked': code('act', 'site', { setting: 'name' }),

  /** `named` and `found`: by our settings, or by those of this PC or a script; no login was given yet. */
  'proxy-refused': code('act', 'site', { context: ['unnamed', 'wrong', 'named', 'found'], proxy: 'name' }),
  /** `others`: all kinds of login that it takes but the last. */
  'proxy-login': code('act', 'site', {
    context: ['one', 'several', 'named-one', 'named-several'],
    proxy: 'name',
    others: 'quote',
    last: 'quote',
  }),
  'proxy-denied': code('act', 'site', way),
  'proxy-upstream': code('waiting', 'site', way),
  'proxy-script': code('act', 'site'),
  'proxy-script-silent': code('act', 'site'),
  'proxy-kind': code('act', 'site'),

  /** Answers of the cloud, or in its place. */
  'cloud-intercepted': code('act', 'site', { context: ['answer', 'redirect'] }),
  'cloud-wrong-address': code('act', 'site'),
  'device-key-missing': code('act', 'site'),
  'device-key-refused': code('act', 'administrator', words),
  'key-unusable': code('act', 'site'),
  'device-pending': code('act', 'administrator'),
  'device-rejected': code('act', 'administrator'),
  throttled: code('waiting', 'nobody'),
  'refused-by-cloud': code('act', 'line', words),
  'too-large-for-cloud': code('act', 'site'),
  'server-error': code('waiting', 'nobody', status),
  'unexpected-answer': code('waiting', 'nobody', status),
  'cloud-reports-error': code('waiting', 'nobody', words),
  'answer-broke-off': code('waiting', 'nobody'),
  'not-confirmed': code('waiting', 'nobody', words),

  /** Answers of the object storage, or in its place. */
  'storage-intercepted': code('act', 'site'),
  'storage-key-refused': code('act', 'site', { context: ['key', 'signature'] }),
  'storage-key-missing': code('act', 'site'),
  'storage-key-unusable': code('act', 'site'),
  'storage-clock': code('act', 'site'),
  'storage-no-bucket': code('act', 'site', { context: ['unnamed', 'named'], bucket: 'name' }),
  'storage-wrong-address': code('act', 'site'),
  'storage-elsewhere': code('act', 'site', { context: ['unnamed', 'named'], region: 'name' }),
  'too-large-for-storage': code('act', 'site'),
  'storage-throttled': code('waiting', 'nobody'),
  'storage-full': code('act', 'site'),
  'storage-checksum': code('waiting', 'nobody'),
  'storage-error': code('waiting', 'nobody', status),
  'storage-unexpected-answer': code('waiting', 'nobody', { answer: 'quote' }),
  'storage-reports-error': code('waiting', 'nobody', { words: 'quote' }),
  'storage-answer-broke-off': code('waiting', 'nobody'),

  /** Secrets that the keyring does not give. Within it, the secrets: as text by name, as hint by their variables. */
  'keyring-shut': code('act', 'site', { context: ['asking', 'locked', 'silent', 'absent'], secrets: 'message' }),
  'stored-secrets': code('act', 'site', {
    context: [
      'device-key',
      'storage-key',
      'proxy-password',
      'device-and-storage-key',
      'device-key-and-proxy-password',
      'storage-key-and-proxy-password',
      'all',
    ],
  }),

  /** A provisioning token for a device key. */
  'provisioning-not-accepted': code('act', 'site', words),
  'provisioning-token-unknown': code('act', 'administrator'),
  'provisioning-token-expired': code('act', 'administrator'),
  'device-exists': code('act', 'administrator'),
  'provisioning-stopped': code('act', 'site'),
  'no-key-in-answer': code('act', 'administrator'),
  'provisioning-no-answer': code('act', 'site', { context: ['none', 'broken-off'] }),
  'provisioning-server-error': code('waiting', 'administrator'),
  'provisioning-refused': code('act', 'administrator', { context: ['cloud', 'proxy'] }),
  /** The cloud gives the key once: it must not be lost. */
  'key-not-stored': code('alarm', 'site', { reason: 'quote', key: 'quote' }),

  /** Check-ins. */
  'check-in-unanswered': code('waiting', 'nobody', { limit: 'duration' }),
  'check-in-failed': code('waiting', 'support', { reason: 'quote' }),
} as const;
