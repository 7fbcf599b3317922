import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { bootstrap, feature, triggerBytes } from '../../../electron/simulators/camera/addresses.ts';
import { openDgramOutlet } from '../../../electron/simulators/camera/open-stream-outlet.ts';
import { formatOfName } from '../../../electron/simulators/camera/pixel-formats.ts';
import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { MovingRamp } from '../../../electron/simulators/camera/test-pattern.ts';
import { type Packet, payloadOf, RawClient } from '../../electron/simulators/camera/raw-client.ts';

/** The stream of the simulated camera, over real sockets: what arrives is compared with what it says it sent. */

const address = '127.0.0.56';
const area = { offsetX: 0, offsetY: 0, width: 256, height: 128 };
/** Of 256 x 128 bytes in packets of 1464. */
const packetsInFrame = Math.ceil((256 * 128) / 1464) + 2;
const jpeg = Buffer.from('ffd8ffe000104a464946ffd9', 'hex');

test('packets that leave one by one, where no more is to be had, stop when the outlet is closed', async () => {
  const heard = createSocket('udp4');
  heard.bind(0, address);
  await once(heard, 'listening');
  const came: Buffer[] = [];
  heard.on('message', (bytes) => came.push(bytes));
  const outlet = await openDgramOutlet(address);
  const to = { address, port: heard.address().port };
  outlet.send(Buffer.from('head'), Buffer.from('body'), to);
  expect(outlet.flush()).toBe(true);
  await expect.poll(() => came.map(String)).toEqual(['headbody']);
  await outlet.close();
  outlet.send(Buffer.from('late'), Buffer.alloc(0), to);
  expect(outlet.flush()).toBe(true);
  heard.close();
});

describe('the stream of the simulated camera', () => {
  let camera: SimulatedCamera;
  let client: RawClient;

  beforeEach(async () => {
    camera = await SimulatedCamera.start({
      address,
      width: area.width,
      height: area.height,
      framesPerSecond: 50,
      keptFrames: 100,
      jpeg: () => jpeg,
    });
    client = await RawClient.open(address);
    await client.connect();
  });
  afterEach(async () => {
    client.close();
    await camera.stop();
  });

  /** Takes `frames` and waits until all that left the camera has arrived. */
  async function take(frames: number): Promise<readonly Packet[]> {
    await client.write(feature.acquisitionMode, 2);
    await client.write(feature.frameCount, frames);
    await client.write(feature.acquisitionStart, 1);
    await arrived(() => !camera.acquiring);
    return client.packets;
  }

  async function arrived(isDone: () => boolean): Promise<void> {
    let before = -1;
    await expect
      .poll(
        () => {
          const { packetsSent } = camera.counters();
          const isQuiet = packetsSent === before;
          before = packetsSent;
          return isDone() && isQuiet && client.received >= packetsSent;
        },
        { timeout: 10_000, interval: 50 },
      )
      .toBe(true);
  }

  const bytesOf = (blockId: number, format = 'Mono8'): Buffer =>
    new MovingRamp(formatOfName(format), area).frame(blockId);
  const blocks = (): number[] => [...new Set(client.packets.map(({ blockId }) => blockId))];

  it('is leader, payload and trailer of each frame, in order, with exactly the pattern of its number', async () => {
    const packets = await take(5);
    expect(packets).toHaveLength(5 * packetsInFrame);
    expect(blocks()).toEqual([1, 2, 3, 4, 5]);
    for (const blockId of blocks()) {
      const ofFrame = packets.filter((packet) => packet.blockId === blockId);
      expect(ofFrame.map(({ packetId }) => packetId)).toEqual([...Array(packetsInFrame).keys()]);
      expect(payloadOf(packets, blockId).equals(bytesOf(blockId))).toBe(true);
    }
    const leader = packets[0]!.body;
    expect([leader.readUInt16BE(2), leader.readUInt32BE(12)]).toEqual([1, 0x0108_0001]);
    expect([leader.readUInt32BE(16), leader.readUInt32BE(20)]).toEqual([256, 128]);
    expect(Math.max(...packets.map(({ bytes }) => bytes))).toBe(1472);
    const { packetsSent, bytesSent, framesSent } = camera.counters();
    expect({ packetsSent, bytesSent, framesSent }).toEqual({
      packetsSent: packets.length,
      bytesSent: packets.reduce((sum, { bytes }) => sum + bytes, 0),
      framesSent: 5,
    });
  });

  it('has words of 16 bits in the byte order that is asked for', async () => {
    await client.write(feature.pixelFormat, 0x0110_0007);
    await client.write(bootstrap.packetSize, (1500 | 0x2000_0000) >>> 0);
    await take(1);
    expect(payloadOf(client.packets, 1).equals(Buffer.from(bytesOf(1, 'Mono16')).swap16())).toBe(true);
  });

  it('loses as many packets as it counts, and sends each again that is asked for', async () => {
    camera.setFaults({ lossPerThousand: 100 });
    await take(10);
    const dropped = camera.counters().packetsDropped;
    expect(dropped).toBeGreaterThan(5);
    expect(client.packets).toHaveLength(10 * packetsInFrame - dropped);

    for (let blockId = 1; blockId <= 10; blockId += 1) {
      const got = new Set(client.packets.filter((one) => one.blockId === blockId).map(({ packetId }) => packetId));
      for (let packetId = 0; packetId < packetsInFrame; packetId += 1) {
        if (!got.has(packetId)) client.resend(blockId, packetId, packetId);
      }
    }
    await arrived(() => camera.counters().packetsResent === dropped);
    expect(client.packets).toHaveLength(10 * packetsInFrame);
    expect(client.packets.filter(({ status }) => status === 0x0100)).toHaveLength(dropped);
    for (const blockId of blocks()) expect(payloadOf(client.packets, blockId).equals(bytesOf(blockId))).toBe(true);
  });

  it('says which frames it no longer has, or nothing at all', async () => {
    await take(2);
    const answerTo = async (blockId: number, first: number, last: number): Promise<readonly Packet[]> => {
      const before = client.packets.length;
      const { resendRequests } = camera.counters();
      client.resend(blockId, first, last);
      await arrived(() => camera.counters().resendRequests === resendRequests + 1);
      return client.packets.slice(before);
    };
    expect(await answerTo(9, 3, 4)).toMatchObject([
      { status: 0x800c, blockId: 9, packetId: 3 },
      { status: 0x800c, blockId: 9, packetId: 4 },
    ]);
    camera.setFaults({ resendAnswer: 'removed' });
    expect(await answerTo(1, 3, 3)).toMatchObject([{ status: 0x8012, blockId: 1, packetId: 3 }]);
    camera.setFaults({ resendAnswer: 'silent' });
    expect(await answerTo(1, 3, 3)).toEqual([]);
    camera.setFaults({ resendAnswer: 'send' });
    await client.write(feature.frameCount, 101);
    await client.write(feature.frameRate, 0x43fa_0000);
    await client.write(feature.acquisitionStart, 1);
    await arrived(() => !camera.acquiring);
    expect(await answerTo(1, 3, 3)).toMatchObject([{ status: 0x8011, blockId: 1, packetId: 3 }]);
    expect(camera.counters()).toMatchObject({ packetsResent: 0, resendsRefused: 4 });
  });

  it('does not answer a request for all packets of the world with as many', async () => {
    await take(1);
    client.resend(77, 0, 0xff_ffff);
    client.resend(1, 0, 0xff_ffff);
    await arrived(() => camera.counters().resendRequests === 2);
    expect(camera.counters()).toMatchObject({ resendsRefused: 256, packetsResent: packetsInFrame });
  });

  it('shuffles, doubles and adds garbage, and yet nothing of the picture is lost', async () => {
    camera.setFaults({ reorderWindow: 6, duplicatePerThousand: 200, garbagePackets: 3 });
    await take(4);
    const { packetsDuplicated, garbageSent, packetsSent } = camera.counters();
    expect(garbageSent).toBe(12);
    expect(packetsSent).toBe(4 * packetsInFrame + packetsDuplicated + garbageSent);
    const real = client.packets.filter(({ blockId, format }) => blockId <= 4 && format <= 3);
    expect(real.map(({ packetId }) => packetId)).not.toEqual([...real.map(({ packetId }) => packetId)].sort());
    for (let blockId = 1; blockId <= 4; blockId += 1) {
      expect(payloadOf(real, blockId).equals(bytesOf(blockId))).toBe(true);
    }
  });

  it('counts from 65535 to 1, and further where frames are named by 64 bits', async () => {
    camera.setFaults({ firstBlockId: 65_534 });
    await take(4);
    expect(blocks()).toEqual([65_534, 65_535, 1, 2]);
    client.packets.length = 0;
    expect(await client.write(bootstrap.streamConfiguration, 0x4000_0000)).toBe(0);
    await take(4);
    expect(blocks()).toEqual([65_534, 65_535, 65_536, 65_537]);
    expect(client.packets.every(({ extended }) => extended)).toBe(true);
    expect(payloadOf(client.packets, 65_537).equals(bytesOf(65_537))).toBe(true);
    const before = client.packets.length;
    client.resend(65_537, 2, 3, true);
    await arrived(() => camera.counters().packetsResent === 2);
    expect(client.packets.slice(before).map(({ packetId }) => packetId)).toEqual([2, 3]);
  });

  it('ends with a torn trailer, with none, or after more than was announced', async () => {
    camera.setFaults({ trailer: 'torn' });
    await take(1);
    expect(client.packets.at(-1)).toMatchObject({ format: 2, bytes: 8 + 3 });
    client.packets.length = 0;
    camera.setFaults({ trailer: 'missing' });
    await take(1);
    expect(client.packets.at(-1)?.format).toBe(3);
    client.packets.length = 0;
    camera.setFaults({ trailer: 'whole', extraPayloadPackets: 2 });
    await take(1);
    expect(payloadOf(client.packets, 1).length).toBe(256 * 128 + 2 * 1464);
    expect((await client.read(feature.payloadSize)).value).toBe(256 * 128);
  });

  it('carries chunks behind the picture when they are wanted', async () => {
    await client.write(feature.chunkModeActive, 1);
    await take(2);
    const payload = payloadOf(client.packets, 2);
    expect(payload).toHaveLength((await client.read(feature.payloadSize)).value);
    expect(client.packets[0]!.body.readUInt16BE(2)).toBe(0x4001);
    const tails = [payload.length - 8, payload.length - 24, payload.length - 40];
    expect(tails.map((at) => payload.readUInt32BE(at))).toEqual([4, 3, 2]);
    expect(payload.readBigUInt64BE(payload.length - 16)).toBe(2n);
    expect(payload.readDoubleBE(payload.length - 32)).toBe(5_000);
    expect(payload.subarray(0, 256 * 128).equals(bytesOf(2))).toBe(true);
  });

  it('is a JPEG file when the camera compresses', async () => {
    expect(await client.write(feature.compression, 1)).toBe(0);
    await take(1);
    expect(client.packets[0]!.body.readUInt16BE(2)).toBe(6);
    expect(client.packets[0]!.body.readBigUInt64BE(12)).toBe(BigInt(jpeg.length));
    expect(payloadOf(client.packets, 1).equals(jpeg)).toBe(true);
  });

  it('has one frame for each trigger, of software or of the input that was chosen', async () => {
    const framesSent = (frames: number): Promise<void> => arrived(() => camera.counters().framesSent === frames);
    await client.write(feature.triggerMode, 1);
    await client.write(feature.acquisitionStart, 1);
    await client.write(feature.triggerSoftware, 1);
    camera.pulse('Line1');
    await framesSent(1);
    await client.write(feature.triggerSource, 1);
    camera.pulse('Line1');
    camera.pulse('Line2');
    await client.write(feature.triggerSoftware, 1);
    await framesSent(2);
    await client.write(feature.triggerActivation, 2);
    camera.pulse('Line1');
    await framesSent(4);
    expect(camera.counters()).toMatchObject({ triggers: 4, triggersIgnored: 1, framesSkipped: 0 });
  });

  it('has a burst of frames for one trigger', async () => {
    await client.write(feature.triggerMode + triggerBytes, 1);
    await client.write(feature.burstFrameCount, 3);
    await client.write(feature.acquisitionStart, 1);
    await client.write(feature.triggerSoftware + triggerBytes, 1);
    await arrived(() => camera.counters().framesSent === 3);
    await client.write(feature.triggerSoftware + triggerBytes, 1);
    await arrived(() => camera.counters().framesSent === 6);
    expect(blocks()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('fires test packets of the size that was set, unless they are too large for the way', async () => {
    const fire = (size: number): Promise<number> => client.write(bootstrap.packetSize, (size | 0xc000_0000) >>> 0);
    await fire(9_000);
    await expect.poll(() => client.packets.map(({ bytes }) => bytes)).toEqual([9_000 - 28]);
    await fire(9_004);
    await fire(1_500);
    await expect.poll(() => client.packets.map(({ bytes }) => bytes)).toEqual([9_000 - 28, 1_500 - 28]);
    expect(camera.counters().testPackets).toBe(2);
    expect((await client.read(bootstrap.packetSize)).value).toBe((1_500 | 0x4000_0000) >>> 0);
  });

  it('stops when the camera freezes, is silent behind a firewall or vanishes, and goes on afterwards', async () => {
    await client.write(feature.acquisitionStart, 1);
    await expect.poll(() => client.packets.length, { timeout: 5_000 }).toBeGreaterThan(0);
    for (const fault of ['frozen', 'silent', 'vanished'] as const) {
      camera.setFaults({ [fault]: true });
      await arrived(() => true);
      const { packetsSent } = camera.counters();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(camera.counters().packetsSent, fault).toBe(packetsSent);
      camera.setFaults({ [fault]: false });
      await expect.poll(() => camera.counters().packetsSent, { timeout: 5_000 }).toBeGreaterThan(packetsSent);
    }
  });
});
