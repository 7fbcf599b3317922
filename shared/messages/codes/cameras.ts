import { code } from '../param-kinds.ts';

/** Whose pictures; `unnamed` where no camera was named. */
const camera = { camera: 'message' } as const;
const control = { ...camera, control: 'name' } as const;
const reason = { reason: 'quote' } as const;
const known = ['known', 'unknown'] as const;

/** Cameras in general, and USB cameras. */
export const cameraCodes = {
  /** What a camera source does; `notes`: what a person should know although it works. */
  'camera-searching': code('busy', 'nobody'),
  'camera-awaiting-first': code('busy', 'nobody', { notes: 'told' }),
  'camera-armed': code('good', 'nobody', { notes: 'told' }),
  'camera-taking-pictures': code('good', 'nobody', { notes: 'told' }),
  'camera-finished': code('good', 'nobody', { count: 'count' }),

  /** What stands between us and the camera's pictures, where nothing better is known of it. */
  'camera-missing': code('alarm', 'line'),
  'camera-unreachable': code('alarm', 'site'),
  /** Another program holds it; said with what is known of the camera. */
  'camera-taken': code('alarm', 'line', {
    context: ['plain', 'address', 'model', 'serial'],
    address: 'name',
    model: 'name',
    serial: 'name',
  }),
  'camera-lost': code('alarm', 'line'),
  'camera-silent': code('alarm', 'site'),
  'camera-refuses-setting': code('alarm', 'site'),
  'camera-denied': code('alarm', 'site'),
  'camera-failed': code('alarm', 'line', { context: ['plain', 'by'], ...reason }),

  /** Frames that were lost; the first are the source's own causes, the others a device's. */
  'frames-lost': code('alarm', 'site', {
    context: [
      'not-keeping-up',
      'no-room',
      'refused',
      'failed',
      'no-answer',
      'incomplete',
      'missed',
      'overrun',
      'oversize',
      'short',
      'inconsistent',
      'bad-leader',
      'unsupported',
      'no-buffer',
      'aborted',
      'other',
    ],
    cause: 'name',
  }),
  'frames-lost-last': code('alarm', 'site', { what: 'message', last: 'message' }),

  /** What was asked of a camera and can't be. */
  'no-camera': code('act', 'line', { source: 'name' }),
  'camera-not-ready': code('waiting', 'line'),
  'camera-not-connected': code('waiting', 'line'),
  'camera-not-on-demand': code('act', 'site'),
  'camera-by-input-only': code('act', 'line'),
  'too-many-shots': code('waiting', 'line'),
  'shot-lost': code('act', 'line'),
  'shot-stopped': code('act', 'line'),

  /** A camera's settings. */
  'camera-without-settings': code('act', 'site'),
  'configured-settings-refused': code('alarm', 'site', { count: 'count', names: 'name', first: 'messages' }),
  'saved-settings-refused': code('act', 'line', { count: 'count', names: 'name' }),
  'no-saved-settings': code('act', 'line'),
  'saved-settings-of-other-model': code('act', 'line', { vendor: 'name', model: 'name' }),
  'camera-settings': code('act', 'site', { context: ['save', 'load'], file: 'name' }),

  /** The list of cameras. */
  /** To a program beside the gateway, the gateway itself is another program. */
  'camera-perhaps-ours': code('act', 'line', { what: 'message', source: 'name' }),
  'usb-not-listed': code('act', 'site', { why: 'message' }),
  'usb-same-name': code('act', 'site', { count: 'count' }),

  /** What can be wrong with a USB camera. */
  'usb-camera': code('good', 'nobody', { context: ['named', 'unnamed'], device: 'name' }),
  'usb-not-found': code('alarm', 'line', { ...camera, context: ['none', 'others'], choices: 'name' }),
  'usb-ambiguous': code('alarm', 'site', { count: 'count', device: 'name', choices: 'name' }),
  'usb-not-allowed': code('alarm', 'site', camera),
  'usb-not-readable': code('alarm', 'line', camera),
  'usb-frame-rate': code('alarm', 'site', { ...camera, context: known, rate: 'name' }),
  'usb-size': code('alarm', 'site', { ...camera, context: known, width: 'name', height: 'name' }),
  'usb-no-control': code('alarm', 'site', control),
  'usb-control-choice': code('alarm', 'site', { ...control, choices: 'name' }),
  'usb-control-range': code('alarm', 'site', {
    ...control,
    context: ['plain', 'stepped'],
    minimum: 'name',
    maximum: 'name',
    step: 'name',
  }),
  'usb-control-untaken': code('alarm', 'site', { ...control, context: known, value: 'name' }),
  'usb-no-input': code('alarm', 'site'),
  'no-command': code('act', 'line', { command: 'name' }),
  'usb-unplugged': code('alarm', 'line', camera),
  'usb-broken-off': code('alarm', 'line', camera),
  'usb-muted': code('alarm', 'line', camera),
  'usb-silent': code('alarm', 'line', camera),
  'usb-overrun': code('alarm', 'line'),
  'usb-no-frame': code('alarm', 'line', camera),
  'usb-encode-failed': code('alarm', 'site'),
  'usb-page-gone': code('alarm', 'support'),
  'usb-no-page': code('alarm', 'site'),
  'usb-no-answer': code('alarm', 'line', camera),
  'usb-closed': code('waiting', 'nobody', camera),
  'usb-failed': code('alarm', 'line', camera),
} as const;
