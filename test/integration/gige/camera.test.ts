import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import type { SimulatorOptionsInput } from '../../../electron/simulators/camera/options.ts';
import type { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { said } from '../../support/spoken.ts';
import { type KeptFrame, moreFrames, patiently, reaches, startSource } from './camera-rig.ts';
import { simulate as simulateSmall } from './simulated-camera.ts';

/** Our whole chain, from the socket to the sink, against our own simulator, which has wire code of its own. */

const simulate = (options: Partial<SimulatorOptionsInput> = {}): Promise<SimulatedCamera> =>
  simulateSmall({ width: 320, height: 240, framesPerSecond: 20, ...options });

const numbers = (frames: readonly KeptFrame[]): (number | null)[] => frames.map(({ facts }) => facts.frameNumber);

describe('a GigE camera', () => {
  test('streams whole pictures with number, exposure and time', async () => {
    const camera = await simulate();
    const rig = await startSource({ address: camera.address }, { features: { ExposureTime: 2_000 } });
    await moreFrames(rig, 20);
    expect(rig.source.status()).toMatchObject({ state: 'streaming' });
    const { frames } = rig.sink;
    for (const { width, height, pixelFormat, data, facts, capturedFrom, capturedAt } of frames) {
      expect([width, height, pixelFormat, data.length]).toEqual([320, 240, 0x01080001, 320 * 240]);
      expect(facts).toMatchObject({ trigger: 'free-run', exposureMicroseconds: 2_000 });
      expect(facts.cameraTimeNanoseconds).toMatch(/^\d+$/);
      expect(capturedFrom).toBe('camera');
      expect(Math.abs(Date.now() - capturedAt)).toBeLessThan(60_000);
    }
    const first = frames[0]?.facts.frameNumber ?? 0;
    const { drops, frames: arrived } = rig.source.camera();
    if (drops.length === 0) expect(numbers(frames)).toEqual(frames.map((_, index) => first + index));
    expect(arrived).toBeGreaterThanOrEqual(frames.length);
    // The time between two pictures is the camera's own.
    const [a, b] = frames;
    const nanoseconds = Number(b?.facts.cameraTimeNanoseconds) - Number(a?.facts.cameraTimeNanoseconds);
    expect(Math.abs((b?.capturedAt ?? 0) - (a?.capturedAt ?? 0) - nanoseconds / 1e6)).toBeLessThan(25);
    await rig.source.stop();
    expect([camera.acquiring, camera.controlled]).toEqual([false, false]);
  });

  test.each<[string, (camera: SimulatedCamera) => object, Partial<SimulatorOptionsInput>?]>([
    ['by its serial number', (camera: SimulatedCamera) => ({ serial: camera.serial, address: camera.address })],
    ['in an old description', (camera: SimulatedCamera) => ({ address: camera.address }), { oldSchema: true }],
    [
      'in a zipped description',
      (camera: SimulatedCamera) => ({ address: camera.address }),
      { zippedDescription: true },
    ],
    [
      'without WRITEMEM',
      (camera: SimulatedCamera) => ({ address: camera.address }),
      { capabilities: { writeMemory: false } },
    ],
  ])('is set and read %s', async (_, config, options = {}) => {
    const camera = await simulate(options);
    const rig = await startSource(config(camera), { features: { Width: 160, PixelFormat: 'Mono16' } });
    await moreFrames(rig, 2);
    expect(rig.sink.frames[0]).toMatchObject({ width: 160, height: 240, pixelFormat: 0x01100007 });
    expect(rig.sink.frames[0]?.data.length).toBe(160 * 240 * 2);
  });

  test.each([
    ['the largest that arrives', {}, 'auto', 9_000],
    ['no larger than the way allows', { pathMtu: 4_500 }, 'auto', 4_000],
    ['that of every Ethernet', { pathMtu: 1_500 }, 'auto', 1_500],
    ['the camera’s own where it can’t try', { packetSize: 1_400, capabilities: { testPackets: false } }, 'auto', 1_400],
    [
      'the usual one where its own is larger and it can’t try',
      { packetSize: 8_000, capabilities: { testPackets: false } },
      'auto',
      1_500,
    ],
    ['that of the configuration', {}, 2_000, 2_000],
  ] as const)('has as packet size %s', async (_, options, packetSize, expected) => {
    const camera = await simulate(options);
    const rig = await startSource({ address: camera.address, packetSize });
    await moreFrames(rig, 2);
    const sizes = (await rig.source.features().list()).find(({ name }) => name === 'GevSCPSPacketSize');
    expect(sizes?.value).toBe(expected);
  });

  test('is triggered by software, in bursts and at an interval', async () => {
    const camera = await simulate();
    const software = await startSource({ address: camera.address }, { trigger: { mode: 'software', burst: 3 } });
    await reaches(software, 'armed');
    await software.source.trigger('command');
    await software.source.trigger('window');
    await expect.poll(() => software.sink.frames.length, patiently).toBe(6);
    expect(software.sink.frames.map(({ facts }) => `${facts.trigger} ${facts.triggeredBy}`)).toEqual([
      ...new Array<string>(3).fill('burst command'),
      ...new Array<string>(3).fill('burst window'),
    ]);
    expect(camera.counters().triggers).toBe(6);
    await software.source.stop();
    const interval = await startSource(
      { address: camera.address },
      { trigger: { mode: 'interval', milliseconds: 100 }, frames: 5 },
    );
    await reaches(interval, 'finished');
    expect(interval.source.status().drained).toBe(true);
    expect(interval.sink.frames).toHaveLength(5);
    expect(camera.controlled).toBe(false);
  });

  test('waits for its hardware trigger', async () => {
    const camera = await simulate();
    const rig = await startSource(
      { address: camera.address },
      { trigger: { mode: 'hardware', line: 'Line1', activation: 'RisingEdge', everyNth: 2 } },
    );
    await reaches(rig, 'armed');
    for (let pulse = 1; pulse <= 4; pulse += 1) {
      camera.pulse('Line1');
      await expect.poll(() => rig.source.camera().frames, patiently).toBe(pulse);
    }
    expect(rig.sink.frames.map(({ facts }) => [facts.trigger, facts.triggeredBy, facts.frameNumber])).toEqual([
      ['hardware', 'Line1', 1],
      ['hardware', 'Line1', 3],
    ]);
    const wrong = await simulate();
    const refused = await startSource({ address: wrong.address }, { trigger: { mode: 'hardware', line: 'Line99' } });
    await reaches(refused, 'failed');
    expect(said(refused.source.status().message).text).toContain('Line99');
  });

  test('loses packets, and every picture is whole all the same', async () => {
    const camera = await simulate({ width: 640, height: 480 });
    camera.setFaults({ lossPerThousand: 20, reorderWindow: 4, duplicatePerThousand: 10 });
    const rig = await startSource({ address: camera.address, packetSize: 1_500 });
    await moreFrames(rig, 30);
    for (const { data } of rig.sink.frames) {
      expect(data.length).toBe(640 * 480);
      expect(isRamp(data, 640)).toBe(true);
    }
    expect(rig.source.camera().resends).toBeGreaterThan(0);
  });

  test('is unplugged and comes back, and is called lost in between', async () => {
    const camera = await simulate();
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 3);
    for (let times = 1; times <= 2; times += 1) {
      camera.vanish();
      await expect.poll(() => rig.source.status().state, patiently).toMatch(/lost|silent/);
      camera.comeBack();
      await moreFrames(rig, 3);
      expect(rig.source.camera().reconnects).toBeGreaterThanOrEqual(times);
      expect(rig.source.status().state).toBe('streaming');
    }
  });

  test('is switched off and on with another resolution', async () => {
    const camera = await simulate();
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 3);
    camera.reboot({ milliseconds: 500, width: 640, height: 480 });
    await expect.poll(() => rig.sink.frames.at(-1)?.width, patiently).toBe(640);
    for (const { width, height, data } of rig.sink.frames) expect(data.length).toBe(width * height);
  });

  test('counts its pictures past 65535, where 1 comes next, and none is missed', async () => {
    const camera = await simulate();
    camera.setFaults({ firstBlockId: 65_530 });
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 15);
    await rig.source.stop();
    const came = numbers(rig.sink.frames).map((number) => number ?? 0);
    expect(came).toEqual(expect.arrayContaining([65_535, 1]));
    const steps = came.slice(1).map((number, index) => (number - (came[index] ?? 0) + 65_535) % 65_535);
    const left = steps.reduce((sum, step) => sum + step - 1, 0);
    const drops = rig.source.camera().drops.reduce((sum, { frames }) => sum + frames, 0);
    // A busy PC may lose some, which are then counted; besides, one is under way when it is stopped.
    expect(drops).toBeGreaterThanOrEqual(left);
    expect(rig.source.camera().drops.filter(({ cause }) => cause === 'missed')).toEqual([]);
    for (const { data } of rig.sink.frames) expect(isRamp(data, 320)).toBe(true);
  });

  test('sends more than it announced: the pictures are taken, and that is said', async () => {
    const camera = await simulate();
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 3);
    camera.setFaults({ extraPayloadPackets: 3 });
    await expect.poll(() => said(rig.source.status().message).hint, patiently).toMatch(/sends more than its picture/);
    await moreFrames(rig, 10);
    camera.setFaults({ extraPayloadPackets: 0 });
    await moreFrames(rig, 3);
    for (const { data } of rig.sink.frames) {
      expect(data.length).toBe(320 * 240);
      expect(isRamp(data, 320)).toBe(true);
    }
    expect(rig.source.camera().drops).toEqual([]);
  });

  test('sends nothing, and what to check is said; when it sends again, it goes on by itself', async () => {
    const camera = await simulate();
    camera.setFaults({ silent: true });
    const rig = await startSource({ address: camera.address });
    await reaches(rig, 'silent');
    expect(said(rig.source.status().message).text).toBe('Control works, but no pictures arrive.');
    expect(said(rig.source.status().message).hint).toMatch(/firewall.*filter driver.*packet size/s);
    camera.setFaults({ silent: false });
    await reaches(rig, 'streaming');
  });

  test('sends packets of which no picture gets whole, and that is said', async () => {
    const camera = await simulate({ capabilities: { testPackets: false, resend: false } });
    camera.setFaults({ lossPerThousand: 500 });
    const rig = await startSource({ address: camera.address });
    await reaches(rig, 'silent');
    expect(said(rig.source.status().message).text).toBe('Control works, but no whole picture arrives.');
    expect(rig.sink.frames).toHaveLength(0);
    expect(rig.source.camera().drops.length).toBeGreaterThan(0);
  });

  test('is stolen, and taken back when it is free', async () => {
    const camera = await simulate();
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 3);
    camera.setFaults({ controlStolen: 'control' });
    await reaches(rig, 'taken');
    camera.setFaults({ controlStolen: 'no' });
    await moreFrames(rig, 3);
    expect(rig.source.status().state).toBe('streaming');
  });

  test('is fought for by two gateways: one has it, the other says so and gets it afterwards', async () => {
    const camera = await simulate();
    const one = await startSource({ address: camera.address });
    await moreFrames(one, 2);
    const other = await startSource({ address: camera.address });
    await reaches(other, 'taken');
    await moreFrames(one, 5);
    expect(one.source.camera().reconnects).toBe(0);
    expect(other.sink.frames).toHaveLength(0);
    await one.source.stop();
    await moreFrames(other, 3);
  });

  test('carries chunk data: the exposure of each picture, where the camera chooses it', async () => {
    const camera = await simulate();
    for (const [isActive, exposure] of [
      [false, null],
      [true, expect.any(Number) as number],
    ] as const) {
      const features = { ExposureAuto: 'Continuous', ChunkModeActive: isActive };
      const rig = await startSource({ address: camera.address }, { features });
      await moreFrames(rig, 5);
      for (const { data, facts, capturedFrom } of rig.sink.frames) {
        expect(isRamp(data, 320)).toBe(true);
        expect(data.length - 320 * 240).toBeLessThanOrEqual(8);
        expect(facts.exposureMicroseconds).toEqual(exposure);
        expect(capturedFrom).toBe('camera');
      }
      expect(rig.source.camera().drops).toEqual([]);
      await rig.source.stop();
    }
  });

  test('has its clock reset, and times stay plausible', async () => {
    const camera = await simulate();
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 5);
    camera.resetClock();
    await moreFrames(rig, 12);
    const times = rig.sink.frames.map(({ capturedAt }) => capturedAt);
    for (const [index, time] of times.entries())
      if (index > 0) expect(time).toBeGreaterThan((times[index - 1] ?? 0) - 2_000);
    expect(rig.sink.frames.at(-1)?.capturedFrom).toBe('camera');
    expect(Math.abs(Date.now() - (times.at(-1) ?? 0))).toBeLessThan(5_000);
  });

  test('has times that follow the clock of this PC when that is set by an hour, forth and back', async () => {
    const camera = await simulate();
    let offset = 0;
    const clock = { ...systemClock, now: () => Date.now() + offset };
    const rig = await startSource({ address: camera.address }, { clock }, { clock });
    for (const hours of [0, 1, -1]) {
      offset = hours * 3_600_000;
      // What was under way when it was set may have either time.
      await moreFrames(rig, 3);
      const since = rig.sink.frames.length;
      await moreFrames(rig, 5);
      for (const { capturedAt, capturedFrom } of rig.sink.frames.slice(since)) {
        expect(Math.abs(Date.now() + offset - capturedAt)).toBeLessThan(30_000);
        expect(capturedFrom).toBe('camera');
      }
    }
    expect(rig.source.camera().reconnects).toBe(0);
  });

  test('is set while it takes pictures, with the acquisition stopped where it has to be', async () => {
    const camera = await simulate();
    const rig = await startSource({ address: camera.address });
    await moreFrames(rig, 3);
    await rig.source.features().set('ExposureTime', 1_234);
    await expect.poll(() => rig.sink.frames.at(-1)?.facts.exposureMicroseconds, patiently).toBe(1_234);
    await rig.source.features().set('Width', 160);
    await expect.poll(() => rig.sink.frames.at(-1)?.width, patiently).toBe(160);
    expect(rig.source.camera().reconnects).toBe(0);
    await expect(rig.source.features().set('Width', 161)).rejects.toThrow(/Width/);
    await moreFrames(rig, 2);
  });

  test.each([
    ['of 64 × 64, 400 a second', { width: 64, height: 64, framesPerSecond: 400 }, 0, 0],
    ['of 320 × 240, of whose packets some are lost and sent again', { framesPerSecond: 60 }, 30, 0],
    ['of 320 × 240, of whose packets some are lost again and again', { framesPerSecond: 20 }, 60, 700],
  ])(
    'is stopped again and again, and no picture that it took is lost by that: %s',
    async (_title, given, loss, again) => {
      const camera = await simulate(given);
      camera.setFaults({ lossPerThousand: loss, resendLossPerThousand: again });
      const rig = await startSource({ address: camera.address });
      await moreFrames(rig, 3);
      for (let times = 0; times < 10; times += 1) {
        await rig.source.features().set('Height', times % 2 === 0 ? 48 : 64);
        await moreFrames(rig, 3);
      }
      await rig.source.stop();
      const { drops } = rig.source.camera();
      const lost = drops.reduce((sum, { frames }) => sum + frames, 0);
      expect(rig.sink.frames.length + lost).toBe(camera.counters().framesTaken);
      expect(drops.map(({ cause }) => cause)).not.toContain('aborted');
      if (loss > 0) expect(camera.counters().packetsResent).toBeGreaterThan(0);
    },
  );

  test('refuses a setting of the configuration, which is named', async () => {
    const camera = await simulate();
    const rig = await startSource({ address: camera.address }, { features: { Width: 99_999 } });
    await reaches(rig, 'failed');
    expect(said(rig.source.status().message).text).toMatch(
      /^The camera refused a setting of the configuration: Width\. .*320/s,
    );
    expect(camera.controlled).toBe(false);
  });

  test('is not there, and everything that was begun is ended when the source stops', async () => {
    const rig = await startSource({ address: '127.0.0.60' });
    await reaches(rig, 'missing');
    await rig.source.stop();
  });
});

/** The simulator's moving ramp: each pixel is one brighter than the one before it, in the line and in the column. */
function isRamp(data: Uint8Array, width: number): boolean {
  const origin = data[0] ?? 0;
  return data
    .subarray(0, Math.floor(data.length / width) * width)
    .every((value, index) => value === ((origin + (index % width) + Math.floor(index / width)) & 0xff));
}
