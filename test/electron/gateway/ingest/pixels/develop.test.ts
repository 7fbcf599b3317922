import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { develop, toEightBits } from '../../../../../electron/gateway/ingest/pixels/develop.ts';
import { decimate } from '../../../../../electron/gateway/ingest/pixels/live-frame.ts';
import { exposureOf } from '../../../../../electron/gateway/ingest/pixels/measure.ts';
import { PixelsRefused } from '../../../../../electron/gateway/ingest/pixels/pixels.ts';
import type { RawPicture } from '../../../../../electron/gateway/model/frame.ts';
import { frameBytesOf, pixelFormatOf, pixelFormats } from '../../../../../electron/gateway/model/pixel-format.ts';
import { formatNamed, rawFrame, spread } from '../../../../support/raw-frames.ts';
import { refusalOf, said } from '../../../../support/spoken.ts';

const colours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [12, 200, 99],
] as const;

/** BT.601 over the full range, as JPEG has it. */
const yuvOf = ([red, green, blue]: readonly [number, number, number]) => {
  const y = 0.299 * red + 0.587 * green + 0.114 * blue;
  return { y: Math.round(y), u: Math.round(128 + (blue - y) * 0.564), v: Math.round(128 + (red - y) * 0.713) };
};

type Colour = readonly [number, number, number];

/** The weights of each, as the header of OMRON SENTECH's library has them; of BT.2020 as the standard does. */
const narrow =
  (y: Colour, u: Colour, v: Colour) =>
  (colour: Colour): { y: number; u: number; v: number } => {
    const sum = (weights: Colour) => weights.reduce((total, weight, at) => total + weight * (colour[at] ?? 0), 0);
    return { y: Math.round(sum(y) + 16), u: Math.round(sum(u) + 128), v: Math.round(sum(v) + 128) };
  };
const codedAs = {
  full: yuvOf,
  bt601: narrow([0.25679, 0.50413, 0.09791], [-0.14822, -0.29099, 0.43922], [0.43922, -0.36779, -0.07143]),
  bt709: narrow([0.18259, 0.61423, 0.06201], [-0.10064, -0.33857, 0.43922], [0.43922, -0.39894, -0.04027]),
  bt2020: narrow([0.22561, 0.58228, 0.05093], [-0.12266, -0.31656, 0.43922], [0.43922, -0.40389, -0.03533]),
};

const sumOf = (data: ArrayLike<number>, pixel: number): number =>
  (data[3 * pixel] ?? 0) + (data[3 * pixel + 1] ?? 0) + (data[3 * pixel + 2] ?? 0);

describe('developing', () => {
  it('puts red, green and blue in their places, and leaves alpha out', () => {
    const pixels = colours.flatMap((colour) => [...colour]);
    const reversed = colours.flatMap(([red, green, blue]) => [blue, green, red]);
    const withAlpha = colours.flatMap((colour) => [...colour, 7]);
    const reversedAlpha = colours.flatMap(([red, green, blue]) => [blue, green, red, 7]);
    for (const [name, samples] of [
      ['RGB8', pixels],
      ['BGR8', reversed],
      ['RGBa8', withAlpha],
      ['BGRa8', reversedAlpha],
      ['RGB12', pixels],
      ['BGR16', reversed],
    ] as const)
      expect([...develop(rawFrame(name, 2, 2, samples)).data], name).toEqual(pixels);
  });

  it('finds the colours of YUV again, in each order of its bytes', () => {
    for (const colour of [...colours, [255, 255, 255], [0, 0, 0]] as const) {
      const { y, u, v } = yuvOf(colour);
      const orders = { YUV422_8_UYVY: [u, y, v, y], YUV422_8: [y, u, y, v], YCbCr422_8: [y, u, y, v] };
      for (const [name, pair] of Object.entries(orders)) {
        const { data, channels } = develop(rawFrame(name, 4, 1, [...pair, ...pair]));
        expect(channels).toBe(3);
        for (const [at, value] of data.entries())
          expect(Math.abs(value - (colour[at % 3] ?? 0)), name).toBeLessThanOrEqual(2);
      }
    }
  });

  it('finds the colours of every other coding again, as the makers define them', () => {
    for (const format of pixelFormats) {
      if (format.family !== 'yuv') continue;
      for (const colour of [...colours, [255, 255, 255], [0, 0, 0], [90, 90, 90]] as const) {
        const { y, u, v } = codedAs[format.coding](colour);
        const group = new Array<number>(format.brightness.length + 2).fill(y);
        group[format.u] = u;
        group[format.v] = v;
        const pixels = 2 * format.brightness.length;
        const { data, width, channels } = develop(rawFrame(format.name, pixels, 1, [...group, ...group]));
        expect([width, channels, data.length]).toEqual([pixels, 3, 3 * pixels]);
        for (const [at, value] of data.entries())
          expect(Math.abs(value - (colour[at % 3] ?? 0)), `${format.name} ${colour}`).toBeLessThanOrEqual(3);
      }
    }
  });

  it('knows the order of the bytes of each format', () => {
    const orders = {
      YUV8_UYV: 'u0 y0 v0 u1 y1 v1 u2 y2 v2 u3 y3 v3',
      YCbCr8: 'y0 u0 v0 y1 u1 v1 y2 u2 v2 y3 u3 v3',
      YCbCr8_CbYCr: 'u0 y0 v0 u1 y1 v1 u2 y2 v2 u3 y3 v3',
      YUV422_8: 'y0 u0 y1 v0 y2 u2 y3 v2',
      YUV422_8_UYVY: 'u0 y0 v0 y1 u2 y2 v2 y3',
      YCbCr422_8: 'y0 u0 y1 v0 y2 u2 y3 v2',
      YCbCr422_8_CbYCrY: 'u0 y0 v0 y1 u2 y2 v2 y3',
      YUV411_8_UYYVYY: 'u0 y0 y1 v0 y2 y3',
      YCbCr411_8: 'y0 y1 u0 y2 y3 v0',
      YCbCr411_8_CbYYCrYY: 'u0 y0 y1 v0 y2 y3',
    };
    // Grey but for the first pixel's colour, which is told from what it does to red (V) and to blue (U).
    const levels = { y: [10, 90, 170, 250], u: [150, 128, 128, 128], v: [90, 128, 128, 128] };
    for (const [name, order] of Object.entries(orders)) {
      const samples = order.split(' ').map((word) => levels[word[0] as 'y' | 'u' | 'v'][Number(word[1])] ?? 0);
      const { data } = develop(rawFrame(name, 4, 1, samples));
      const [red = 0, , blue = 0] = data;
      expect([red, blue], name).toEqual([0, Math.round(10 + 1.772 * 22)]);
      const isOwn = order.includes('u1');
      for (const pixel of isOwn ? [1, 2, 3] : []) expect(data[3 * pixel + 1], name).toBe(levels.y[pixel]);
      for (const pixel of [1, 2, 3]) expect(sumOf(data, pixel) - sumOf(data, pixel - 1), name).toBeGreaterThan(100);
    }
  });

  it('is shown small with the same colours', () => {
    for (const name of ['YUV411_8_UYYVYY', 'YCbCr8', 'YUV422_8', 'YCbCr709_411_8_CbYYCrYY']) {
      const format = formatNamed(name);
      if (format.family !== 'yuv') throw new Error(name);
      const { y, u, v } = codedAs[format.coding]([12, 200, 99]);
      const group = new Array<number>(format.brightness.length + 2).fill(y);
      group[format.u] = u;
      group[format.v] = v;
      const groups = Array.from({ length: (64 / format.brightness.length) * 20 }, () => group).flat();
      const { pixels, focus } = decimate(rawFrame(name, 64, 20, groups), 16);
      expect([pixels.height, pixels.channels, pixels.data.length]).toEqual([5, 3, 3 * pixels.width * 5]);
      expect(focus, name).toBe(0);
      for (const [at, value] of pixels.data.entries())
        expect(Math.abs(value - ([12, 200, 99][at % 3] ?? 0)), name).toBeLessThanOrEqual(3);
    }
  });

  it('takes the colour between two pairs from both', () => {
    // Grey, then red.
    const red = yuvOf([255, 0, 0]);
    const { data } = develop(rawFrame('YUV422_8', 4, 1, [red.y, 128, red.y, 128, red.y, red.u, red.y, red.v]));
    const redness = [0, 1, 2, 3].map((pixel) => (data[pixel * 3] ?? 0) - (data[pixel * 3 + 2] ?? 0));
    expect(redness[0]).toBe(0);
    expect(redness[1]).toBeGreaterThan(80);
    expect(redness[2]).toBeGreaterThan((redness[1] ?? 0) + 80);
  });

  it('scales deep pixels to eight bits by their own depth', () => {
    for (const [name, white] of [
      ['Mono10', 1023],
      ['Mono12p', 4095],
      ['Mono14', 16_383],
      ['Mono16', 65_535],
    ] as const) {
      const samples = [0, white, white >> 1, white >> 8];
      expect([...toEightBits(develop(rawFrame(name, 4, 1, samples))).data], name).toEqual([0, 255, 127, 0]);
    }
  });

  it('says what it can’t use', () => {
    const frame = rawFrame('Mono8', 2, 2, [1, 2, 3, 4]);
    const huge = { width: 20_000, height: 10_000 };
    const cases: readonly [Partial<RawPicture>, RegExp][] = [
      [{ pixelFormat: 0x01080002 }, /0x01080002 is not known/],
      [{ width: 0 }, /0 × 2 pixels is no picture/],
      [{ height: -1 }, /is no picture/],
      [{ width: 1.5 }, /is no picture/],
      [{ width: Number.NaN }, /is no picture/],
      [{ width: 2 ** 31, height: 2 ** 31 }, /is no picture/],
      [huge, /takes 200 MB, and 200 MB of it did not come/],
      [{ linePadding: -1 }, /padding/],
      [{ data: new Uint8Array() }, /takes 4 B, and 4 B of it did not come/],
      [{ ...rawFrame('YUV422_8', 3, 1, [1, 2, 3, 4, 5, 6]) }, /3 pixels wide/],
    ];
    for (const [change, words] of cases) expect(refusalOf(() => develop({ ...frame, ...change }))).toMatch(words);
  });

  it('gives a picture of the promised size or a reason, for whatever comes', () => {
    const edge = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: -1, max: 2 ** 32 }) },
    );
    const wish = fc.record({
      pixelFormat: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...pixelFormats.map(({ code }) => code)) },
        { weight: 1, arbitrary: fc.nat() },
      ),
      width: edge,
      height: edge,
      linePadding: fc.oneof(fc.constant(0), fc.integer({ min: -1, max: 9 })),
      bigEndian: fc.boolean(),
    });
    /** As many bytes as it takes, or a few more or fewer. */
    const surplus = fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 20 }), fc.constant(-1_000_000));
    let developed = 0;
    fc.assert(
      fc.property(wish, surplus, fc.nat(), (facts, more, seed) => {
        const format = pixelFormatOf(facts.pixelFormat);
        const needed = format === null ? 0 : frameBytesOf(format, facts.width, facts.height, facts.linePadding);
        const data = Uint8Array.from(spread(Math.min(20_000, Math.max(0, needed + more)), 256, seed));
        const picture: RawPicture = { kind: 'raw', ...facts, data };
        try {
          const { width, height, channels, depth, data: samples } = develop(picture);
          expect(samples.length).toBe(width * height * channels);
          for (const value of samples) if (value >= 2 ** depth) throw new Error(`${value} has more than ${depth} bits`);
          const seen = decimate(picture, 8);
          expect(seen.pixels.data.length).toBe(seen.pixels.width * seen.pixels.height * seen.pixels.channels);
          expect(Math.max(seen.pixels.width, seen.pixels.height)).toBeLessThanOrEqual(10);
          expect(Number.isFinite(seen.focus)).toBe(true);
          developed += 1;
        } catch (error) {
          if (!(error instanceof PixelsRefused)) throw error;
          expect(said(error.said).hint).not.toBe('');
        }
      }),
      { numRuns: 3_000, seed: 7 },
    );
    expect(developed).toBeGreaterThan(1_000);
  });
});

describe('what is measured for the window', () => {
  const noisy = (name: string, width: number, height: number, samples: number) =>
    rawFrame(name, width, height, spread(width * height * samples, 256));

  it('is sharper for a sharp edge than for a soft one, and nothing for a plain surface, at any size of the window', () => {
    const scene = (edge: number): RawPicture => {
      const samples = Array.from({ length: 200 * 160 }, (_, at) => {
        const x = (at % 200) - 100;
        return Math.round(Math.min(1, Math.max(0, 0.5 + x / edge)) * 200);
      });
      return rawFrame('Mono8', 200, 160, samples);
    };
    for (const maxEdge of [50, 200, 960]) {
      const focus = [2, 20].map((edge) => decimate(scene(edge), maxEdge).focus);
      expect(focus[0]).toBeGreaterThan((focus[1] ?? 0) * 2);
    }
    expect(decimate(rawFrame('Mono8', 64, 64, new Array(64 * 64).fill(90)), 32).focus).toBe(0);
  });

  it('has the colours of the scene, of every family', () => {
    const red = yuvOf([200, 30, 30]);
    const frames: readonly RawPicture[] = [
      rawFrame(
        'RGB8',
        64,
        48,
        Array.from({ length: 64 * 48 }).flatMap(() => [200, 30, 30]),
      ),
      rawFrame(
        'BGRa8',
        64,
        48,
        Array.from({ length: 64 * 48 }).flatMap(() => [30, 30, 200, 0]),
      ),
      rawFrame(
        'YUV422_8_UYVY',
        64,
        48,
        Array.from({ length: 32 * 48 }).flatMap(() => [red.u, red.y, red.v, red.y]),
      ),
      ...(['RG', 'GR', 'BG', 'GB'] as const).map((order) => {
        const place = { RG: 0, GR: 1, GB: 2, BG: 3 }[order];
        const samples = Array.from({ length: 64 * 48 }, (_, at) =>
          (Math.floor(at / 64) & 1) * 2 + (at & 1) === place ? 200 : 30,
        );
        return rawFrame(
          `Bayer${order}12p`,
          64,
          48,
          samples.map((sample) => sample * 16),
        );
      }),
    ];
    for (const frame of frames)
      for (const maxEdge of [16, 20, 7, 64]) {
        const { pixels } = decimate(frame, maxEdge);
        expect(Math.max(pixels.width, pixels.height)).toBeLessThanOrEqual(maxEdge + 1);
        for (let at = 0; at < pixels.data.length; at += 3) {
          for (const [channel, value] of pixels.data.subarray(at, at + 3).entries())
            expect(Math.abs(value - (channel === 0 ? 200 : 30))).toBeLessThanOrEqual(3);
        }
      }
  });

  it('counts each pixel in one of 64 steps, and what is all white or all black', () => {
    const samples = [...new Array(50).fill(0), ...new Array(25).fill(255), ...new Array(25).fill(128)];
    const { histogram, overexposed, underexposed } = exposureOf(
      decimate(rawFrame('Mono8', 10, 10, samples), 960).pixels,
    );
    expect(histogram).toHaveLength(64);
    expect([histogram[0], histogram[32], histogram[63]]).toEqual([0.5, 0.25, 0.25]);
    expect({ overexposed, underexposed }).toEqual({ overexposed: 0.25, underexposed: 0.5 });
    // White light on a red surface is not overexposed in all.
    const red = rawFrame('RGB8', 2, 1, [255, 0, 0, 255, 255, 255]);
    expect(exposureOf(decimate(red, 960).pixels)).toMatchObject({ overexposed: 0.5, underexposed: 0 });
    const sum = exposureOf(decimate(noisy('RGB8', 100, 80, 3), 30).pixels).histogram.reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1, 9);
  });
});
