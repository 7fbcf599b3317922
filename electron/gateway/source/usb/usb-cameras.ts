import type { FoundCamera } from '../../../../shared/camera.ts';
import { message } from '../../../../shared/messages/message.ts';
import type {
  UsbControl,
  UsbControlValue,
  UsbDevice,
  UsbMode,
  UsbOpened,
  UsbPicture,
  UsbResult,
  UsbSettings,
  UsbTallies,
} from '../../../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../../../shared/usb-fault.ts';
import { errorOfFault } from './usb-errors.ts';

/** The port to the USB cameras of this PC. The browser that Electron is drives them, far away from the gateway. */
export type UsbCameras = {
  readonly find: () => Promise<UsbResult<readonly UsbDevice[]>>;
  /** Pictures come once the stream is told to begin. */
  readonly open: (settings: UsbSettings, events: UsbStreamEvents) => Promise<UsbResult<UsbStream>>;
  /** A camera was plugged in or out. Returns what ends the listening. */
  readonly onDevicesChanged: (listener: () => void) => () => void;
};

export type UsbStreamEvents = {
  readonly onPicture: (picture: UsbPicture, tallies: UsbTallies) => void;
  readonly onTallies: (tallies: UsbTallies) => void;
  /** Once at most; nothing comes after it. */
  readonly onEnded: (fault: UsbFault) => void;
};

export type UsbStream = {
  readonly opened: UsbOpened;
  readonly begin: (mode: UsbMode) => Promise<UsbResult<null>>;
  /** Resolves once the picture is on its way. */
  readonly trigger: () => Promise<UsbResult<null>>;
  readonly describe: () => Promise<UsbResult<readonly UsbControl[]>>;
  readonly set: (name: string, value: UsbControlValue) => Promise<UsbResult<null>>;
  /** Never rejects. The last counts; null where they can't be had any more. */
  readonly close: () => Promise<UsbTallies | null>;
};

const none = { ok: false, fault: usbFault('no-page', { technical: 'no main process answers' }) } as const;

/** Where nothing drives cameras: the gateway's core by itself. */
export const noUsbCameras: UsbCameras = {
  find: () => Promise.resolve(none),
  open: () => Promise.resolve(none),
  onDevicesChanged: () => () => undefined,
};

/** The cameras on this PC's USB ports. Rejects with a `CameraError`. */
export async function findUsbCameras(cameras: UsbCameras): Promise<readonly FoundCamera[]> {
  const found = await cameras.find();
  if (!found.ok) throw errorOfFault(found.fault, '');
  return found.value.map(({ id, label }) => {
    const alike = found.value.filter((other) => other.label === label).length;
    return {
      kind: 'usb',
      id,
      vendor: '',
      model: label,
      serial: '',
      userName: '',
      address: '',
      interface: '',
      interfaceAddress: '',
      proposal: null,
      sourceId: null,
      problem: 'none',
      message: alike > 1 ? message('usb-same-name', { count: alike }) : null,
    };
  });
}
