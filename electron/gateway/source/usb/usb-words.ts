import type { UsbFault } from '../../../../shared/usb-fault.ts';
import { CameraError, type CameraTrouble } from '../camera/camera-device.ts';

type Words = readonly [trouble: CameraTrouble, text: string, hint: string];

const itself = 'The gateway tries again by itself.';

/** A fault of a USB camera, in words for the person at the line. `device`: as the source names it. */
export function wordsOfFault(fault: UsbFault, device: string): CameraError {
  const [trouble, text, hint] = wordsOf(fault, device === '' ? 'The USB camera' : `The USB camera “${device}”`);
  return new CameraError(trouble, text, hint, fault.technical === '' ? fault.code : fault.technical);
}

function wordsOf({ code, detail, choices }: UsbFault, camera: string): Words {
  switch (code) {
    case 'not-found':
      return [
        'missing',
        `${camera} is not connected.`,
        choices.length === 0
          ? `This PC sees no USB camera at all. Check cable, power and USB port. ${itself}`
          : `Check its cable, or choose one that is there: ${choices.join(', ')}.`,
      ];
    case 'ambiguous':
      return [
        'setting-refused',
        `${choices.length} USB cameras are called “${detail}”.`,
        `Choose one by its id in the settings: ${choices.join(', ')}.`,
      ];
    case 'not-allowed':
      return [
        'denied',
        `${camera} may not be used: the permission was denied.`,
        'Is it the camera of a source in the settings? Windows: allow desktop apps to use the camera (Settings, Privacy, Camera). Linux: add the user to the group “video”.',
      ];
    case 'not-readable':
      return [
        'taken',
        `${camera} is there, but can’t be opened: another program is probably using it.`,
        `Close other programs that show its picture. If there is none, plug the camera out and in again. ${itself}`,
      ];
    case 'overconstrained':
      return overstepped(detail, choices, camera);
    case 'control':
      return [
        'setting-refused',
        choices.length === 0
          ? `${camera} has no setting “${detail}” that can be changed.`
          : `${camera} does not take this value for “${detail}”.`,
        choices.length === 0 ? 'Remove it from the source’s settings.' : `It can be: ${choices.join(', ')}.`,
      ];
    case 'unplugged':
      return ['lost', `${camera} was unplugged or switched off.`, `Check its cable, power and USB port. ${itself}`];
    case 'broken-off':
      return [
        'lost',
        `${camera} stopped sending pictures, though it is still plugged in.`,
        `${itself} If this happens again: check the cable and use another USB port, without a hub.`,
      ];
    case 'muted':
      return ['silent', `${camera} is switched off for privacy.`, 'Open its shutter or press its camera key.'];
    case 'silent':
      return [
        'silent',
        `${camera} is open, but sends no pictures.`,
        `Use another USB port, without a hub: several cameras may be too much for one. ${itself}`,
      ];
    case 'overrun':
      return ['failed', 'Triggers come faster than the camera takes pictures.', 'Trigger less often.'];
    case 'no-frame':
      return ['failed', `${camera} gave no picture for the trigger.`, 'Check the camera; trigger again.'];
    case 'encode-failed':
      return [
        'failed',
        'A picture could not be made into a file.',
        'The PC may be out of memory. Restart the gateway.',
      ];
    case 'page-gone':
      return ['failed', 'The part of the program that reads USB cameras ended unexpectedly.', itself];
    case 'no-page':
      return [
        'failed',
        'USB cameras can’t be used in this run of the gateway.',
        'Start it with a screen, or with a virtual one (Xvfb).',
      ];
    case 'no-answer':
      return ['failed', `${camera} does not answer.`, `Plug it out and in again. ${itself}`];
    case 'closed':
      return ['failed', `${camera} was closed.`, itself];
    case 'failed':
      return ['failed', `${camera} can’t be used.`, `Plug it out and in again. ${itself}`];
  }
}

const sizeOf = (width: string | undefined, height: string | undefined): string =>
  width && height ? `It offers sizes up to ${width} × ${height}.` : '';

function overstepped(constraint: string, [width, height, rate]: readonly string[], camera: string): Words {
  if (constraint === 'frameRate')
    return [
      'setting-refused',
      `${camera} does not offer this frame rate.`,
      rate
        ? `It offers up to ${rate} frames a second at this size; leave the frame rate out to take what it gives.`
        : '',
    ];
  if (constraint === 'deviceId') return ['missing', `${camera} is not connected any more.`, itself];
  return [
    'setting-refused',
    `${camera} does not offer pictures of this size.`,
    `${sizeOf(width, height)} Choose a size that it has: cameras offer only some.`.trim(),
  ];
}
