import type { CameraSnapshot, FoundCamera, LiveFrame } from '../../../shared/camera.ts';
import { legacy, message } from '../../../shared/messages/message.ts';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';
import { source, startedAt } from './scenario-base.ts';

/** Cameras in every state, found cameras with every problem, and looks with made-up figures. */

const drops: CameraSnapshot['drops'] = [
  { cause: 'incomplete', message: message('frames-lost', { context: 'incomplete', cause: 'incomplete' }), frames: 9 },
  { cause: 'overrun', message: message('frames-lost', { context: 'overrun', cause: 'overrun' }), frames: 3 },
];

export const camera = (change: Partial<CameraSnapshot> = {}): CameraSnapshot => ({
  vendor: 'Basler',
  model: 'acA1920-40gm',
  serial: '22471193',
  address: '192.168.77.10',
  trigger: 'free-run',
  burst: 1,
  width: 1936,
  height: 1216,
  pixelFormat: 'Mono8',
  framesPerSecond: 20,
  everyMilliseconds: 50,
  frames: 41_220,
  stored: 41_208,
  skipped: 0,
  drops: [],
  resends: 0,
  latencyMilliseconds: 12.4,
  storeMilliseconds: 31,
  reconnects: 0,
  lastFrameAt: startedAt,
  finished: false,
  ...change,
});

type Change = Omit<Partial<SourceSnapshot>, 'camera'>;
const cameraSource = (
  id: string,
  name: string,
  state: SourceSnapshot['state'],
  facts: Partial<CameraSnapshot>,
  change: Change = {},
): SourceSnapshot => {
  const own = camera(facts);
  return source(id, name, { kind: 'gige', location: own.address, state, ...change, camera: own });
};

const gone = { framesPerSecond: 0, everyMilliseconds: null };
const unknown = { ...gone, vendor: '', model: '', serial: '', width: null, height: null, pixelFormat: null };

export const cameraSources: readonly SourceSnapshot[] = [
  cameraSource('top', 'Top camera', 'streaming', { drops, resends: 412, reconnects: 1 }),
  cameraSource('label', 'Label reader', 'armed', {
    ...gone,
    model: 'acA2440-20gc',
    address: '192.168.77.11',
    trigger: 'software',
    burst: 3,
    pixelFormat: 'BayerRG8',
    frames: 118,
    stored: 118,
    lastFrameAt: startedAt - 96_000,
  }),
  source('press', 'Press 2 outlet'),
];

export const allCameraSources: readonly SourceSnapshot[] = [
  ...cameraSources.slice(0, 2),
  cameraSource(
    'side',
    'Side camera',
    'streaming',
    {
      vendor: 'Logitech',
      model: 'BRIO',
      serial: '',
      address: 'usb 3-1',
      trigger: 'interval',
      framesPerSecond: 5,
      everyMilliseconds: 200,
      pixelFormat: 'JPEG',
      width: 1920,
      height: 1080,
    },
    {
      kind: 'usb',
      location: 'Logitech BRIO',
      nearDuplicateFilter: { threshold: 3, gated: 1_140, lastDifference: 1.24, lastAt: startedAt },
    },
  ),
  cameraSource('seam', 'Weld seam', 'connecting', { ...unknown, address: '', lastFrameAt: null, frames: 0, stored: 0 }),
  cameraSource(
    'gauge',
    'Gauge',
    'taken',
    { ...gone, trigger: 'software', lastFrameAt: startedAt - 640_000 },
    {
      message: legacy('Another program controls this camera', 'Close the vendor’s viewer, on this PC or another one.'),
    },
  ),
  cameraSource(
    'oven',
    'Oven exit with a rather long name',
    'lost',
    { ...gone, trigger: 'hardware', reconnects: 12, lastFrameAt: startedAt - 42_000, drops: drops.slice(0, 1) },
    { message: legacy('The camera does not answer any more', 'Check its power and its cable. It is looked for.') },
  ),
  cameraSource(
    'back',
    'Back camera',
    'silent',
    { ...gone, lastFrameAt: null, frames: 0, stored: 0 },
    {
      message: legacy(
        'Control works, but no pictures arrive',
        'Let UDP through the firewall of this PC, or try a smaller packet size.',
      ),
    },
  ),
  cameraSource('batch', 'First articles', 'finished', {
    ...gone,
    trigger: 'software',
    frames: 100,
    stored: 100,
    finished: true,
  }),
  cameraSource(
    'belt',
    'Belt',
    'missing',
    { ...unknown, address: '10.0.0.9', lastFrameAt: null },
    { message: legacy('No camera answers at 10.0.0.9', 'Search for it under Cameras.') },
  ),
  source('press', 'Press 2 outlet'),
];

/** Twenty a second while the page is open, and the age of the last frame with it. */
export function ticking(one: SourceSnapshot, now: number): SourceSnapshot {
  const { camera: own, state } = one;
  if (own === null || state !== 'streaming') return one;
  const frames = own.frames + Math.floor(((now - startedAt) / 1_000) * own.framesPerSecond);
  const wobble = 0.1 * Math.sin(now / 900);
  const framesPerSecond = own.framesPerSecond + wobble;
  return { ...one, camera: { ...own, frames, stored: frames - 12, framesPerSecond, lastFrameAt: now - 50 } };
}

/** A look whose focus rises and falls, as when somebody turns the lens. */
export function fakeLook(number: number, now: number): LiveFrame {
  const turn = Math.sin(number / 25);
  const bins = Array.from({ length: 64 }, (_, bin) => {
    const ground = Math.exp(-(((bin - 38 - turn * 3) / 6) ** 2));
    const parts = 0.35 * Math.exp(-(((bin - 14) / 5) ** 2)) + 0.03;
    return ground + parts + (bin === 63 ? 0.5 : 0);
  });
  const sum = bins.reduce((total, bin) => total + bin, 0);
  return {
    number,
    at: now,
    width: 1936,
    height: 1216,
    focus: 240 + 180 * turn,
    histogram: bins.map((bin) => bin / sum),
    overexposed: 0.024,
    underexposed: 0.0004,
  };
}

export const found = (id: string, change: Partial<FoundCamera>): FoundCamera => ({
  kind: 'gige',
  id,
  vendor: 'Basler',
  model: 'acA1920',
  serial: '22471193',
  userName: '',
  address: '192.168.77.10',
  interface: 'enp3s0',
  interfaceAddress: '192.168.77.1',
  proposal: null,
  sourceId: null,
  problem: 'none',
  message: null,
  ...change,
});

export const foundCameras: readonly FoundCamera[] = [
  found('00:30:53:1f:2a:10', { sourceId: 'top', userName: 'TOP' }),
  found('00:30:53:1f:2a:11', { serial: '22471201', address: '192.168.77.12', userName: 'gauge head 2' }),
  found('00:11:1c:f0:42:7b', {
    vendor: 'Teledyne FLIR',
    model: 'Blackfly S BFS-PGE-31S4C',
    serial: '19340022',
    address: '169.254.12.80',
    problem: 'wrong-network',
    proposal: { address: '192.168.77.13', mask: '255.255.255.0', gateway: '0.0.0.0' },
    message: legacy(
      'This camera’s address 169.254.12.80 is not of the network of enp3s0.',
      'Give it an address of that network, for example 192.168.77.13.',
    ),
  }),
  found('00:30:53:1f:2a:44', {
    serial: '22471222',
    address: '192.168.77.20',
    problem: 'taken',
    message: message('camera-taken', {
      context: 'model',
      address: '192.168.77.20',
      model: 'acA1920',
      serial: '22471222',
    }),
  }),
  found('9f2c61a0b7de44d1a5f6c3e8b2107d55', {
    kind: 'usb',
    vendor: '',
    model: 'Logitech BRIO (046d:085e)',
    serial: '',
    address: '',
    interface: '',
    interfaceAddress: '',
  }),
];
