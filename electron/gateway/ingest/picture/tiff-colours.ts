import { TiffReader } from './tiff-directory.ts';

const PHOTOMETRIC = 262;

/** What a PNG can't hold sample by sample. */
export type OtherColours = 'mask' | 'cmyk' | 'lab' | 'log-luv' | 'sensor';

/** By the value of PhotometricInterpretation. */
const otherColours: Readonly<Record<number, OtherColours>> = {
  4: 'mask',
  5: 'cmyk',
  8: 'lab',
  9: 'lab',
  10: 'lab',
  32803: 'sensor',
  32844: 'log-luv',
  32845: 'log-luv',
  34892: 'sensor',
};

/** What the colours of a TIFF's first picture are, where a PNG can't hold them (CMYK, for instance); null where it can. */
export function tiffColours(bytes: Buffer): OtherColours | null {
  const tiff = TiffReader.open(bytes);
  const directory = tiff === null ? 'wrong' : tiff.directory(tiff.firstDirectory);
  if (tiff === null || typeof directory === 'string') return null;
  const field = directory.fields.get(PHOTOMETRIC)?.[0];
  const value = field === undefined ? undefined : tiff.numbers(field, 1)?.[0];
  return value === undefined ? null : (otherColours[value] ?? null);
}
