import { parentPort } from 'node:worker_threads';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import {
  CameraError,
  type CameraSession,
  type DeviceFrame,
} from '../../../electron/gateway/source/camera/camera-device.ts';
import { UsbCamera } from '../../../electron/gateway/source/usb/usb-camera.ts';
import { findUsbCameras, type UsbCameras } from '../../../electron/gateway/source/usb/usb-cameras.ts';
import { UsbPageClient } from '../../../electron/gateway-thread/usb-cameras.ts';
import type { Feature } from '../../../shared/camera.ts';
import { said } from '../spoken.ts';
import type { FromThread, ProbeCall, ProbeState, ToThread } from './messages.ts';

type Open = {
  readonly session: CameraSession;
  readonly numbers: number[];
  readonly sizes: Map<string, readonly [number, number]>;
  readonly capturedAt: number[];
  readonly exposures: (number | null)[];
  features: readonly Feature[];
  torn: number;
  lost: string | null;
  newest: Uint8Array;
};

const say = (message: FromThread): void => parentPort?.postMessage(message);
const link = new UsbPageClient((message) => say({ type: 'cameras', message }), systemClock);
const cameras: UsbCameras = link;
const open = new Map<string, Open>();

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'cameras') return link.take(message.message);
  const { id } = message;
  perform(message.call).then(
    (value) => say({ type: 'value', id, value, error: null }),
    (error: unknown) => say({ type: 'value', id, value: null, error: words(error) }),
  );
});

const words = (error: unknown): string =>
  error instanceof CameraError
    ? `${error.trouble}: ${said(error.said).text} | ${said(error.said).hint} | ${error.technical}`
    : String(error);

async function perform(call: ProbeCall): Promise<unknown> {
  switch (call.what) {
    case 'find':
      return findUsbCameras(cameras);
    case 'open': {
      const { settings, everyNth } = call;
      const camera = new UsbCamera({ cameras, settings, everyNth, now: Date.now });
      const session = await camera.connect(new AbortController().signal);
      const made: Open = {
        session,
        numbers: [],
        sizes: new Map(),
        capturedAt: [],
        exposures: [],
        features: [],
        torn: 0,
        lost: null,
        newest: new Uint8Array(),
      };
      open.set(call.name, made);
      await session.start(call.acquisition, {
        onFrame: (frame) => take(made, frame),
        onLost: (error) => {
          made.lost = words(error);
        },
      });
      return null;
    }
    case 'state':
      return state(known(call.name));
    case 'trigger':
      return known(call.name).session.softwareTrigger();
    case 'features':
      return known(call.name).session.features?.list();
    case 'set':
      return known(call.name).session.features?.set(call.feature, call.value);
    case 'close':
      await known(call.name).session.close();
      return state(known(call.name));
  }
}

function take(into: Open, { picture, facts, capturedAt }: DeviceFrame): void {
  const { data, width, height } = picture;
  into.numbers.push(facts.frameNumber ?? 0);
  into.sizes.set(`${width}x${height}`, [width, height]);
  into.capturedAt.push(capturedAt);
  into.exposures.push(facts.exposureMicroseconds);
  const isJpeg = data[0] === 0xff && data[1] === 0xd8 && data.at(-2) === 0xff && data.at(-1) === 0xd9;
  const isPng = data[0] === 0x89 && data.at(-1) === 0x82 && data.at(-2) === 0x60;
  if (!isJpeg && !isPng) into.torn += 1;
  into.newest = data;
}

function state(of: Open): ProbeState {
  const { session, numbers, capturedAt, exposures, features, torn, lost, newest } = of;
  return {
    model: session.info.model,
    address: session.info.address,
    counters: session.counters(),
    numbers,
    sizes: [...of.sizes.values()],
    torn,
    capturedAt,
    exposures,
    lost,
    features,
    newest: Buffer.from(newest).toString('base64'),
  };
}

function known(name: string): Open {
  const found = open.get(name);
  if (found === undefined) throw new Error(`${name} is not open`);
  return found;
}
