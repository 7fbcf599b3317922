import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../electron/simulators/camera/faults.ts';
import { type Colours, colourChange } from '../../../../renderer/usb-page/jpeg/colour-change.ts';
import { JpegEncoder, type Planes, planesBytes } from '../../../../renderer/usb-page/jpeg/jpeg-encoder.ts';
import { pictureHead, stepsFor } from '../../../../renderer/usb-page/jpeg/jpeg-tables.ts';
import { openVips, testImage, type VipsModule } from '../../../support/pictures.ts';

let vips: VipsModule;
beforeAll(async () => {
  vips = await openVips();
});
afterAll(() => vips.shutdown());

const full: Colours = { matrix: 'smpte170m', fullRange: true };
const encoderOf = (quality: number, colours = full): JpegEncoder => {
  const change = colourChange(colours);
  if (change === null) throw new Error('no such colours');
  return new JpegEncoder(quality, change);
};

/** Luma and chroma of JFIF, chroma of the mean of two by two pixels, as they are at an edge of odd size. */
function planesOf(rgb: ArrayLike<number>, width: number, height: number): Planes {
  const data = new Uint8Array(planesBytes(width, height));
  const columns = (width + 1) >> 1;
  const rows = (height + 1) >> 1;
  const sums = new Float64Array(3 * columns * rows);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 3;
      const [r, g, b] = [rgb[from], rgb[from + 1], rgb[from + 2]];
      const at = ((y >> 1) * columns + (x >> 1)) * 3;
      data[y * width + x] = Math.round(0.299 * r! + 0.587 * g! + 0.114 * b!);
      sums[at] = sums[at]! - 0.168736 * r! - 0.331264 * g! + 0.5 * b!;
      sums[at + 1] = sums[at + 1]! + 0.5 * r! - 0.418688 * g! - 0.081312 * b!;
      sums[at + 2] = sums[at + 2]! + 1;
    }
  }
  for (let index = 0; index < columns * rows; index += 1) {
    const [cb, cr, count] = sums.subarray(index * 3);
    data[width * height + index] = Math.min(255, Math.round(128 + cb! / count!));
    data[width * height + columns * rows + index] = Math.min(255, Math.round(128 + cr! / count!));
  }
  return { layout: 'I420', width, height, data };
}

function alternating({ width, height, data }: Planes): Planes {
  const luma = width * height;
  const chroma = (data.length - luma) / 2;
  const mixed = data.slice();
  for (let index = 0; index < chroma; index += 1) {
    mixed[luma + 2 * index] = data[luma + index]!;
    mixed[luma + 2 * index + 1] = data[luma + chroma + index]!;
  }
  return { layout: 'NV12', width, height, data: mixed };
}

/** Decibels; at most 99. */
function likeness(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index]! - b[index]!) ** 2;
  return Math.min(99, 10 * Math.log10((255 * 255 * a.length) / sum));
}

function decoded(file: Uint8Array) {
  const image = vips.Image.newFromBuffer(file);
  return { width: image.width, height: image.height, rgb: image.writeToMemory() };
}

const noise = (width: number, height: number, values: (random: number) => number): Planes => {
  const random = seededRandom(5);
  const data = Uint8Array.from({ length: planesBytes(width, height) }, () => values(random()));
  return { layout: 'I420', width, height, data };
};

describe('a JPEG of planes', () => {
  test.each([1, 10, 50, 75, 90, 95, 100])('is as good as libjpeg’s at quality %i', (quality) => {
    const [width, height] = [640, 360];
    const image = testImage(vips, width, height);
    const rgb = image.writeToMemory();
    const file = encoderOf(quality).encode(planesOf(rgb, width, height));
    const peer = image.jpegsaveBuffer({ Q: quality, subsample_mode: 'on', optimize_coding: false, keep: 'none' });
    const [ours, theirs] = [decoded(file), decoded(peer)];
    expect(ours).toMatchObject({ width, height });
    expect(likeness(ours.rgb, rgb)).toBeGreaterThan(likeness(theirs.rgb, rgb) - 0.1);
    expect(file.length / peer.length).toBeLessThan(1.02);
  });

  test.each([
    [1, 1],
    [2, 1],
    [15, 17],
    [16, 16],
    [17, 33],
    [31, 8],
    [48, 16],
    [333, 77],
  ])('has each size: %i × %i', (width, height) => {
    const image = testImage(vips, width, height);
    const rgb = image.writeToMemory();
    const planes = planesOf(rgb, width, height);
    const file = encoderOf(95).encode(planes);
    const peer = image.jpegsaveBuffer({ Q: 95, subsample_mode: 'on', keep: 'none' });
    const ours = decoded(file);
    expect(ours).toMatchObject({ width, height });
    expect(likeness(ours.rgb, rgb)).toBeGreaterThan(likeness(decoded(peer).rgb, rgb) - 1);
    expect(encoderOf(95).encode(alternating(planes))).toEqual(file);
  });

  test('is whole for what JPEG is worst at, and larger than its memory was made for', () => {
    for (const values of [(r: number) => r * 256, (r: number) => (r < 0.5 ? 0 : 255)]) {
      const planes = noise(640, 480, values);
      const file = encoderOf(100).encode(planes);
      expect(file.length).toBeGreaterThan(640 * 480);
      const luma = vips.Image.newFromBuffer(file).colourspace('b-w').writeToMemory();
      // Colours that no RGB has are cut by whoever decodes them; what is grey is not.
      expect(luma).toHaveLength(640 * 480);
      const grey = { ...planes, data: planes.data.slice().fill(128, 640 * 480) };
      const again = Uint8Array.from(decoded(encoderOf(100).encode(grey)).rgb).filter((_, index) => index % 3 === 0);
      expect(likeness(again, planes.data.subarray(0, 640 * 480))).toBeGreaterThan(50);
    }
  });

  test.each([
    ['black', () => 0],
    ['white', () => 255],
    ['stripes as fine as a block has them, upright', (x: number) => ((x + 2) & 4 ? 255 : 0)],
    ['pixels by turns', (x: number, y: number) => ((x + y) & 1 ? 255 : 0)],
    ['black and white blocks', (x: number, y: number) => ((x ^ y) & 8 ? 255 : 0)],
    ['the largest coefficient that there is', (x: number) => ([0, 3, 4, 7].includes(x & 7) ? 255 : 0)],
  ])('keeps extremes at the best quality: %s', (_name, value) => {
    const data = new Uint8Array(planesBytes(64, 48)).fill(128);
    for (let at = 0; at < 64 * 48; at += 1) data[at] = value(at % 64, Math.floor(at / 64));
    const { rgb } = decoded(encoderOf(100).encode({ layout: 'I420', width: 64, height: 48, data }));
    const luma = Uint8Array.from(rgb).filter((_, index) => index % 3 === 0);
    for (const [at, seen] of luma.entries()) expect(Math.abs(seen - data[at]!)).toBeLessThanOrEqual(2);
  });

  test('one after the other does not change the next', () => {
    const encoder = encoderOf(90);
    const small = noise(40, 24, (r) => 100 + 40 * r);
    const large = noise(320, 240, (r) => 255 * r);
    const first = encoder.encode(small);
    encoder.encode(large);
    expect(encoder.encode(small)).toEqual(first);
  });

  test('needs all of its bytes', () => {
    const planes = noise(16, 16, () => 0);
    expect(() => encoderOf(90).encode({ ...planes, data: planes.data.subarray(1) })).toThrow(RangeError);
  });

  test('begins with the head that names its size and steps', () => {
    const file = encoderOf(90).encode(noise(24, 40, (r) => 255 * r));
    const head = pictureHead(24, 40, stepsFor(90));
    expect(file.subarray(0, head.length)).toEqual(head);
    expect([...file.subarray(-2)]).toEqual([0xff, 0xd9]);
  });
});

describe('a camera’s colours', () => {
  /** By the definitions: R'G'B' of Y'CbCr, 0–1. */
  function rgbOf([y, cb, cr]: readonly number[], red: number, blue: number, isFull: boolean): readonly number[] {
    const l = isFull ? y! / 255 : (y! - 16) / 219;
    const [u, v] = [cb!, cr!].map((chroma) => (chroma - 128) / (isFull ? 255 : 224)) as [number, number];
    const [r, b] = [l + 2 * (1 - red) * v, l + 2 * (1 - blue) * u];
    return [r, (l - red * r - blue * b) / (1 - red - blue), b];
  }

  test.each([
    ['smpte170m', true, 0.299, 0.114],
    ['smpte170m', false, 0.299, 0.114],
    ['bt470bg', false, 0.299, 0.114],
    ['bt709', true, 0.2126, 0.0722],
    ['bt709', false, 0.2126, 0.0722],
    [null, null, 0.299, 0.114],
  ])('of %s (full range: %s) are those of the file', (matrix, fullRange, red, blue) => {
    const random = seededRandom(11);
    const encoder = encoderOf(100, { matrix, fullRange });
    let tried = 0;
    while (tried < 60) {
      const sample = [16 + random() * 219, 30 + random() * 196, 30 + random() * 196].map(Math.round);
      const rgb = rgbOf(sample, red, blue, fullRange === true).map((part) => 255 * part);
      if (rgb.some((part) => part < 1 || part > 254)) continue;
      tried += 1;
      const data = new Uint8Array(planesBytes(16, 16)).fill(sample[0]!, 0, 256);
      data.fill(sample[1]!, 256, 320).fill(sample[2]!, 320);
      const seen = decoded(encoder.encode({ layout: 'I420', width: 16, height: 16, data })).rgb;
      for (const [index, part] of rgb.entries()) expect(Math.abs(seen[index]! - part)).toBeLessThan(2.5);
    }
  });

  test('of another kind are left to somebody else', () => {
    expect(colourChange({ matrix: 'bt2020-ncl', fullRange: false })).toBe(null);
    expect(colourChange({ matrix: 'rgb', fullRange: true })).toBe(null);
  });
});
