import { code } from '../param-kinds.ts';

/** What the site doctor finds. `good`: in order. `waiting`: not tested. `act`: it works, but look at it. `alarm`: mend it. */

const endpointLayers = ['dns', 'tcp', 'proxy', 'tls', 'proxy-choice'] as const;
const ofStorage = ['storage-dns', 'storage-tcp', 'storage-proxy', 'storage-tls', 'storage-proxy-choice'] as const;
const folder = { folder: 'name' } as const;
const host = { host: 'name' } as const;
const proxy = { proxy: 'name' } as const;
const target = { target: 'name' } as const;
const bucket = { bucket: 'name' } as const;
const device = { device: 'message' } as const;
const setting = { setting: 'message' } as const;
const what = { what: 'message' } as const;
const one = { count: 'count' } as const;
const skew = { context: ['ahead', 'behind'], skew: 'duration' } as const;

export const doctorCodes = {
  /** What is tested. */
  'check-of': code('good', 'nobody', {
    context: [
      'keyring',
      'ca-file',
      'system-certificates',
      ...endpointLayers,
      'api',
      'clock',
      'key',
      ...ofStorage,
      'object-store',
      'data-dir',
      'disk',
      'fsync',
      'inotify',
      'receive-buffer',
      'time-zone',
    ],
  }),
  'check-of-source': code('good', 'nobody', { source: 'name' }),
  'check-of-camera': code('good', 'nobody', { camera: 'name' }),

  'check-not-tested': code('waiting', 'nobody', {
    context: [
      'stopped',
      'too-late',
      'name-unknown',
      'unreachable',
      'proxy-unreachable',
      'proxy-in-the-way',
      'untrusted',
      'ca-file',
      'no-proxy-chosen',
      'no-answer',
      'no-api',
      'no-time-told',
      'keyring',
      'data-dir',
      'no-limits-told',
    ],
  }),
  /** What another part says of itself. */
  'check-fault': code('alarm', 'site', what),
  'check-without-end': code('alarm', 'site', { limit: 'duration' }),
  'check-broken': code('alarm', 'support'),

  /** The setting that leads to a server; within a hint too. */
  'check-setting': code('good', 'nobody', { context: ['named', 'script', 'system'], setting: 'name' }),

  /** Whom connections trust. */
  'check-ca-file-unusable': code('alarm', 'site'),
  'check-ca-file': code('good', 'nobody', { file: 'name' }),
  'check-ca-file-cut': code('act', 'site', { file: 'name', ...one }),
  'check-certificates-partly-read': code('act', 'site', { context: ['place', 'this-pc'], place: 'name', ...one }),
  'check-certificates-unread': code('act', 'site'),
  'check-certificates-nowhere': code('good', 'nobody'),
  'check-certificates': code('good', 'nobody', { place: 'name', ...one, distrusted: 'messages' }),
  'check-certificates-distrusted': code('good', 'nobody', one),
  'check-certificates-damaged': code('act', 'site', { certificates: 'message', ...one }),

  /** The way to a server: name, connection, proxy, certificate. `server`: its address and port. */
  'check-name-needless': code('good', 'nobody', host),
  'check-name': code('good', 'nobody', { ...host, addresses: 'name', after: 'latency' }),
  'check-name-unknown': code('alarm', 'site', { ...host, ...setting }),
  'check-name-unanswered': code('alarm', 'site', host),
  'check-reached': code('good', 'nobody', { port: 'name', places: 'list' }),
  'check-reached-at': code('good', 'nobody', { address: 'name', after: 'latency' }),
  'check-reached-partly': code('act', 'site', { reached: 'message', addresses: 'name' }),
  'check-connection-refused': code('alarm', 'site', { server: 'name', ...setting }),
  'check-no-way': code('alarm', 'site', { server: 'name' }),
  'check-no-answer': code('alarm', 'site', { server: 'name', port: 'name' }),

  'check-proxy-chosen': code('good', 'nobody', { context: ['system', 'script'], ...target, routes: 'list' }),
  'check-proxy-absent': code('act', 'site', { chosen: 'message', proxies: 'name' }),
  'check-route': code('good', 'nobody', { context: ['direct', 'then-direct', 'proxy', 'then-proxy'], ...proxy }),
  'check-pac-unusable': code('alarm', 'site', { script: 'name', why: 'message', ...what }),
  'check-pac-server': code('alarm', 'site', { context: ['silent', 'status', 'no-script', 'faulty'], status: 'number' }),
  'check-proxy': code('good', 'nobody', { ...proxy, ...target }),
  'check-proxy-untrusted': code('alarm', 'site', proxy),
  'check-proxy-distrusted': code('alarm', 'site', proxy),
  'check-proxy-none': code('alarm', 'site', { ...proxy, ...setting }),

  'check-tls': code('good', 'nobody', { protocol: 'name', certificate: 'message', until: 'name' }),
  'check-tls-needless': code('good', 'nobody'),
  'check-tls-none': code('act', 'site', setting),
  'check-certificate-issued': code('good', 'nobody', { issuer: 'message' }),
  'check-certificate-pinned': code('good', 'nobody'),
  'check-issuer': code('good', 'nobody', { context: ['named', 'nameless'], issuer: 'name' }),
  /** `count`: days. */
  'check-certificate-ends': code('act', 'site', { certificate: 'message', ...one, until: 'name' }),
  'check-certificate-not-pinned': code('alarm', 'site', { fingerprint: 'quote' }),
  'check-certificate-distrusted': code('alarm', 'site', { issuer: 'message' }),
  'check-certificate-expired': code('alarm', 'site', { on: 'quote' }),
  'check-certificate-too-early': code('alarm', 'site', { from: 'quote' }),
  'check-certificate-of-others': code('alarm', 'site', { context: ['named', 'nameless'], ...host, names: 'quote' }),
  'check-issuer-untrusted': code('alarm', 'site', {
    context: ['no-file', 'other-file'],
    issuer: 'message',
    file: 'name',
  }),
  'check-tls-not-spoken': code('alarm', 'site', { port: 'name' }),
  'check-tls-broke-off': code('alarm', 'site'),

  /** What the API answers. */
  'check-api': code('good', 'nobody', { after: 'latency' }),
  'check-api-slows-down': code('good', 'nobody', what),
  'check-clock': code('good', 'nobody'),
  'check-clock-off': code('act', 'site', skew),
  'check-clock-far-off': code('alarm', 'site', skew),
  'check-key-unreadable': code('alarm', 'site', { problem: 'told' }),
  'check-device': code('good', 'nobody', { context: ['alone', 'owned'], device: 'name', organization: 'name' }),
  'check-key-of-other': code('act', 'site', { owner: 'name', device: 'name' }),
  'check-key-of-nobody': code('act', 'site'),
  'check-key': code('good', 'nobody', { context: ['approved', 'known'], ...device }),

  /** What the object storage answers. */
  'check-store': code('good', 'nobody', { context: ['bucket', 'prefix'], ...bucket, prefix: 'name' }),
  'check-store-no-checksums': code('good', 'nobody', { context: ['bucket', 'prefix'], ...bucket, prefix: 'name' }),
  'check-store-leftover': code('good', 'nobody', { ...bucket, object: 'name' }),
  'check-store-key-unknown': code('alarm', 'site'),
  'check-store-signature': code('alarm', 'site', { region: 'name' }),
  'check-store-forbidden': code('alarm', 'site', { ...bucket, prefix: 'name' }),

  /** This PC. */
  'check-data-dir': code('good', 'nobody', folder),
  'check-data-dir-to-come': code('good', 'nobody', { ...folder, place: 'name' }),
  'check-data-dir-nowhere': code('alarm', 'site', folder),
  'check-data-dir-on-share': code('alarm', 'site', folder),
  'check-unwritable': code('alarm', 'site', { context: ['full', 'read-only', 'forbidden', 'failing'], ...folder }),
  'check-space': code('good', 'nobody', { free: 'bytes', total: 'bytes', share: 'bytes' }),
  'check-space-none': code('alarm', 'site', { space: 'message', reserve: 'bytes' }),
  'check-space-little': code('act', 'site', { space: 'message' }),
  'check-space-promised': code('act', 'site', { space: 'message' }),
  'check-fsync': code('good', 'nobody', { median: 'latency', worst: 'latency', files: 'number' }),
  'check-fsync-slow': code('act', 'site', { speed: 'message' }),
  'check-fsync-too-slow': code('alarm', 'site', { speed: 'message' }),
  'check-folder': code('good', 'nobody', { context: ['read', 'change', 'share-read', 'share-change'], ...folder }),
  'check-folder-mapped': code('act', 'site', {
    context: ['named', 'unnamed'],
    ...folder,
    drive: 'name',
    share: 'name',
  }),
  'check-folder-unpolled': code('act', 'site', { context: ['read', 'change'], ...folder }),
  'check-folder-is-file': code('alarm', 'site', folder),
  'check-folder-unreadable': code('alarm', 'site', { context: ['missing', 'forbidden', 'failing'], ...folder }),
  'check-originals-fixed': code('alarm', 'site', { context: ['delete', 'archive'], ...folder }),
  'check-archive-closed': code('alarm', 'site', folder),
  'check-watches': code('good', 'nobody', {
    watches: 'number',
    mostWatches: 'number',
    watchers: 'number',
    mostWatchers: 'number',
  }),
  'check-watches-few': code('act', 'site', { watches: 'message', limit: 'name' }),
  'check-buffer': code('good', 'nobody', { most: 'bytes' }),
  'check-buffer-by-packet': code('act', 'site', { buffer: 'message' }),
  'check-buffer-small': code('act', 'site', { buffer: 'message', limit: 'name' }),
  'check-time-zone': code('good', 'nobody', { time: 'instant', zone: 'name' }),
  'check-time-zone-differs': code('good', 'nobody', { site: 'message', time: 'instant', zone: 'name' }),
  'check-time-zone-unset': code('act', 'site', { site: 'message' }),

  /** What the running gateway knows of a camera. */
  'check-camera': code('good', 'nobody', what),
  'check-camera-broken': code('alarm', 'line', what),
  'check-camera-loses': code('act', 'line', { ...what, ...one, loss: 'told' }),
} as const;
