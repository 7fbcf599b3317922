import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jpegFrame, uncommonJpeg } from '../../../../../electron/gateway/ingest/picture/jpeg-process.ts';
import { tidyJpeg } from '../../../../../electron/gateway/ingest/picture/tidy-jpeg.ts';

const names = [
  'baseline.jpg',
  'progressive.jpg',
  'restart.jpg',
  'gray.jpg',
  'one-colour.jpg',
  'exif-thumbnail.jpg',
] as const;
const files = await Promise.all(
  names.map((name) => readFile(join(import.meta.dirname, '../../../../fixtures/pictures', name))),
);
const pictures = names.map((name, index): [string, Buffer] => [name, files[index] ?? Buffer.alloc(0)]);

describe.each(pictures)('%s', (_, file) => {
  it('is tidy already: nothing of it changes, and all its scans are there', () => {
    expect(tidyJpeg(file)).toMatchObject({ strayBytes: 0, endWasMissing: false, scansComplete: true });
    expect(tidyJpeg(file)?.bytes.equals(file)).toBe(true);
    expect(jpegFrame(file)).toMatchObject({ bitsPerSample: 8, width: 48, height: 32 });
    expect(uncommonJpeg(file)).toBeNull();
  });

  it('is the same again when stray bytes before its markers are taken out and its end is put back', () => {
    // Not those of a thumbnail within.
    const tables = file.lastIndexOf(Buffer.from([0xff, 0xdb]));
    for (const stray of [
      Buffer.alloc(40, 0x5a),
      Buffer.from([0xff, 0]),
      Buffer.from([0xff, 0xff]),
      Buffer.from([7, 0xff, 1]),
    ]) {
      const untidy = Buffer.concat([file.subarray(0, tables), stray, file.subarray(tables, -2)]);
      const tidied = tidyJpeg(untidy);
      expect(tidied?.endWasMissing).toBe(true);
      expect(tidied?.bytes.equals(file)).toBe(true);
      expect(jpegFrame(untidy)).toMatchObject({ width: 48, height: 32 });
    }
  });

  it('makes nothing throw, whatever bytes are changed or missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.constantFrom(0, 1, 0xc0, 0xc2, 0xd8, 0xda, 0xff)), {
          maxLength: 10,
        }),
        fc.integer({ min: 2, max: file.length }),
        (changes, length) => {
          const changed = Buffer.from(file.subarray(0, length));
          for (const [at, value] of changes) if (at > 1 && at < length) changed[at] = value;
          jpegFrame(changed);
          uncommonJpeg(changed);
          const tidied = tidyJpeg(changed);
          if (tidied !== null) expect(tidied.bytes.length).toBeLessThanOrEqual(changed.length + 2);
        },
      ),
      { numRuns: 500 },
    );
  });
});
