import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Encoder } from '../../../../../electron/gateway/ingest/codec/encoder.ts';
import type { RawPicture } from '../../../../../electron/gateway/model/frame.ts';
import { systemClock } from '../../../../../electron/gateway/platform/clock.ts';
import { withVips } from '../../../../support/pictures.ts';
import { said } from '../../../../support/spoken.ts';
import { temporaryFolder } from '../../../../support/store.ts';
import { encodeWorker } from '../../../../support/workers.ts';

function startEncoder(workerPath = encodeWorker, limitMilliseconds = 30_000) {
  const encoder = new Encoder({ workerPath, workers: 2, clock: systemClock, limitMilliseconds });
  onTestFinished(() => encoder.stop());
  return encoder;
}

const [width, height] = [64, 40];
const raw = (pixelFormat: number, data: Uint8Array, more: Partial<RawPicture> = {}): RawPicture => ({
  kind: 'raw',
  pixelFormat,
  width,
  height,
  linePadding: 0,
  bigEndian: false,
  data,
  ...more,
});
const [mono8, mono12, mono16, rgb8] = [0x0108_0001, 0x0110_0005, 0x0110_0007, 0x0218_0014];
const ramp = (samples: number): Uint8Array => Uint8Array.from({ length: samples }, (_, index) => (index * 7) & 0xff);
const words = (samples: number, bits: number): Uint8Array =>
  new Uint8Array(Uint16Array.from({ length: samples }, (_, index) => (index * 977) & (2 ** bits - 1)).buffer);

const read = (file: Uint8Array) =>
  withVips((vips) => {
    const image = vips.Image.newFromBuffer(file);
    // Of samples, whatever their size.
    const samples = image.writeToMemory();
    const memory = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    return { bands: image.bands, format: String(image.format), width: image.width, height: image.height, memory };
  });

describe('a frame', () => {
  test('of 8 bits becomes a grey PNG with the very same samples', async () => {
    const data = ramp(width * height);
    const reply = await startEncoder().encode(raw(mono8, data), { format: 'png', quality: 90 });
    if (reply.kind !== 'encoded') throw new Error(reply.kind);
    const image = await read(reply.bytes);
    expect(image).toMatchObject({ bands: 1, format: 'uchar', width, height });
    expect(image.memory.equals(Buffer.from(ramp(width * height)))).toBe(true);
  });

  test('of 16 bits keeps them in a PNG', async () => {
    const reply = await startEncoder().encode(raw(mono16, words(width * height, 16)), { format: 'png', quality: 90 });
    if (reply.kind !== 'encoded') throw new Error(reply.kind);
    const image = await read(reply.bytes);
    expect(image).toMatchObject({ bands: 1, format: 'ushort' });
    expect(image.memory.equals(Buffer.from(words(width * height, 16)))).toBe(true);
  });

  test('of 12 bits is as bright in a JPEG as its own depth has it', async () => {
    const half = new Uint8Array(Uint16Array.from({ length: width * height }, () => 2_048).buffer);
    const reply = await startEncoder().encode(raw(mono12, half), { format: 'jpeg', quality: 95 });
    if (reply.kind !== 'encoded') throw new Error(reply.kind);
    const image = await read(reply.bytes);
    expect(image.bands).toBe(1);
    for (const sample of image.memory) expect(Math.abs(sample - 128)).toBeLessThan(3);
  });

  test('in colour becomes a JPEG of three bands', async () => {
    const reply = await startEncoder().encode(raw(rgb8, ramp(width * height * 3)), { format: 'jpeg', quality: 90 });
    if (reply.kind !== 'encoded') throw new Error(reply.kind);
    expect(await read(reply.bytes)).toMatchObject({ bands: 3, width, height });
  });

  test('of an unknown format, or with too few bytes, is refused in words; the next one is encoded', async () => {
    const encoder = startEncoder();
    const form = { format: 'png', quality: 90 } as const;
    const unknown = await encoder.encode(raw(0x0108_00ff, ramp(width * height)), form);
    if (unknown.kind !== 'refused') throw new Error(unknown.kind);
    expect(said(unknown.message).text).toBe('The pixel format 0x010800FF is not known.');
    expect(await encoder.encode(raw(mono8, ramp(9)), form)).toMatchObject({ kind: 'refused' });
    expect(await encoder.encode(raw(mono8, ramp(0), { width: 0 }), form)).toMatchObject({ kind: 'refused' });
    expect(await encoder.encode(raw(mono8, ramp(width * height)), form)).toMatchObject({ kind: 'encoded' });
  });

  test('leaves its memory as it was: the camera uses it again', async () => {
    const data = ramp(width * height);
    await startEncoder().encode(raw(mono8, data), { format: 'png', quality: 90 });
    expect(Buffer.from(data).equals(Buffer.from(ramp(width * height)))).toBe(true);
  });
});

test('a look is small, and measures sharpness and light', async () => {
  const encoder = startEncoder();
  const sharp = Uint8Array.from({ length: width * height }, (_, index) => ((index >> 2) & 1) * 255);
  const flat = new Uint8Array(width * height).fill(255);
  const first = await encoder.liveFrame(raw(mono8, sharp), 32);
  const second = await encoder.liveFrame(raw(mono8, flat), 32);
  if (first.kind !== 'live-frame' || second.kind !== 'live-frame') throw new Error('no live frame');
  expect(await read(first.jpeg)).toMatchObject({ width: 32 });
  expect(first).toMatchObject({ width, height });
  expect(first.focus).toBeGreaterThan(100);
  expect(second.focus).toBe(0);
  expect(second).toMatchObject({ overexposed: 1, underexposed: 0 });
  expect(second.histogram).toHaveLength(64);
  expect(second.histogram[63]).toBeCloseTo(1);
});

test('a worker that ends or takes too long fails its frame, and the next one gets another worker', async () => {
  const folder = await temporaryFolder();
  const script = join(folder, 'stuck.mjs');
  await writeFile(script, "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {});");
  const encoder = startEncoder(script, 200);
  for (let frame = 0; frame < 3; frame += 1) {
    const reply = await encoder.encode(raw(mono8, ramp(width * height)), { format: 'png', quality: 90 });
    expect(reply).toMatchObject({ kind: 'failed' });
  }
});
