import { describe, expect, onTestFinished, test } from 'vitest';
import { develop } from '../../../electron/gateway/ingest/pixels/develop.ts';
import type { SimulatorOptionsInput } from '../../../electron/simulators/camera/options.ts';
import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { rampSample } from '../../../electron/simulators/camera/test-pattern.ts';
import { said, told } from '../../support/spoken.ts';
import { type KeptFrame, moreFrames, noting, patiently, reaches, startSource } from './camera-rig.ts';

/** Colour that is coded as brightness and differences, from the camera to red, green and blue; and what can't be. */

const [width, height] = [48, 24];

let last = 0;
async function simulate(options: Partial<SimulatorOptionsInput>): Promise<SimulatedCamera> {
  last += 1;
  const address = `127.0.74.${last}`;
  const size = { width, height, framesPerSecond: 200 };
  const camera = await SimulatedCamera.start({
    address,
    serial: `FMT${last}`,
    hearsBroadcasts: false,
    ...size,
    ...options,
  });
  onTestFinished(() => camera.stop());
  return camera;
}

type Rgb = readonly [number, number, number];

/** As the header of OMRON SENTECH's library has them, with the values of the samples as they are. */
const rgb: Readonly<Record<string, (y: number, u: number, v: number) => Rgb>> = {
  full: (y, u, v) => [y + 1.402 * v, y - 0.34414 * u - 0.71414 * v, y + 1.772 * u],
  '601': (y, u, v) => {
    const grey = 1.16438 * (y - 16);
    return [grey + 1.59603 * v, grey - 0.39176 * u - 0.81297 * v, grey + 2.01723 * u];
  },
  '709': (y, u, v) => {
    const grey = 1.16438 * (y - 16);
    return [grey + 1.79274 * v, grey - 0.21325 * u - 0.53291 * v, grey + 2.1124 * u];
  },
};

/** Of the moving ramp: the colour of the pixel, or between those of the first ones of its group and of the next. */
function expected(x: number, y: number, block: number, shared: number, coding: string): Rgb {
  const first = x - (x % shared);
  const next = first + shared < width ? first + shared : first;
  const sample = (column: number, channel: 'Y' | 'U' | 'V') => rampSample(column, y, channel, block) >> 8;
  const between = (channel: 'U' | 'V') =>
    sample(first, channel) + ((sample(next, channel) - sample(first, channel)) * (x % shared)) / shared - 128;
  const colour = rgb[coding]?.(sample(x, 'Y'), between('U'), between('V')) ?? [0, 0, 0];
  return colour.map((value) => Math.min(255, Math.max(0, value))) as unknown as Rgb;
}

function expectColours({ pixelFormat, data, facts }: KeptFrame, shared: number, coding: string): void {
  const picture = { kind: 'raw', pixelFormat, width, height, linePadding: 0, bigEndian: false, data } as const;
  const pixels = develop(picture);
  let worst = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = expected(x, y, facts.frameNumber ?? 0, shared, coding);
      for (const [channel, value] of colour.entries())
        worst = Math.max(worst, Math.abs(value - (pixels.data[(y * width + x) * 3 + channel] ?? 0)));
    }
  }
  expect(worst, `frame ${facts.frameNumber}`).toBeLessThanOrEqual(1);
}

describe('a hundred of a hundred pictures', () => {
  test.each<[string, number, number, string]>([
    ['YUV8_UYV', 0x02180020, 1, 'full'],
    ['YCbCr8', 0x0218005b, 1, 'full'],
    ['YCbCr8_CbYCr', 0x0218003a, 1, 'full'],
    ['YUV422_8', 0x02100032, 2, 'full'],
    ['YUV422_8_UYVY', 0x0210001f, 2, 'full'],
    ['YCbCr422_8', 0x0210003b, 2, 'full'],
    ['YCbCr422_8_CbYCrY', 0x02100043, 2, 'full'],
    ['YUV411_8_UYYVYY', 0x020c001e, 4, 'full'],
    ['YCbCr411_8', 0x020c005a, 4, 'full'],
    ['YCbCr411_8_CbYYCrYY', 0x020c003c, 4, 'full'],
    ['YCbCr601_8_CbYCr', 0x0218003d, 1, '601'],
    ['YCbCr601_422_8', 0x0210003e, 2, '601'],
    ['YCbCr601_422_8_CbYCrY', 0x02100044, 2, '601'],
    ['YCbCr601_411_8_CbYYCrYY', 0x020c003f, 4, '601'],
    ['YCbCr709_8_CbYCr', 0x02180040, 1, '709'],
    ['YCbCr709_422_8', 0x02100041, 2, '709'],
    ['YCbCr709_422_8_CbYCrY', 0x02100045, 2, '709'],
    ['YCbCr709_411_8_CbYYCrYY', 0x020c0042, 4, '709'],
  ])('in %s have the colours that were sent', async (name, code, shared, coding) => {
    const camera = await simulate({});
    const rig = await startSource({ address: camera.address }, { frames: 100, features: { PixelFormat: name } });
    await reaches(rig, 'finished');
    expect(rig.source.camera().drops).toEqual([]);
    expect(rig.sink.frames).toHaveLength(100);
    for (const frame of rig.sink.frames) {
      expect(frame.pixelFormat).toBe(code);
      expectColours(frame, shared, coding);
    }
  });
});

describe('a pixel format that can’t be made into a picture', () => {
  test('is named with those that the camera has and we can; set to one, it goes on by itself', async () => {
    const pixelFormats = ['PolarizeMono8', 'VendorRaw12', 'Mono8', 'YCbCr411_8'];
    const camera = await simulate({ pixelFormats, pixelFormat: 'PolarizeMono8' });
    const { logger, troubles } = noting();
    const rig = await startSource({ address: camera.address }, { logger });
    await reaches(rig, 'failed');
    expect(told(rig.source.status())).toMatchObject({
      text: 'The camera sends the pixel format PolarizeMono8 (0x81080001), which can’t be made into a picture.',
      hint: 'Set its PixelFormat to one of these that it offers: Mono8, YCbCr411_8.',
    });
    const unsupported = () => rig.source.camera().drops.find(({ cause }) => cause === 'unsupported')?.frames ?? 0;
    await expect.poll(unsupported, patiently).toBeGreaterThan(5);
    await rig.source.features().set('PixelFormat', 'Mono8');
    await moreFrames(rig, 5);
    expect(told(rig.source.status())).toMatchObject({ state: 'streaming', hint: '' });
    await rig.source.features().set('PixelFormat', 'VendorRaw12');
    await reaches(rig, 'failed');
    expect(said(rig.source.status().message).text).toContain('VendorRaw12 (0x81100002)');
    // The connection was kept all the time.
    expect(rig.source.camera().reconnects).toBe(0);
    expect(troubles).toEqual([]);
  });

  test('is said to be all there is where the camera has nothing else', async () => {
    const camera = await simulate({ pixelFormats: ['PolarizeMono8', 'VendorRaw12'], pixelFormat: 'VendorRaw12' });
    const rig = await startSource({ address: camera.address });
    await reaches(rig, 'failed');
    expect(said(rig.source.status().message).hint).toBe(
      'Of what it offers (PolarizeMono8, VendorRaw12) nothing can be. Ask its maker for a format such as Mono8, BayerRG8 or RGB8.',
    );
    expect(rig.sink.frames).toEqual([]);
  });
});
