import { describe, expect, it } from 'vitest';
import { inspectPicture } from '../../../../../electron/gateway/ingest/picture/inspect.ts';
import { develop } from '../../../../../electron/gateway/ingest/pixels/develop.ts';
import { encodePng } from '../../../../../electron/gateway/ingest/pixels/png.ts';
import { withVips } from '../../../../support/pictures.ts';
import { formatNamed, rawFrame, spread } from '../../../../support/raw-frames.ts';

/** The samples of a file, by another decoder. */
const decode = (file: Uint8Array) =>
  withVips((vips) => {
    const image = vips.Image.pngloadBuffer(file, { fail_on: vips.FailOn.warning });
    const samples = image.writeToMemory();
    return { width: image.width, height: image.height, bands: image.bands, format: image.format, samples };
  });

describe('a lossless PNG', () => {
  it.each([
    ['Mono8', 'uchar', 1],
    ['Mono10', 'ushort', 1],
    ['Mono12Packed', 'ushort', 1],
    ['Mono14p', 'ushort', 1],
    ['Mono16', 'ushort', 1],
    ['RGB8', 'uchar', 3],
    ['RGB12', 'ushort', 3],
    ['RGB16', 'ushort', 3],
  ] as const)('of %s gives back every sample, at full brightness, for another decoder', async (name, format, bands) => {
    const { depth } = formatNamed(name);
    const samples = spread(33 * 17 * bands, 2 ** depth);
    samples.splice(0, 2, 0, 2 ** depth - 1);
    const file = encodePng(develop(rawFrame(name, 33, 17, samples)));
    expect(inspectPicture(file)).toEqual({ kind: 'complete', format: 'png', width: 33, height: 17 });
    const found = await decode(file);
    expect(found).toMatchObject({ width: 33, height: 17, bands, format });
    const spare = (format === 'ushort' ? 16 : 8) - depth;
    expect([...found.samples].map((sample) => sample >> spare)).toEqual(samples);
    expect([found.samples[0], found.samples[1]]).toEqual([0, format === 'ushort' ? 65_535 : 255]);
  });

  it('says how many bits are the camera’s where not all are', () => {
    const file = (name: string, bands = 1) => encodePng(develop(rawFrame(name, 2, 2, spread(4 * bands, 200))));
    const significant = (png: Buffer) => {
      const at = png.indexOf('sBIT');
      return at < 0 ? null : [...png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4))];
    };
    expect(significant(file('Mono12'))).toEqual([12]);
    expect(significant(file('RGB10', 3))).toEqual([10, 10, 10]);
    expect(significant(file('Mono16'))).toBeNull();
    expect(significant(file('Mono8'))).toBeNull();
  });

  it('is complete for a picture of one pixel', async () => {
    const { samples } = await decode(encodePng(develop(rawFrame('Mono8', 1, 1, [77]))));
    expect([...samples]).toEqual([77]);
  });
});
