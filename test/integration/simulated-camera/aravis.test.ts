import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CameraProcess } from '../../support/camera-process.ts';

/**
 * The simulated camera against an independent client. It sends slowly, keeps much to be sent again, and Aravis is
 * patient (`-m`), so that it is not a busy machine that is tested.
 */

const address = '127.0.0.58';
const hasAravis = spawnSync('arv-tool-0.8', ['--version']).error === undefined;
const run = promisify(execFile);
/** Frames that may be on their way when Aravis stops. */
const underWay = 2;

const tool = async (...parameters: string[]): Promise<string> =>
  (await run('arv-tool-0.8', ['-a', address, ...parameters])).stdout;

const patient = ['-a', '-m', '3000', '-q', '2.0'];

/** Aravis takes frames for three seconds; its counts, by their names. */
async function takeFrames(...parameters: string[]): Promise<Readonly<Record<string, number>>> {
  const common = ['-n', address, '--no-packet-socket', '--duration=3', ...patient];
  const { stdout } = await run('arv-camera-test-0.8', [...common, ...parameters]);
  return Object.fromEntries(
    [...stdout.matchAll(/^(n_\w+)\s*= (\d+)$/gm)].map(([, name, count]) => [name, Number(count)]),
  );
}

describe.skipIf(!hasAravis)('Aravis (skipped where aravis-tools and aravis-tools-cli are not installed)', () => {
  let camera: CameraProcess;
  const start = async (...flags: string[]): Promise<void> => {
    const size = ['--width', '640', '--height', '480', '--bytes-per-second', '50000000', '--kept-frames', '100'];
    camera = await CameraProcess.start('--address', address, '--serial', 'ARV', ...size, ...flags);
  };
  afterEach(() => camera.stop());

  describe.each([['plain'], ['zipped'], ['old-schema']])('with the description %s', (description) => {
    beforeEach(() => start(...(description === 'plain' ? [] : [`--${description}`])));

    it('lists the camera, its features and their values, and sets them within their ranges', async () => {
      expect((await run('arv-tool-0.8', [])).stdout).toContain(`Acusight-Simulated camera-ARV (${address})`);
      const features = await tool('features');
      for (const name of [
        'Width',
        'PixelFormat',
        'TriggerSoftware',
        'ChunkEnable',
        'GevSCPSPacketSize',
        'UserSetLoad',
      ]) {
        expect(features).toContain(`'${name}'`);
      }
      const values = await tool('values');
      expect(values).toContain("'DeviceSerialNumber' = 'ARV'");
      expect(values).toContain("'PixelFormat' = 'Mono8'");
      expect(values).toContain("'PayloadSize' = 307200 B");
      expect(values).toContain("'GevTimestampTickFrequency' = 1000000000 Hz");
      expect(await tool('control', 'Width=512', 'OffsetX=128', 'Gain=3.5', 'PixelFormat=BayerRG12')).toContain(
        'Width = 512 px min:16 max:640 inc:4',
      );
      expect(await tool('control', 'Width', 'Gain', 'ExposureTime=1234.5', 'PixelFormat', 'PayloadSize')).toMatch(
        /max:512 inc:4.*Gain = 3\.5.*1234\.5.*BayerRG12.*491520/s,
      );
      expect(await tool('control', 'DeviceUserID=Line 4', 'DeviceUserID')).toContain('DeviceUserID = Line 4');
      // Settings of one trigger are not those of the other.
      const triggers = ['TriggerSelector=FrameBurstStart', 'TriggerSource=Line1', 'TriggerSelector=FrameStart'];
      expect(await tool('control', ...triggers, 'TriggerSource')).toMatch(/TriggerSource = Software\s*$/);
    });
  });

  it.each([
    ['Mono8', '10'],
    ['RGB8', '30'],
    ['Mono12Packed', '20'],
  ])('gets every frame of %s at %s frames a second', async (pixelFormat, rate) => {
    await start('--frame-rate', rate, '--pixel-format', pixelFormat);
    const counts = await takeFrames('-f', rate);
    const sent = await camera.counters();
    expect(counts).toMatchObject({ n_error_packets: 0, n_size_mismatch_errors: 0 });
    expect(counts['n_completed_buffers']).toBeGreaterThan(Number(rate));
    expect(sent.framesSent - (counts['n_completed_buffers'] ?? 0)).toBeLessThanOrEqual(underWay);
  });

  it('gets every frame complete although packets are lost, by asking for just those again', async () => {
    await start('--frame-rate', '20');
    await camera.setFaults({ lossPerThousand: 10 });
    const counts = await takeFrames('-f', '20');
    const { packetsDropped, packetsResent } = await camera.counters();
    expect(packetsDropped).toBeGreaterThan(50);
    expect(counts['n_failures']).toBeLessThanOrEqual(underWay);
    expect(counts['n_resent_packets']).toBeGreaterThan(50);
    expect(packetsResent).toBeGreaterThanOrEqual(counts['n_resent_packets'] ?? 0);
  });

  it('loses frames where packets are lost and the camera sends none again', async () => {
    await start('--frame-rate', '20', '--no-resend');
    await camera.setFaults({ lossPerThousand: 10 });
    const counts = await takeFrames('-f', '20');
    expect(counts['n_failures']).toBeGreaterThan(10);
    expect(counts['n_resent_packets']).toBe(0);
  });

  it('gets frames that are named by 64 bits, reordered and doubled', async () => {
    await start('--frame-rate', '20');
    await camera.setFaults({ extendedIds: true, firstBlockId: 65_530, reorderWindow: 4, duplicatePerThousand: 20 });
    const counts = await takeFrames('-f', '20');
    expect(counts['n_size_mismatch_errors']).toBe(0);
    expect(counts['n_failures']).toBeLessThanOrEqual(underWay);
    expect(counts['n_completed_buffers']).toBeGreaterThan(20);
    expect((await camera.counters()).packetsDuplicated).toBeGreaterThan(0);
  });

  it('reads the chunks behind each picture', async () => {
    await start();
    const chunks = 'Timestamp,FrameID,ExposureTime';
    const { stdout } = await run('arv-camera-test-0.8', [
      '-n',
      address,
      ...patient,
      '--no-packet-socket',
      '--duration=1',
      '-u',
      chunks,
    ]);
    const numbers = [...stdout.matchAll(/ChunkFrameID = (\d+)/g)].map(([, number]) => Number(number));
    // What comes before Aravis listens is nobody's.
    const [first = 0] = numbers;
    expect(first).toBeLessThanOrEqual(1 + underWay);
    expect(numbers.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((further) => first + further));
    expect(stdout).toContain('ChunkExposureTime = 5000');
  });

  it('triggers frames by software', async () => {
    await start();
    const counts = await takeFrames('--software-trigger=10');
    const { triggers, framesTaken, framesSent } = await camera.counters();
    expect(framesTaken).toBe(triggers);
    expect(framesSent).toBeGreaterThan(10);
    expect(framesSent - (counts['n_completed_buffers'] ?? 0)).toBeLessThanOrEqual(underWay);
  });
});
