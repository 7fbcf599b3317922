import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { demosaic } from '../../../../../electron/gateway/ingest/pixels/demosaic.ts';
import type { BayerOrder } from '../../../../../electron/gateway/model/pixel-format.ts';
import { withVips } from '../../../../support/pictures.ts';
import { refusalOf } from '../../../../support/spoken.ts';

const orders: readonly BayerOrder[] = ['GR', 'RG', 'GB', 'BG'];
type Rgb = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** What a sensor with that pattern sees of a picture. */
function mosaicOf({ width, height, data }: Rgb, order: BayerOrder): Uint8Array {
  const pattern: Record<BayerOrder, readonly number[]> = {
    RG: [0, 1, 1, 2],
    BG: [2, 1, 1, 0],
    GR: [1, 0, 2, 1],
    GB: [1, 2, 0, 1],
  };
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const channel = pattern[order][(y & 1) * 2 + (x & 1)] ?? 0;
      out[y * width + x] = data[(y * width + x) * 3 + channel] ?? 0;
    }
  return out;
}

const develop = (rgb: Rgb, order: BayerOrder): Uint8Array =>
  demosaic(
    mosaicOf(rgb, order),
    { width: rgb.width, height: rgb.height, depth: 8, order },
    new Uint8Array(rgb.data.length),
  );

/** Of each 2 × 2 square one colour. */
function nearest(rgb: Rgb): Uint8Array {
  const mosaic = mosaicOf(rgb, 'RG');
  const out = new Uint8Array(rgb.data.length);
  const { width } = rgb;
  for (let y = 0; y < rgb.height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = (y & ~1) * width + (x & ~1);
      out.set([mosaic[at] ?? 0, mosaic[at + 1] ?? 0, mosaic[at + width + 1] ?? 0], (y * width + x) * 3);
    }
  return out;
}

/** Each missing colour the mean of its nearest neighbours, away from the edges. */
function bilinear(rgb: Rgb): Uint8Array {
  const mosaic = mosaicOf(rgb, 'RG');
  const { width, height } = rgb;
  const out = Uint8Array.from(rgb.data);
  const channelAt = (x: number, y: number): number => [0, 1, 1, 2][(y & 1) * 2 + (x & 1)] ?? 0;
  for (let y = 1; y < height - 1; y += 1)
    for (let x = 1; x < width - 1; x += 1)
      for (let channel = 0; channel < 3; channel += 1) {
        const found: number[] = [];
        if (channelAt(x, y) === channel) found.push(mosaic[y * width + x] ?? 0);
        else
          for (const [dx, dy] of [
            [-1, 0],
            [1, 0],
            [0, -1],
            [0, 1],
            [-1, -1],
            [1, -1],
            [-1, 1],
            [1, 1],
          ] as const)
            if (channelAt(x + dx, y + dy) === channel) found.push(mosaic[(y + dy) * width + x + dx] ?? 0);
        out[(y * width + x) * 3 + channel] = Math.round(found.reduce((sum, one) => sum + one, 0) / found.length);
      }
  return out;
}

/** Decibels. */
function psnr({ data }: Rgb, other: Uint8Array): number {
  const sum = data.reduce((total, value, at) => total + (value - (other[at] ?? 0)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (sum / data.length));
}

describe('demosaicing', () => {
  let photograph: Rgb;
  beforeAll(async () => {
    const file = await readFile(join(import.meta.dirname, '../../../../../resources/demo/packaging/books.jpg'));
    photograph = await withVips((vips) => {
      const image = vips.Image.newFromBuffer(file).crop(20, 20, 320, 240);
      return { width: image.width, height: image.height, data: new Uint8Array(image.writeToMemory()) };
    });
  });

  it('is far better than nearest neighbour and better than plain bilinear, on a photograph', () => {
    const ours = psnr(photograph, develop(photograph, 'RG'));
    expect(ours).toBeGreaterThan(psnr(photograph, nearest(photograph)) + 4);
    expect(ours).toBeGreaterThan(psnr(photograph, bilinear(photograph)) + 2);
  });

  it('is as good for each of the four orders', () => {
    const each = orders.map((order) => psnr(photograph, develop(photograph, order)));
    expect(Math.max(...each) - Math.min(...each)).toBeLessThan(1);
  });

  it('keeps what the sensor saw as it is', () => {
    for (const order of orders) {
      const out = develop(photograph, order);
      const seen = mosaicOf({ ...photograph, data: out }, order);
      expect(Buffer.compare(seen, mosaicOf(photograph, order)), order).toBe(0);
    }
  });

  it('gives one colour everywhere for a surface of one colour, up to the last pixel of odd and tiny pictures', () => {
    for (const order of orders)
      for (const [width, height] of [
        [2, 2],
        [3, 2],
        [2, 5],
        [3, 3],
        [9, 7],
        [16, 4],
      ] as const) {
        const data = new Uint8Array(width * height * 3);
        for (let at = 0; at < data.length; at += 3) data.set([200, 120, 40], at);
        expect([...develop({ width, height, data }, order)], `${order} ${width} × ${height}`).toEqual([...data]);
      }
  });

  it('goes no further than black and white at a hard edge', () => {
    const data = new Uint8Array(16 * 16 * 3).map((_, at) => (Math.floor(at / 3) % 16 < 8 ? 0 : 255));
    const out = develop({ width: 16, height: 16, data }, 'BG');
    expect([...new Set(out)].every((value) => value >= 0 && value <= 255)).toBe(true);
    expect(out[0]).toBe(0);
    expect(out.at(-1)).toBe(255);
  });

  it('keeps all bits of deep pixels', () => {
    const mosaic = new Uint16Array(8 * 8).fill(65_535);
    const out = demosaic(mosaic, { width: 8, height: 8, depth: 16, order: 'GB' }, new Uint16Array(8 * 8 * 3));
    expect(new Set(out)).toEqual(new Set([65_535]));
  });

  it('refuses a picture without all colours', () => {
    const shape = { width: 5, height: 1, depth: 8, order: 'RG' } as const;
    expect(refusalOf(() => demosaic(new Uint8Array(5), shape, new Uint8Array(15)))).toMatch(/has not all colours/);
  });
});
