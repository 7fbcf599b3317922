import { CAMERA_PORT } from '../../shared/camera-channel.ts';
import type { CameraRequest, FromCameraPage, ToCameraPage } from '../../shared/usb-camera.ts';
import { usbFault } from '../../shared/usb-fault.ts';
import { CameraStream } from './camera-stream.ts';
import { describeControls, setControl } from './controls.ts';
import { listDevices } from './devices.ts';
import { asFault, PageFault } from './page-faults.ts';

/** The hidden page: does what main asks for through the one port that it was handed. */

const streams = new Map<number, CameraStream>();
/** Being opened now, and of these the ones that nobody waits for any more. */
const opening = new Set<number>();
const unwanted = new Set<number>();

window.addEventListener('message', function onPort({ source, data, ports: [port] }) {
  if (source !== window || data !== CAMERA_PORT || port === undefined) return;
  window.removeEventListener('message', onPort);
  port.addEventListener('message', (event: MessageEvent<ToCameraPage>) => void take(port, event.data));
  navigator.mediaDevices.addEventListener('devicechange', () => say(port, { type: 'changed' }));
  port.start();
});

// Cloned, not transferred: a buffer that is transferred to main arrives there as nothing.
const say = (port: MessagePort, message: FromCameraPage): void => port.postMessage(message);

async function take(port: MessagePort, message: ToCameraPage): Promise<void> {
  if (message.type === 'taken') return streams.get(message.stream)?.taken();
  const { request } = message;
  try {
    say(port, { type: 'answer', request, value: await perform(port, message) });
  } catch (error) {
    say(port, { type: 'fault', request, fault: asFault(error) });
  }
}

function perform(port: MessagePort, message: CameraRequest): Promise<unknown> | unknown {
  switch (message.type) {
    case 'find':
      return listDevices();
    case 'open':
      return open(port, message);
    case 'begin':
      stream(message.stream).begin(message.mode);
      return null;
    case 'trigger':
      return stream(message.stream)
        .trigger(message.request)
        .then((fault) => {
          if (fault !== null) throw new PageFault(fault);
          return null;
        });
    case 'describe':
      return describeControls(stream(message.stream).track);
    case 'set':
      return setControl(stream(message.stream).track, message.name, message.value).then(() => null);
    case 'close': {
      const open = streams.get(message.stream);
      streams.delete(message.stream);
      if (opening.has(message.stream)) unwanted.add(message.stream);
      return open?.close() ?? null;
    }
  }
}

async function open(
  port: MessagePort,
  { stream: id, settings }: Extract<CameraRequest, { type: 'open' }>,
): Promise<unknown> {
  opening.add(id);
  const opened = await CameraStream.open(settings, {
    onPicture: (picture, tallies) => say(port, { type: 'picture', stream: id, picture, tallies }),
    onTallies: (tallies) => say(port, { type: 'tallies', stream: id, tallies }),
    onEnded: (fault) => {
      streams.delete(id);
      say(port, { type: 'ended', stream: id, fault });
    },
  }).finally(() => opening.delete(id));
  if (unwanted.delete(id)) {
    await opened.close();
    throw new PageFault(usbFault('closed'));
  }
  streams.set(id, opened);
  return opened.device;
}

function stream(id: number): CameraStream {
  const found = streams.get(id);
  if (found === undefined) throw new PageFault(usbFault('closed'));
  return found;
}
