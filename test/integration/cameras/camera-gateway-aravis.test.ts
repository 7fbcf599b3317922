import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { develop } from '../../../electron/gateway/ingest/pixels/develop.ts';
import { pixelFormatNamed } from '../../../electron/gateway/model/pixel-format.ts';
import type { Snapshot } from '../../../shared/snapshot.ts';
import { AravisCamera } from '../../support/aravis-camera.ts';
import { openGateway, sha256, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { type VipsModule, withVips } from '../../support/pictures.ts';

/**
 * The whole gateway with the camera that Aravis simulates: what is on the server is, sample by sample, what Aravis' own
 * library gets from the same camera with the same settings.
 */

const lacking = await AravisCamera.whyNot();
if (lacking !== null) console.warn(`Skipped: ${lacking}`);

/** How long each format runs; with a wish it says how it went. */
const wantedSeconds = process.env.ACUSIGHT_STREAM_SECONDS;
const seconds = Number(wantedSeconds ?? 3);
const framesPerSecond = 10;
const frames = seconds * framesPerSecond;
/** Neither is a power of two, nor do they equal each other: what mixes up lines or edges shows. */
const [width, height] = [508, 381];

/** Line by line, the samples of a pixel together, as numbers of their own depth. */
type Samples = Uint8Array | Uint16Array;
/** What a PNG says of its pixels. */
type Form = { readonly bands: number; readonly depth: number };
/** How many samples of the picture are not those of the camera's bytes. */
type Comparison = (raw: Buffer, picture: Samples) => number;

const formats: readonly (readonly [string, Form, Comparison])[] = [
  ['Mono8', { bands: 1, depth: 8 }, differences],
  // What no Bayer pattern measures is made up; what it did measure has to be there as it was.
  [
    'BayerRG8',
    { bands: 3, depth: 8 },
    (raw, picture) => differences(raw, measuredByRG(picture)) + differences(coloursOf(raw), picture),
  ],
  ['RGB8', { bands: 3, depth: 8 }, differences],
  // On the wire the least significant byte comes first, in a PNG the most significant one.
  ['Mono16', { bands: 1, depth: 16 }, (raw, picture) => differences(littleEndianWords(raw), picture)],
];

describe.skipIf(lacking !== null)('free run of the camera of Aravis', { timeout: 90_000 + 4_000 * seconds }, () => {
  let camera: AravisCamera;
  beforeAll(async () => {
    camera = await AravisCamera.wire('FMT');
  });
  afterAll(() => camera?.remove());

  test.each(formats)('in %s is stored and delivered, each sample as Aravis gets it', async (name, form, compare) => {
    await camera.restart();
    const server = await startServer();
    const features = { PixelFormat: name, Width: width, Height: height, AcquisitionFrameRate: framesPerSecond };
    const place = { address: camera.address, interface: camera.card };
    const line = await openGateway({
      ...server,
      cameras: [{ id: 'top', kind: 'gige', ...place, features, encode: { format: 'png' }, frames }],
    });
    line.gateway.start();
    await line.untilDrained(60_000 + 2_000 * seconds);
    const delivered = (await server.images()).map(({ image, sha256, clientImageId }) => {
      const detail = line.operate('image.detail', { imageId: clientImageId ?? '' }).image;
      expect(detail).toMatchObject({ width, height, format: 'png', sha256, frame: { trigger: 'free-run' } });
      const { frame, capturedAt = 0 } = detail ?? {};
      return { image, sha256, capturedAt, frameNumber: frame?.frameNumber ?? 0 };
    });
    delivered.sort((a, b) => counted(a.frameNumber) - counted(b.frameNumber));
    const frameNumbers = delivered.map(({ frameNumber }) => frameNumber);
    const snapshot = line.gateway.snapshot();
    addsUp(snapshot, name, frameNumbers);
    expect(await line.operate('ledger.verify', {})).toMatchObject({ ok: true, problems: [] });
    await line.stop();

    const folder = await temporaryFolder();
    // Faster than the gateway: Aravis only has to keep them.
    await camera.grab({ pixelFormat: name, width, height, framesPerSecond: 40, frameNumbers, folder });
    const files = await Promise.all(
      delivered.map(async ({ image, sha256: hash, frameNumber }) => {
        const png = await readFile((await server.simulator.payloadPath(image)) ?? '');
        expect(sha256(png)).toBe(hash);
        return { frameNumber, png };
      }),
    );
    const wrong = await withVips((vips) =>
      files.flatMap(({ frameNumber, png }) => {
        const { samples, ...found } = decode(vips, png);
        expect(found).toEqual(form);
        const wrongSamples = compare(readFileSync(join(folder, `${frameNumber}.raw`)), samples);
        return wrongSamples === 0 ? [] : [{ frameNumber, wrongSamples }];
      }),
    );
    expect(wrong).toEqual([]);
    if (wantedSeconds !== undefined) console.info(report(snapshot, delivered));
  });
});

/** For people who measure. */
function report({ sources }: Snapshot, delivered: readonly { readonly capturedAt: number }[]): string {
  const times = delivered.map(({ capturedAt }) => capturedAt);
  const { pixelFormat, frames: taken, stored, skipped, drops } = sources[0]?.camera ?? {};
  const milliseconds = Math.max(...times) - Math.min(...times);
  return JSON.stringify({ pixelFormat, taken, stored, delivered: times.length, skipped, drops, milliseconds });
}

/** Whatever the camera sent is accounted for. */
function addsUp({ counts, sources, ledger }: Snapshot, pixelFormat: string, frameNumbers: readonly number[]): void {
  expect(frameNumbers).toHaveLength(frames);
  expect(new Set(frameNumbers).size).toBe(frames);
  expect(counts).toMatchObject({ collected: frames, acknowledged: frames, pending: 0, leased: 0 });
  expect(counts).toMatchObject({ dead: 0, refused: 0, gated: 0, dropped: 0, deleted: 0, damaged: 0 });
  expect(ledger.state).not.toBe('gap');
  const top = sources[0]?.camera;
  expect(top).toMatchObject({ vendor: 'Aravis', width, height, pixelFormat, finished: true });
  const drops = top?.drops ?? [];
  // Whole frames that arrived were stored, or left out after the last one that was wanted, or lost here.
  const lostHere = drops.filter(({ cause }) => ownCauses.has(cause));
  expect(top?.frames).toBe(frames + (top?.skipped ?? 0) + sumOf(lostHere));
  expect(top?.stored).toBe(frames);
  // What is missing between the first and the last was counted.
  const missing = counted(frameNumbers.at(-1) ?? 0) - counted(frameNumbers[0] ?? 0) + 1 - frames;
  expect(missing).toBeLessThanOrEqual(sumOf(drops));
}

/** Causes for frames to be lost behind the receiver. */
const ownCauses = new Set(['not-keeping-up', 'no-room', 'refused', 'failed']);

const sumOf = (drops: readonly { readonly frames: number }[]): number =>
  drops.reduce((sum, drop) => sum + drop.frames, 0);

/** Numbers have 16 bits and 65535 is followed by 1; switched on, Aravis' camera begins not far below that. */
function counted(frameNumber: number): number {
  return frameNumber > 0x7fff ? frameNumber : frameNumber + 0xffff;
}

function decode(vips: VipsModule, png: Uint8Array): Form & { readonly samples: Samples } {
  const image = vips.Image.newFromBuffer(png);
  const { bands } = image;
  // Of the type that fits the picture's samples.
  const samples = image.writeToMemory();
  image.delete();
  if (!(samples instanceof Uint8Array || samples instanceof Uint16Array)) throw new Error('not 8 and not 16 bits');
  return { bands, depth: 8 * samples.BYTES_PER_ELEMENT, samples };
}

/** How many of them differ; one that has no counterpart does. */
function differences(a: Samples, b: Samples): number {
  let count = Math.abs(a.length - b.length);
  for (let index = Math.min(a.length, b.length) - 1; index >= 0; index -= 1) if (a[index] !== b[index]) count += 1;
  return count;
}

function littleEndianWords(raw: Buffer): Uint16Array {
  return Uint16Array.from({ length: raw.length / 2 }, (_, index) => raw.readUInt16LE(2 * index));
}

/** Of each pixel the colour that its place in the pattern sees: red and green in the first line, green and blue below. */
function measuredByRG(colours: Samples): Uint8Array {
  return Uint8Array.from(
    { length: colours.length / 3 },
    (_, pixel) => colours[3 * pixel + ((pixel % width) & 1) + (Math.floor(pixel / width) & 1)] ?? 0,
  );
}

/** The product's own colours for the camera's bytes. */
function coloursOf(data: Uint8Array): Samples {
  const code = pixelFormatNamed('BayerRG8')?.code ?? 0;
  return develop({ kind: 'raw', pixelFormat: code, width, height, linePadding: 0, bigEndian: false, data }).data;
}
