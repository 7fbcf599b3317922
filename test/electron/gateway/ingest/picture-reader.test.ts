import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PictureReader } from '../../../../electron/gateway/ingest/picture-reader.ts';
import { pngChunk } from '../../../support/exif.ts';
import { openIntake } from '../../../support/intake.ts';
import { makeJpeg, testImage, withVips } from '../../../support/pictures.ts';

const patience = 30_000;
const jpeg = await makeJpeg({ width: 640, height: 480, seed: 1 });
const scan = (bytes: Buffer, from = 0): number => bytes.indexOf(Buffer.from([0xff, 0xda]), from);
const { progressive, png, interlaced } = await withVips((vips) => {
  const image = testImage(vips, 640, 480);
  return {
    progressive: Buffer.from(image.jpegsaveBuffer({ interlace: true, keep: 'none' })),
    png: Buffer.from(image.pngsaveBuffer({ keep: 'none' })),
    interlaced: Buffer.from(image.pngsaveBuffer({ interlace: true, keep: 'none' })),
  };
});

/** What becomes of a file once nothing more of it has come for the source's patience. */
async function fateOf(files: Readonly<Record<string, Buffer>>): Promise<Record<string, string>> {
  const { put, offer, listed, images } = await openIntake({ sidecarWaitMilliseconds: 0 });
  const fates: Record<string, string> = {};
  for (const [name, bytes] of Object.entries(files)) {
    await put(name, bytes);
    const verdict = await offer(name, patience);
    if (verdict.kind === 'stored')
      fates[name] = `stored, ${images().find((image) => image.filename === name)?.notes.length} notes`;
    else fates[name] = listed().find(({ path }) => path === name)?.code ?? verdict.kind;
  }
  return fates;
}

describe('a JPEG without its end marker', () => {
  it('is taken with a note when every line of it is there', async () => {
    const files = {
      'plain.jpg': jpeg.subarray(0, -2),
      'half marker.jpg': jpeg.subarray(0, -1),
      'progressive.jpg': progressive.subarray(0, -2),
    };
    expect(await fateOf(files)).toEqual({
      'plain.jpg': 'stored, 1 notes',
      'half marker.jpg': 'stored, 1 notes',
      'progressive.jpg': 'stored, 1 notes',
    });
  });

  it('is cut off when anything of the picture is missing, however little', async () => {
    const cuts = [10, 30, 100, 1_000, 10_000, jpeg.length >> 1, jpeg.length - scan(jpeg) - 20];
    const files = Object.fromEntries(cuts.map((missing) => [`${missing}.jpg`, jpeg.subarray(0, -missing)]));
    for (const [name, fate] of Object.entries(await fateOf(files))) expect(fate, name).toBe('truncated');
  });

  it('is cut off when scans of a progressive picture are missing, which no decoder notes', async () => {
    const places: number[] = [];
    for (let at = scan(progressive); at !== -1; at = scan(progressive, at + 2)) places.push(at);
    expect(places.length).toBeGreaterThan(5);
    const files = Object.fromEntries(places.map((at) => [`${at}.jpg`, progressive.subarray(0, at)]));
    for (const [name, fate] of Object.entries(await fateOf(files))) expect(fate, name).toBe('truncated');
  });

  it('is cut off where the space for the rest is reserved and still zeros', async () => {
    const files = Object.fromEntries(
      [jpeg.length >> 2, jpeg.length >> 1, jpeg.length - 40].map((written) => [
        `${written}.jpg`,
        Buffer.concat([jpeg.subarray(0, written), Buffer.alloc(jpeg.length - written)]),
      ]),
    );
    for (const [name, fate] of Object.entries(await fateOf(files))) expect(fate, name).toBe('truncated');
  });
});

describe('a PNG that is not in order', () => {
  it('is taken with a note when all of its picture is there', async () => {
    const wrongText = pngChunk('tEXt', Buffer.from('Comment\0x'));
    wrongText.writeUInt32BE(1, wrongText.length - 4);
    const files = {
      'no end.png': png.subarray(0, -12),
      'half an end.png': png.subarray(0, -6),
      'wrong checksum.png': Buffer.concat([png.subarray(0, 33), wrongText, png.subarray(33)]),
      'junk for an end.png': Buffer.concat([png.subarray(0, -12), Buffer.from('something else is here')]),
      'interlaced.png': interlaced.subarray(0, -12),
    };
    for (const [name, fate] of Object.entries(await fateOf(files))) expect(fate, name).toBe('stored, 1 notes');
  });

  it('is refused with the reason as its structure has it when a part of the picture is missing or wrong', async () => {
    const wrongData = Buffer.from(png);
    const data = wrongData.indexOf('IDAT') + 4;
    wrongData[data + 100] = (wrongData[data + 100] ?? 0) ^ 1;
    const head = png.subarray(0, 33);
    const files = {
      'half.png': png.subarray(0, png.length >> 1),
      'last bytes.png': png.subarray(0, -20),
      'interlaced.png': interlaced.subarray(0, interlaced.length >> 1),
      'wrong data.png': wrongData,
      'short.png': Buffer.concat([head, pngChunk('IDAT', deflateSync(Buffer.alloc(500)))]),
    };
    expect(await fateOf(files)).toEqual({
      'half.png': 'truncated',
      'last bytes.png': 'truncated',
      'interlaced.png': 'truncated',
      'wrong data.png': 'broken',
      'short.png': 'truncated',
    });
  });
});

it('a picture that claims too many pixels is refused before any decoder sees it', async () => {
  const huge = Buffer.from(jpeg.subarray(0, -2));
  const frame = huge.indexOf(Buffer.from([0xff, 0xc0]));
  huge.writeUInt16BE(65_000, frame + 5);
  huge.writeUInt16BE(65_000, frame + 7);
  const wide = Buffer.from(png.subarray(0, -12));
  wide.writeUInt32BE(2_000_000, 16);
  expect(await fateOf({ 'huge.jpg': huge, 'wide.png': wide })).toEqual({
    'huge.jpg': 'too-many-pixels',
    'wide.png': 'too-many-pixels',
  });
});

it('a decoder that is stopped meanwhile is no verdict: the file is offered again', async () => {
  const { put, offer, listed, decoder } = await openIntake();
  await put('a.jpg', jpeg.subarray(0, -2));
  await put('a.tif', await withVips((vips) => Buffer.from(testImage(vips, 20, 10).tiffsaveBuffer())));
  await decoder.stop();
  for (const name of ['a.jpg', 'a.tif']) expect(await offer(name, patience), name).toMatchObject({ kind: 'not-yet' });
  expect(listed()).toEqual([]);
});

it('trouble of the decoder’s own is listed as such, and the file is tried again; one that took all its time is not', async () => {
  const reasonFor = async (detail: string) => {
    const decoder = { ask: () => Promise.resolve({ kind: 'uncheckable', detail } as never) };
    const reader = new PictureReader({ decoder, maxImageBytes: 1e9, maxPixels: 1e9, convert: true });
    const reading = await reader.read(jpeg.subarray(0, -2), true);
    return 'reason' in reading ? reading.reason.message.code : reading.kind;
  };
  expect(await reasonFor('out of memory')).toBe('not-looked-through');
  expect(await reasonFor('the decoder ended')).toBe('not-looked-through');
  expect(await reasonFor('decoding took too long')).toBe('truncated');
  expect(await reasonFor('stopped')).toBe('stopped');
});
