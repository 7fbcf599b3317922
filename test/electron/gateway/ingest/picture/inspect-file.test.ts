import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectFile, sniffConverted, sniffFile } from '../../../../../electron/gateway/ingest/picture/inspect-file.ts';
import { tiffColours } from '../../../../../electron/gateway/ingest/picture/tiff-colours.ts';
import { orientationOf } from '../../../../../electron/gateway/ingest/picture-reader.ts';
import { makeBmp } from '../../../../support/bmp.ts';
import { orientationBlock } from '../../../../support/exif.ts';
import { testImage, withVips } from '../../../../support/pictures.ts';
import { withWebpExif } from '../../../../support/webp.ts';

const files = await withVips((vips) => {
  const image = testImage(vips, 48, 32);
  const webp = Buffer.from(image.webpsaveBuffer({ keep: 'none' }));
  return {
    bmp: makeBmp(48, 32, new Uint8Array(image.writeToMemory())),
    tiff: Buffer.from(image.tiffsaveBuffer()),
    bigTiff: Buffer.from(image.tiffsaveBuffer({ bigtiff: true, tile: true, tile_width: 16, tile_height: 16 })),
    webp,
    losslessWebp: Buffer.from(image.webpsaveBuffer({ lossless: true, keep: 'none' })),
    extendedWebp: withWebpExif(webp, orientationBlock(6), 48, 32),
  };
});
const all = Object.entries(files);

describe.each(all)('a %s', (name, file) => {
  const format = name.toLowerCase().includes('tiff') ? 'tiff' : name.toLowerCase().includes('webp') ? 'webp' : 'bmp';

  it('is known by its first bytes, and complete with its size', () => {
    expect(sniffConverted(file.subarray(0, 40))).toBe(format);
    expect(inspectFile(file)).toEqual({ kind: 'complete', format, width: 48, height: 32 });
    expect(inspectFile(Buffer.concat([file, Buffer.alloc(50, 7)]))).toMatchObject({ kind: 'complete' });
  });

  it('is incomplete or unknown, and never complete, while most of it is missing', () => {
    for (let length = 40; length < file.length - 300; length += 13)
      expect(inspectFile(file.subarray(0, length)).kind, `${length}`).not.toBe('complete');
  });

  it('makes nothing throw, whatever bytes are changed or missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 })), { maxLength: 8 }),
        fc.nat({ max: file.length }),
        (changes, length) => {
          const changed = Buffer.from(file.subarray(0, length));
          for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
          const inspection = inspectFile(changed);
          if (inspection.format !== null) orientationOf(changed, inspection.format);
          if (inspection.format === 'tiff') tiffColours(changed);
          sniffFile(changed);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('a TIFF', () => {
  it('whose header names no directory yet is still being written', () => {
    const begun = Buffer.from(files.tiff);
    begun.writeUInt32LE(0, 4);
    expect(inspectFile(begun)).toMatchObject({ kind: 'incomplete', format: 'tiff' });
  });

  it('whose directory lies in space that is not written yet is still being written', () => {
    const begun = Buffer.concat([files.tiff.subarray(0, 400), Buffer.alloc(files.tiff.length - 400)]);
    expect(inspectFile(begun)).toMatchObject({ kind: 'incomplete', format: 'tiff' });
  });

  it('that is a camera’s raw file is not taken for its small copy', () => {
    const raw = Buffer.from('49492a0010000000435202000000000001000001030001000000400000000000000000', 'hex');
    expect(inspectFile(raw)).toMatchObject({
      kind: 'invalid',
      format: 'tiff',
      detail: { code: 'picture-fault', params: { technical: expect.stringContaining('raw file') } },
    });
  });
});
