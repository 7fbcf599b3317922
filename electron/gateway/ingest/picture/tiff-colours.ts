import { TiffReader } from './tiff-directory.ts';

const PHOTOMETRIC = 262;

/** By the value of PhotometricInterpretation: what a PNG can't hold sample by sample. */
const otherColours: Readonly<Record<number, string>> = {
  4: 'a mask',
  5: 'CMYK',
  8: 'CIE Lab',
  9: 'CIE Lab',
  10: 'CIE Lab',
  32803: 'those of a sensor’s raw data',
  32844: 'LogLuv',
  32845: 'LogLuv',
  34892: 'those of a sensor’s raw data',
};

/** What the colours of a TIFF's first picture are, where a PNG can't hold them ("CMYK"); null where it can. */
export function tiffColours(bytes: Buffer): string | null {
  const tiff = TiffReader.open(bytes);
  const directory = tiff === null ? 'wrong' : tiff.directory(tiff.firstDirectory);
  if (tiff === null || typeof directory === 'string') return null;
  const field = directory.fields.get(PHOTOMETRIC)?.[0];
  const value = field === undefined ? undefined : tiff.numbers(field, 1)?.[0];
  return value === undefined ? null : (otherColours[value] ?? null);
}
