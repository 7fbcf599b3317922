import { type Message, message } from '../../../../shared/messages/message.ts';
import type { UsbFault } from '../../../../shared/usb-fault.ts';
import { CameraError, type CameraTrouble } from '../camera/camera-device.ts';

type Meaning = readonly [trouble: CameraTrouble, said: Message];

/** What a fault of a USB camera means for the person at the line. `device`: as the source names it. */
export function errorOfFault(fault: UsbFault, device: string): CameraError {
  const camera = message('usb-camera', { context: device === '' ? 'unnamed' : 'named', device });
  const [trouble, said] = meaningOf(fault, camera);
  return new CameraError(trouble, said, fault.technical === '' ? fault.code : fault.technical);
}

function meaningOf({ code, detail, choices }: UsbFault, camera: Message): Meaning {
  switch (code) {
    case 'not-found': {
      const context = choices.length === 0 ? 'none' : 'others';
      return ['missing', message('usb-not-found', { camera, context, choices: choices.join(', ') })];
    }
    case 'ambiguous': {
      const said = { count: choices.length, device: detail, choices: choices.join(', ') };
      return ['setting-refused', message('usb-ambiguous', said)];
    }
    case 'not-allowed':
      return ['denied', message('usb-not-allowed', { camera })];
    case 'not-readable':
      return ['taken', message('usb-not-readable', { camera })];
    case 'overconstrained':
      return overstepped(detail, choices, camera);
    case 'control':
      return ['setting-refused', message('usb-no-control', { camera, control: detail })];
    case 'control-choice': {
      const allowed = choices.join(', ');
      return ['setting-refused', message('usb-control-choice', { camera, control: detail, choices: allowed })];
    }
    case 'control-range': {
      const [minimum = '', maximum = '', step = ''] = choices;
      const range = { context: step === '' ? 'plain' : 'stepped', minimum, maximum, step } as const;
      return ['setting-refused', message('usb-control-range', { camera, control: detail, ...range })];
    }
    case 'control-untaken': {
      const [value = ''] = choices;
      const now = { context: value === '' ? 'unknown' : 'known', value } as const;
      return ['setting-refused', message('usb-control-untaken', { camera, control: detail, ...now })];
    }
    case 'unplugged':
      return ['lost', message('usb-unplugged', { camera })];
    case 'broken-off':
      return ['lost', message('usb-broken-off', { camera })];
    case 'muted':
      return ['silent', message('usb-muted', { camera })];
    case 'silent':
      return ['silent', message('usb-silent', { camera })];
    case 'overrun':
      return ['failed', message('usb-overrun')];
    case 'no-frame':
      return ['failed', message('usb-no-frame', { camera })];
    case 'encode-failed':
      return ['failed', message('usb-encode-failed')];
    case 'page-gone':
      return ['failed', message('usb-page-gone')];
    case 'no-page':
      return ['failed', message('usb-no-page')];
    case 'no-answer':
      return ['failed', message('usb-no-answer', { camera })];
    case 'closed':
      return ['failed', message('usb-closed', { camera })];
    case 'failed':
      return ['failed', message('usb-failed', { camera })];
  }
}

function overstepped(
  constraint: string,
  [width = '', height = '', rate = '']: readonly string[],
  camera: Message,
): Meaning {
  if (constraint === 'frameRate') {
    const context = rate === '' ? 'unknown' : 'known';
    return ['setting-refused', message('usb-frame-rate', { camera, context, rate })];
  }
  if (constraint === 'deviceId') return ['missing', message('usb-unplugged', { camera })];
  const context = width === '' || height === '' ? 'unknown' : 'known';
  return ['setting-refused', message('usb-size', { camera, context, width, height })];
}
