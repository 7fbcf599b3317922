import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { inspectPicture, sniffPicture } from '../../../../../electron/gateway/ingest/picture/inspect.ts';
import { pngChunk } from '../../../../support/exif.ts';
import { jpegSegment, makeJpeg } from '../../../../support/pictures.ts';
import { said } from '../../../../support/spoken.ts';

/** What is found, in words. */
function look(bytes: Uint8Array) {
  const inspection = inspectPicture(bytes);
  return inspection.kind === 'complete' ? inspection : { ...inspection, detail: said(inspection.detail).text };
}

// The machine that runs the tests may be busy.
vi.setConfig({ testTimeout: 60_000 });

const folder = join(import.meta.dirname, '../../../../fixtures/pictures');
const fixture = (name: string): Buffer => readFileSync(join(folder, name));
const names = readdirSync(folder).filter((name) => /\.(jpg|png)$/.test(name));
const formatOf = (name: string): 'jpeg' | 'png' => (name.endsWith('.png') ? 'png' : 'jpeg');

const baseline = fixture('baseline.jpg');
const rgb = fixture('rgb.png');
/** Offset of a marker `FF code`. */
const markerAt = (jpeg: Buffer, code: number): number => jpeg.indexOf(Buffer.from([0xff, code]));
const splice = (bytes: Buffer, at: number, remove: number, ...insert: Buffer[]): Buffer =>
  Buffer.concat([bytes.subarray(0, at), ...insert, bytes.subarray(at + remove)]);
const patched = (bytes: Buffer, at: number, ...values: number[]): Buffer => {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
};

describe.each(names)('the real picture %s', (name) => {
  const bytes = fixture(name);
  const format = formatOf(name);

  it('is complete, with its size', () => {
    expect(inspectPicture(bytes)).toEqual({ kind: 'complete', format, width: 48, height: 32 });
    expect(sniffPicture(bytes.subarray(0, 8))).toBe(format);
  });

  it('is incomplete at every length before its end marker is whole', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(inspectPicture(bytes.subarray(0, length)).kind, `cut after ${length} bytes`).toBe('incomplete');
    }
  });

  it('is incomplete while the rest of its preallocated space is zeros, at every length', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      const partial = Buffer.alloc(bytes.length + 5_000);
      bytes.copy(partial, 0, 0, length);
      expect(inspectPicture(partial).kind, `${length} bytes written`).toBe('incomplete');
    }
  });

  it('is complete with bytes appended behind its end marker', () => {
    for (const tail of [Buffer.alloc(10_000), Buffer.from('vendor trailer'), Buffer.from([0xff, 0xd8, 0xff])]) {
      expect(inspectPicture(Buffer.concat([bytes, tail]))).toMatchObject({ kind: 'complete', width: 48, height: 32 });
    }
  });

  it('is inspected the same as a plain Uint8Array that is a part of a larger buffer', () => {
    const large = new Uint8Array(bytes.length + 20);
    large.set(bytes, 10);
    expect(inspectPicture(large.subarray(10, 10 + bytes.length))).toMatchObject({ kind: 'complete', width: 48 });
  });

  it('gives an answer and never throws, whatever bytes are changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) copy[at] = value;
          for (const candidate of [copy, copy.subarray(0, length)]) {
            const inspection = inspectPicture(candidate);
            if (inspection.kind === 'complete') expect(inspection.width * inspection.height).toBeGreaterThan(0);
            else expect(said(inspection.detail).text).toMatch(/^(?:its?|the) .*[^.]$/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a JPEG', () => {
  it('is not taken for complete because its thumbnail ends', () => {
    const bytes = fixture('exif-thumbnail.jpg');
    const thumbnailEnd = markerAt(bytes, 0xd9);
    expect(thumbnailEnd).toBeLessThan(bytes.length - 2);
    expect(inspectPicture(bytes.subarray(0, thumbnailEnd + 2)).kind).toBe('incomplete');
  });

  it('that is coded as zeros, because it has one colour, is complete', () => {
    const scan = markerAt(baseline, 0xda);
    const headerEnd = scan + 2 + baseline.readUInt16BE(scan + 2);
    const zeros = Buffer.concat([baseline.subarray(0, headerEnd), Buffer.alloc(9_000), Buffer.from([0xff, 0xd9])]);
    expect(inspectPicture(zeros)).toMatchObject({ kind: 'complete' });
  });

  it('takes its height from the line count behind the first scan when the header leaves it open', () => {
    const frame = markerAt(baseline, 0xc0);
    const open = patched(baseline, frame + 5, 0, 0);
    expect(look(open)).toMatchObject({ kind: 'invalid', detail: expect.stringContaining('how high') });
    const counted = splice(open, open.length - 2, 0, jpegSegment(0xdc, Buffer.from([0, 32])));
    expect(inspectPicture(counted)).toMatchObject({ kind: 'complete', width: 48, height: 32 });
  });

  it('may have fill bytes and a few stray bytes between its segments', () => {
    const table = markerAt(baseline, 0xc0);
    expect(inspectPicture(splice(baseline, table, 0, Buffer.alloc(3, 0xff)))).toMatchObject({ kind: 'complete' });
    expect(inspectPicture(splice(baseline, table, 0, Buffer.from('abc')))).toMatchObject({ kind: 'complete' });
    expect(inspectPicture(splice(baseline, table, 0, Buffer.alloc(17, 'a')))).toMatchObject({ kind: 'invalid' });
  });

  it('with a block of zeros in its header is still being written', () => {
    const table = markerAt(baseline, 0xc0);
    expect(inspectPicture(splice(baseline, table, 0, Buffer.alloc(512)))).toMatchObject({ kind: 'incomplete' });
  });

  it.each<[string, Buffer, string]>([
    ['a segment of impossible length', patched(baseline, 4, 0, 1), 'impossible length'],
    ['a width of 0', patched(baseline, markerAt(baseline, 0xc0) + 7, 0, 0), 'width is 0'],
    ['no component', patched(baseline, markerAt(baseline, 0xc0) + 9, 0), 'frame header'],
    [
      'two frame headers',
      splice(
        baseline,
        markerAt(baseline, 0xc0),
        0,
        baseline.subarray(markerAt(baseline, 0xc0), markerAt(baseline, 0xc0) + 19),
      ),
      'two frame headers',
    ],
    ['a scan before its frame', patched(baseline, markerAt(baseline, 0xc0) + 1, 0xfe), 'before the frame header'],
    [
      'an end before any picture',
      Buffer.concat([baseline.subarray(0, markerAt(baseline, 0xc0)), Buffer.from([0xff, 0xd9])]),
      'before any picture data',
    ],
    ['a second start inside', splice(baseline, markerAt(baseline, 0xdb), 0, Buffer.from([0xff, 0xd8])), 'out of place'],
    ['the JPEG-LS coding', patched(baseline, markerAt(baseline, 0xc0) + 1, 0xf7), 'JPEG-LS'],
  ])('with %s is invalid and says so', (_, bytes, words) => {
    expect(look(bytes)).toMatchObject({
      kind: 'invalid',
      format: 'jpeg',
      detail: expect.stringContaining(words),
    });
  });
});

describe('a PNG', () => {
  const data = rgb.indexOf('IDAT');

  it('with a wrong checksum is invalid, and says which chunk', () => {
    expect(look(patched(rgb, data + 10, (rgb[data + 10] ?? 0) ^ 1))).toMatchObject({
      kind: 'invalid',
      detail: expect.stringContaining('IDAT'),
    });
  });

  it('with a wrong checksum in a chunk that runs into zeros is still being written', () => {
    const partial = Buffer.from(rgb);
    partial.fill(0, data + 20);
    expect(inspectPicture(partial)).toMatchObject({ kind: 'incomplete' });
  });

  it.each<[string, Buffer, string]>([
    ['a size of 0', splice(rgb, 8, 25, pngChunk('IHDR', Buffer.from('00000000000000200802000000', 'hex'))), 'size'],
    [
      'an impossible colour type',
      splice(rgb, 8, 25, pngChunk('IHDR', Buffer.from('00000030000000200805000000', 'hex'))),
      'colour type',
    ],
    ['another chunk first', splice(rgb, 8, 0, pngChunk('tEXt', Buffer.from('a\0b'))), 'header chunk'],
    ['no picture data', splice(rgb, data - 4, rgb.readUInt32BE(data - 4) + 12), 'before any picture data'],
    ['an impossible chunk name', patched(rgb, data, 0x07), 'no chunk'],
  ])('with %s is invalid and says so', (_, bytes, words) => {
    expect(look(bytes)).toMatchObject({
      kind: 'invalid',
      format: 'png',
      detail: expect.stringContaining(words),
    });
  });
});

describe('a file that is no picture', () => {
  it.each<[string, Buffer | string, string]>([
    ['a BMP', Buffer.from('424d3a000000000000003600000028000000', 'hex'), 'a BMP picture'],
    ['a TIFF', Buffer.from('49492a000800000000000000', 'hex'), 'a TIFF picture'],
    ['a GIF', 'GIF89a\x01\x00\x01\x00', 'a GIF picture'],
    ['a WebP', 'RIFF\x24\x00\x00\x00WEBPVP8 ', 'a WebP picture'],
    ['a HEIC', Buffer.from('00000018667479706865696300000000', 'hex'), 'a HEIC picture'],
    ['a PDF', '%PDF-1.7\n', 'a PDF document'],
    ['a ZIP', 'PK\x03\x04\x14\x00', 'a ZIP archive'],
    ['a text', 'Lot 4711, alles gut: Prüfung bestanden\n', 'a text file'],
    ['a text that begins with BM', 'BMW part 7\n', 'a text file'],
    ['a JSON', '{"a":1}', 'a JSON file'],
    ['a web page', '<!DOCTYPE html><title>Login</title>', 'a web page'],
    ['random bytes', Buffer.from('8f3a1104c1aa90', 'hex'), 'no picture that is known'],
  ])('%s is invalid and named by its content', (_, content, words) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    expect(look(bytes)).toMatchObject({
      kind: 'invalid',
      format: null,
      detail: expect.stringContaining(words),
    });
    expect(sniffPicture(bytes)).toBeNull();
  });

  it('is incomplete when it is empty or only reserved space', () => {
    expect(inspectPicture(Buffer.alloc(0))).toMatchObject({ kind: 'incomplete', format: null });
    expect(look(Buffer.alloc(200_000))).toMatchObject({
      kind: 'incomplete',
      detail: expect.stringContaining('zeros'),
    });
    expect(inspectPicture(Buffer.concat([Buffer.alloc(4096), baseline]))).toMatchObject({ kind: 'incomplete' });
  });

  it('never makes the inspection throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', 'ffd8ff', '89504e470d0a1a0a'),
        fc.uint8Array({ maxLength: 300 }),
        (start, rest) => {
          expect(['complete', 'incomplete', 'invalid']).toContain(
            inspectPicture(Buffer.concat([Buffer.from(start, 'hex'), rest])).kind,
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('hostile files of 20 MB', () => {
  const head = baseline.subarray(0, markerAt(baseline, 0xda) + 14);
  const filled = (start: Buffer, pattern: Buffer): Buffer => Buffer.concat([start, Buffer.alloc(20_000_000, pattern)]);

  it.each<[string, Buffer]>([
    ['stuffed bytes only', filled(head, Buffer.from([0xff, 0x00]))],
    ['fill bytes only', filled(head, Buffer.from([0xff]))],
    ['restart markers only', filled(head, Buffer.from([0xff, 0xd0]))],
    ['empty comments only', filled(baseline.subarray(0, 2), Buffer.from([0xff, 0xfe, 0x00, 0x02]))],
    ['empty scans only', filled(head, baseline.subarray(markerAt(baseline, 0xda), markerAt(baseline, 0xda) + 14))],
    ['empty chunks only', filled(rgb.subarray(0, 33), pngChunk('abCd', Buffer.alloc(0)))],
    ['zeros after a start', filled(head, Buffer.from([0]))],
  ])('%s are inspected in linear time', (_, bytes) => {
    const start = performance.now();
    expect(inspectPicture(bytes).kind).not.toBe('complete');
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe('makeJpeg', () => {
  it('makes complete pictures of exactly the wanted length that differ by their seed', async () => {
    const sizes = [20_000, 20_001, 20_002, 20_003, 20_004, 200_000, 90_000 + 65_537 + 2];
    for (const targetBytes of sizes) {
      const [first, second] = [
        await makeJpeg({ width: 320, height: 240, seed: 1, targetBytes }),
        await makeJpeg({ width: 320, height: 240, seed: 2, targetBytes }),
      ];
      expect(first.length).toBe(targetBytes);
      expect(first.equals(second)).toBe(false);
      expect(inspectPicture(first)).toEqual({ kind: 'complete', format: 'jpeg', width: 320, height: 240 });
    }
  });

  it('fills up for every remainder that is too small for a segment of its own', async () => {
    const { length } = await makeJpeg({ width: 64, height: 64, seed: 1 });
    for (let more = 0; more < 12; more += 1) {
      const bytes = await makeJpeg({ width: 64, height: 64, seed: 1, targetBytes: length + more });
      expect(bytes.length).toBe(length + more);
      expect(inspectPicture(bytes).kind).toBe('complete');
    }
  });
});
