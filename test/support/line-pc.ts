import { once } from 'node:events';
import { CameraError, type CameraNote } from '../../electron/gateway/source/camera/camera-device.ts';
import { NodeMap } from '../../electron/gateway/source/genicam/node-map.ts';
import { discover } from '../../electron/gateway/source/gige/discovery/discovery.ts';
import { findCamera } from '../../electron/gateway/source/gige/discovery/find-camera.ts';
import { forceIp } from '../../electron/gateway/source/gige/discovery/force-ip.ts';
import { heldCameras } from '../../electron/gateway/source/gige/discovery/held-cameras.ts';
import { GigeCamera } from '../../electron/gateway/source/gige/gige-camera.ts';
import { gigeMemory, readDescription } from '../../electron/gateway/source/gige/gige-features.ts';
import { negotiatePacketSize } from '../../electron/gateway/source/gige/gige-packet-size.ts';
import { streamRegisters } from '../../electron/gateway/source/gige/gvcp/bootstrap.ts';
import { ControlChannel } from '../../electron/gateway/source/gige/gvcp/control-channel.ts';
import { GvspStream } from '../../electron/gateway/source/gige/gvsp/stream.ts';
import { cardMtu, parseIpv4 } from '../../electron/gateway/source/gige/network/interfaces.ts';
import { said, told } from './spoken.ts';
import { streamWorker } from './workers.ts';

/** A process on a line PC in a namespace of its own: does what it is asked for and prints what came of it. */

type Config = {
  readonly address?: string;
  readonly serial?: string;
  readonly interface?: string;
  readonly packetSize?: number;
};

const frames = 100;

/** As a source does it. */
async function take(config: Config) {
  const settings = { packetSize: 'auto' as const, ...config, resend: true };
  const camera = new GigeCamera({ config: settings, streamWorkerPath: streamWorker, silenceMilliseconds: 2_000 });
  const session = await camera.connect(AbortSignal.timeout(20_000));
  let came = 0;
  const notes: CameraNote[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const onFrame = (frame: { readonly release?: () => void }): void => {
        came += 1;
        frame.release?.();
        if (came === frames) resolve();
      };
      const onNote = (note: CameraNote): void => void notes.push(note);
      session.start({ kind: 'free-run' }, { onFrame, onNote, onLost: reject }).catch(reject);
    });
    const { serial, address } = session.info;
    const features = (await session.features?.list()) ?? [];
    const packetSize = features.find(({ name }) => name === 'GevSCPSPacketSize')?.value;
    return { serial, address, frames: Math.min(came, frames), packetSize, notes: notes.map(told) };
  } finally {
    await session.close();
  }
}

/** With Node's own socket for the stream, which has to ask for what got lost. */
async function takeOneByOne(config: Config) {
  const { ip: address, interfaceAddress, card, serial } = await findCamera(config);
  const channel = await ControlChannel.open({ address, interfaceAddress, card });
  await channel.takeControl('control', () => undefined);
  const bindAddress = channel.localAddress;
  const options = { workerPath: streamWorker, bindAddress, cameraAddress: address, card, gvcpPort: 3_956 };
  const sizes = { buffers: 20, maxFrameBytes: 1_000_000, packetSize: 1_500 };
  const stream = await GvspStream.open({ ...options, ...sizes, resend: true, batched: false });
  try {
    const { hostPort, destination, packetSize } = streamRegisters(0);
    await channel.writeRegister(packetSize, sizes.packetSize);
    await channel.writeRegister(destination, parseIpv4(bindAddress) ?? 0);
    await channel.writeRegister(hostPort, stream.port);
    let came = 0;
    const done = new Promise<void>((resolve) => {
      stream.onFrame((frame) => {
        came += 1;
        frame.release();
        if (came === frames) resolve();
      });
    });
    const description = await readDescription(channel, {});
    const map = NodeMap.open(description, gigeMemory(channel, 'memory'));
    await map.execute('AcquisitionStart', { waitMilliseconds: 0 });
    await done;
    await map.execute('AcquisitionStop', { waitMilliseconds: 0 });
    const { resendsGot } = await stream.count();
    return { serial, frames: Math.min(came, frames), isBatched: stream.isBatched, resendsGot };
  } finally {
    await channel.release();
    channel.close();
    await stream.close();
  }
}

/** The packet size that is found with a socket that does not see pieces. */
async function sizeOneByOne(config: Config) {
  const { ip: address, interfaceAddress, card } = await findCamera(config);
  const channel = await ControlChannel.open({ address, interfaceAddress, card });
  await channel.takeControl('control', () => undefined);
  const bindAddress = channel.localAddress;
  const options = { workerPath: streamWorker, bindAddress, cameraAddress: address, card, gvcpPort: 3_956 };
  const stream = await GvspStream.open({
    ...options,
    buffers: 4,
    maxFrameBytes: 100_000,
    resend: true,
    batched: false,
  });
  try {
    const { hostPort, destination } = streamRegisters(0);
    await channel.writeRegister(hostPort, stream.port);
    await channel.writeRegister(destination, parseIpv4(bindAddress) ?? 0);
    const most = await cardMtu(bindAddress);
    const packetSize = await negotiatePacketSize(channel, stream, 'auto', most);
    return { seesPieces: stream.seesPieces, most, packetSize };
  } finally {
    await channel.release();
    channel.close();
    await stream.close();
  }
}

/** Who controls what, while a camera is in our hands. */
async function held(config: Config) {
  const { cameras } = await discover();
  const { ip: address, interfaceAddress, card } = await findCamera(config);
  const channel = await ControlChannel.open({ address, interfaceAddress, card });
  await channel.takeControl('control', () => undefined);
  const controlled = await heldCameras(cameras);
  await channel.release();
  channel.close();
  return [...controlled].map(({ serial }) => serial);
}

async function outcome(request: Record<string, Config & Parameters<typeof forceIp>[0]>): Promise<unknown> {
  const [[kind, wish] = ['', undefined]] = Object.entries(request);
  if (wish === undefined) throw new Error('nothing was asked');
  if (kind === 'take') return take(wish);
  if (kind === 'takeOneByOne') return takeOneByOne(wish);
  if (kind === 'sizeOneByOne') return sizeOneByOne(wish);
  if (kind === 'held') return held(wish);
  if (kind === 'force') {
    await forceIp(wish);
    return {};
  }
  const { cameras, problems } = await discover();
  const places = cameras.map(({ serial, ip, interface: name, card, problem }) => ({ serial, ip, name, card, problem }));
  return { cameras: places, problems: problems.map(told) };
}

const answer = await outcome(JSON.parse(process.argv[2] ?? '{}')).catch((error: unknown) => {
  if (!(error instanceof CameraError)) throw error;
  const { trouble, technical } = error;
  return { trouble, ...said(error.said), technical };
});
if (!process.stdout.write(`${JSON.stringify(answer)}\n`)) await once(process.stdout, 'drain');
process.exit();
