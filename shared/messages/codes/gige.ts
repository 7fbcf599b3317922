import { code } from '../param-kinds.ts';

/** GigE Vision and GenICam: the way to a camera, its description, its settings and its stream. */

const asked = ['set', 'execute'] as const;
const setting = { name: 'name' } as const;
const wish = { ...setting, value: 'quote' } as const;
const written = { url: 'name', host: 'name', file: 'name' } as const;
/** `wanted`: what selects the camera, `camera-with`; empty in the context `any`. */
const search = { context: ['any', 'wanted'], wanted: 'messages' } as const;

export const gigeCodes = {
  /** The description that a camera gives of itself. */
  'camera-description': code('alarm', 'site'),
  'camera-description-place': code('alarm', 'site', { context: ['none', 'named'], place: 'name' }),
  'camera-description-unread': code('alarm', 'site', { file: 'name' }),
  'camera-description-file': code('alarm', 'site', { file: 'name' }),
  'camera-description-download': code('alarm', 'site', written),
  'camera-description-not-allowed': code('alarm', 'site', written),

  /** One setting of a camera. */
  'camera-feature': code('act', 'line', setting),
  'camera-setting-missing': code('act', 'line', setting),
  'camera-setting-no-value': code('act', 'line', setting),
  'camera-setting-no-command': code('act', 'line', setting),
  'camera-setting-is-command': code('act', 'line', wish),
  'camera-setting-write-only': code('good', 'nobody', setting),
  'camera-setting-locked': code('act', 'line', { context: asked, ...wish, locks: 'messages' }),
  'camera-setting-read-only': code('act', 'line', { context: asked, ...wish }),
  'camera-setting-unavailable': code('act', 'line', { context: [...asked, 'read'], ...wish }),
  'camera-setting-kind': code('act', 'line', {
    context: ['integer', 'number', 'boolean', 'text', 'register'],
    ...wish,
    length: 'count',
  }),
  'camera-setting-range': code('act', 'line', { ...wish, limits: 'message' }),
  'camera-setting-choice': code('act', 'line', {
    context: ['unknown', 'not-now', 'unknown-none', 'not-now-none'],
    ...wish,
    choices: 'quote',
  }),
  'camera-setting-text-too-long': code('act', 'line', { ...wish, longest: 'count', length: 'count' }),
  'camera-setting-refused': code('act', 'line', { ...setting, why: 'message' }),
  /** What locks a setting; `more`: another follows. */
  'camera-lock': code('act', 'line', {
    context: ['is', 'is-more', 'named', 'named-more', 'by'],
    ...wish,
  }),
  /** As the camera writes its numbers: exact, without separators. */
  'camera-range': code('act', 'line', {
    context: ['between', 'least', 'most', 'any', 'between-steps', 'least-steps', 'most-steps', 'any-steps'],
    minimum: 'quote',
    maximum: 'quote',
    increment: 'quote',
    unit: 'quote',
  }),

  /** What a camera answers, or does not. */
  'camera-memory': code('alarm', 'line'),
  'camera-register-refused': code('act', 'line', {
    context: ['denied', 'busy', 'value', 'register', 'protected', 'command', 'not-a-register', 'other'],
  }),
  'camera-no-answer': code('alarm', 'line', { address: 'name' }),
  'camera-not-controllable': code('alarm', 'line', { address: 'name' }),
  'camera-refused': code('alarm', 'line', { why: 'message' }),
  'camera-let-go': code('alarm', 'line'),
  'camera-start-refused': code('alarm', 'line', { why: 'message' }),
  'camera-trigger-refused': code('act', 'line', {
    context: ['line', 'software'],
    line: 'name',
    activation: 'name',
    why: 'message',
  }),
  'camera-no-trigger': code('act', 'line'),

  /** The way to it. */
  'camera-not-an-address': code('act', 'site', { address: 'name' }),
  'camera-no-way': code('alarm', 'site', {
    context: ['address', 'camera', 'camera-from'],
    address: 'name',
    from: 'name',
  }),
  'camera-card-gone': code('alarm', 'site', { address: 'name' }),
  'network-cards-not-listed': code('act', 'site'),
  'network-card-missing': code('alarm', 'site', { card: 'name' }),
  'network-card-not-searched': code('act', 'site', { context: ['denied', 'failed'], card: 'name' }),
  'network-card-kept-out': code('alarm', 'site', { card: 'name', other: 'name' }),
  'network-card-silent': code('alarm', 'site', { address: 'name' }),

  /** Which camera. */
  'camera-with': code('good', 'nobody', { context: ['serial', 'user-name', 'address'], value: 'name' }),
  /** One of a list; `more`: another follows. */
  'camera-at': code('good', 'nobody', { context: ['more', 'last', 'and-others'], camera: 'name', address: 'name' }),
  'camera-called': code('good', 'nobody', { context: ['model', 'serial'], model: 'name', serial: 'name' }),
  'camera-not-found': code('alarm', 'line', search),
  'camera-found-others': code('alarm', 'line', { ...search, found: 'messages' }),
  'camera-found-elsewhere': code('alarm', 'site', { wanted: 'messages', address: 'name' }),
  'camera-found-other-there': code('alarm', 'site', {
    context: ['model', 'serial'],
    wanted: 'messages',
    model: 'name',
    serial: 'name',
  }),
  'camera-kept-out': code('alarm', 'site', { ...search, kept: 'told' }),
  'camera-ambiguous': code('alarm', 'site', { ...search, count: 'count', found: 'messages' }),
  'camera-wrong-network': code('act', 'site', {
    context: ['free', 'full'],
    camera: 'message',
    address: 'name',
    card: 'name',
    proposal: 'name',
  }),

  /** Giving a camera an address. */
  'camera-address-wrong': code('act', 'site', {
    context: [
      'mac',
      'card',
      'camera',
      'mask',
      'router',
      'this-pc',
      'whole-network',
      'other-network',
      'router-elsewhere',
    ],
    value: 'name',
    other: 'name',
  }),
  'camera-address-refused': code('act', 'site', { why: 'message' }),
  'camera-address-not-taken': code('act', 'site', { mac: 'name', address: 'name' }),

  /** Its pictures. */
  'camera-no-whole-picture': code('alarm', 'site'),
  'camera-surplus-bytes': code('act', 'line', { bytes: 'bytes' }),
  'camera-packets-in-pieces': code('act', 'site', { packetSize: 'count', piece: 'count' }),
  'camera-pixel-format': code('alarm', 'line', {
    context: ['one', 'some', 'many', 'unusable', 'unusable-many', 'none'],
    format: 'name',
    offered: 'quote',
  }),
} as const;
