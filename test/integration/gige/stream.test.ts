import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type ArrivedFrame, GvspStream, type OpenStream } from '../../../electron/gateway/source/gige/gvsp/stream.ts';
import { packetsOf, pixels } from '../../electron/gateway/source/gige/gvsp/gvsp-frames.ts';
import { streamWorker } from '../../support/workers.ts';

const address = '127.0.0.1';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A camera of a few lines: sends what it is told, and keeps what it is sent. */
async function openCamera() {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  closing.push(() => socket.close());
  const heard: { readonly bytes: Buffer; readonly port: number }[] = [];
  socket.on('message', (bytes, { port }) => heard.push({ bytes, port }));
  return { socket, heard, port: socket.address().port };
}

const send = (socket: Socket, port: number, packet: Buffer): Promise<void> =>
  new Promise((resolve, reject) => socket.send(packet, port, address, (error) => (error ? reject(error) : resolve())));

async function sendAll(socket: Socket, port: number, packets: readonly Buffer[]): Promise<void> {
  for (const packet of packets) await send(socket, port, packet);
}

async function open(camera: { readonly port: number }, options: Partial<OpenStream> = {}) {
  const stream = await GvspStream.open({
    bindAddress: address,
    cameraAddress: address,
    gvcpPort: camera.port,
    packetSize: 1_500,
    resend: false,
    buffers: 4,
    maxFrameBytes: 8_000_000,
    workerPath: streamWorker,
    ...options,
  });
  closing.push(() => stream.close());
  return stream;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come to that within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Of this process, its threads included. */
async function openSockets(): Promise<number> {
  const files = await readdir('/proc/self/fd');
  const targets = await Promise.all(files.map((file) => readlink(`/proc/self/fd/${file}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

const shape = (block: number) => ({ block, width: 640, height: 480, packetSize: 1_500 });

describe.each([
  ['many packets in one call', true],
  ['one packet after the other', false],
])('GvspStream, which reads %s,', (_, batched) => {
  const openStream = (camera: Parameters<typeof open>[0], options: Partial<OpenStream> = {}): Promise<GvspStream> =>
    open(camera, { batched, ...options });

  it('reads so, and leaves no socket behind, however its thread ends', async () => {
    const camera = await openCamera();
    const before = await openSockets();
    const streams = [await openStream(camera), await openStream(camera)];
    expect(streams.map(({ isBatched }) => isBatched)).toEqual([batched, batched]);
    expect((await openSockets()) - before).toBe(2);
    await streams[0]?.close();
    // A frozen thread is ended from outside.
    await streams[1]?.abandon();
    expect(await openSockets()).toBe(before);
  });

  it('hands over frames by transfer and takes their buffers back', async () => {
    const camera = await openCamera();
    const stream = await openStream(camera);
    const seen: { readonly block: number; readonly right: boolean; readonly width: number }[] = [];
    const returned: boolean[] = [];
    stream.onFrame(({ block, data, bytes, leader, arrivedAt, release }) => {
      const right = Buffer.from(data, 0, bytes).equals(pixels(block, 640 * 480));
      seen.push({ block, right, width: leader.width });
      expect(Math.abs(Date.now() - arrivedAt)).toBeLessThan(60_000);
      release();
      release();
      returned.push(data.byteLength === 0);
    });
    for (let block = 1; block <= 20; block += 1) {
      await sendAll(camera.socket, stream.port, packetsOf(shape(block)));
      await until(() => seen.length === block);
    }
    expect(seen.every(({ right, width }) => right && width === 640)).toBe(true);
    expect(returned.every((gone) => gone)).toBe(true);
    expect(await stream.count()).toMatchObject({ frames: 20, drops: {}, missed: 0, buffersAway: 0, foreignPackets: 0 });
    expect(stream.receiveBufferBytes).toBeGreaterThan(64 * 1024);
    await stream.close();
    expect(stream.counters()).toMatchObject({ frames: 20, bytes: 20 * 640 * 480 });
  });

  it('drops the newest frames as overrun while the receiver holds all buffers, and goes on afterwards', async () => {
    const camera = await openCamera();
    const stream = await openStream(camera, { buffers: 2 });
    const held: ArrivedFrame[] = [];
    stream.onFrame((frame) => held.push(frame));
    for (let block = 1; block <= 5; block += 1) await sendAll(camera.socket, stream.port, packetsOf(shape(block)));
    await until(async () => ((await stream.count()).drops.overrun ?? 0) === 3);
    expect(held.map(({ block }) => block)).toEqual([1, 2]);
    for (const frame of held) frame.release();
    await until(async () => (await stream.count()).buffersAway === 0);
    await sendAll(camera.socket, stream.port, packetsOf(shape(6)));
    await until(() => held.length === 3);
    expect(held[2]?.block).toBe(6);
    // Transferred away and lost: its place is free again.
    const taken = held[2] as ArrivedFrame;
    structuredClone(taken.data, { transfer: [taken.data] });
    taken.release();
    await until(async () => (await stream.count()).buffersAway === 0);
  });

  it('asks the camera for what is missing, in its own words, and completes the frames', async () => {
    const camera = await openCamera();
    const stream = await openStream(camera, { resend: true, retentionMilliseconds: 2_000, buffers: 8 });
    const whole: number[] = [];
    stream.onFrame(({ block, data, bytes, release }) => {
      if (Buffer.from(data, 0, bytes).equals(pixels(block, 640 * 480))) whole.push(block);
      release();
    });
    let sent = 0;
    camera.socket.on('message', (bytes, { port }) => {
      if (bytes.length !== 20 || bytes.readUInt16BE(2) !== 0x40) return;
      const packets = packetsOf(shape(bytes.readUInt16BE(10)));
      for (let number = bytes.readUInt32BE(12); number <= bytes.readUInt32BE(16); number += 1) {
        const packet = packets[number];
        if (packet === undefined) continue;
        packet.writeUInt16BE(0x0100, 0);
        camera.socket.send(packet, port, address);
        sent += 1;
      }
    });
    const lost = [[0], [5, 6, 7], [100], [209, 210, 211], [20, 60, 90]];
    for (const [index, numbers] of lost.entries()) {
      const packets = packetsOf(shape(index + 1)).filter((_, number) => !numbers.includes(number));
      await sendAll(camera.socket, stream.port, packets);
    }
    await until(() => whole.length === lost.length);
    await stream.close();
    expect(stream.counters()).toMatchObject({ frames: 5, drops: {}, missed: 0 });
    expect(stream.counters().resendsAsked).toBeGreaterThanOrEqual(lost.flat().length);
    expect(sent).toBe(stream.counters().resendsAsked);
    expect(stream.counters().resendsGot).toBe(lost.flat().length);
  });

  it('measures test packets and collects no frames before it is started', async () => {
    const camera = await openCamera();
    const { packetSize: _, ...options } = { packetSize: 0 };
    const stream = await GvspStream.open({
      ...options,
      bindAddress: address,
      cameraAddress: address,
      gvcpPort: camera.port,
      resend: false,
      buffers: 2,
      maxFrameBytes: 1_000_000,
      workerPath: streamWorker,
      batched,
    });
    closing.push(() => stream.close());
    expect(stream.largestPacket()).toBe(0);
    const arrives = stream.packetArrives(1_500, 5_000);
    await send(camera.socket, stream.port, Buffer.alloc(1_472));
    expect(await arrives).toBe(true);
    expect(await stream.packetArrives(4_000, 20)).toBe(false);
    await sendAll(camera.socket, stream.port, packetsOf(shape(1)));
    expect(stream.largestPacket()).toBe(1_500);
    expect(await stream.count()).toMatchObject({ frames: 0, inFlight: 0 });
    stream.openFirewall(camera.port);
    await until(() => camera.heard.length > 0);
    expect(camera.heard[0]).toMatchObject({ port: stream.port, bytes: Buffer.alloc(0) });
  });

  it('says when no packet has come for long, once each time', async () => {
    const camera = await openCamera();
    const stream = await openStream(camera, { silenceMilliseconds: 60 });
    let told = 0;
    stream.onSilence(() => {
      told += 1;
    });
    await until(() => told === 1);
    await sendAll(camera.socket, stream.port, packetsOf(shape(1)));
    await until(() => told === 2);
    expect(told).toBe(2);
  });

  it('starts anew with the ids and keeps its counts', async () => {
    const camera = await openCamera();
    const stream = await openStream(camera);
    const blocks: number[] = [];
    stream.onFrame(({ block, release }) => {
      blocks.push(block);
      release();
    });
    for (const block of [3, 1, 2]) {
      stream.start(1_500);
      await stream.count();
      await sendAll(camera.socket, stream.port, packetsOf(shape(block)));
      await until(async () => (await stream.count()).frames === blocks.length && blocks.at(-1) === block);
    }
    await sendAll(camera.socket, stream.port, packetsOf(shape(3)).slice(0, 9));
    await until(async () => (await stream.count()).inFlight === 1);
    await stream.close();
    expect(stream.counters()).toMatchObject({ frames: 3, drops: { aborted: 1 }, missed: 0, inFlight: 0 });
  });

  it('rejects with the reason when the address is not of this PC', async () => {
    const camera = await openCamera();
    await expect(openStream(camera, { bindAddress: '192.0.2.1' })).rejects.toThrow('EADDRNOTAVAIL');
  });
});
