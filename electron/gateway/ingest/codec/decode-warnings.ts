import { type VipsModule, wordsOfVips } from './vips-module.ts';

/** What libvips has noted since the last call and did not fail on, one a line; about JPEGs, the first thing only. */
export function takeWarnings(vips: VipsModule): readonly string[] {
  // It looks at the decoder's warnings before each strip of lines; those about the last strip are left in its list of
  // errors, which the next operation that fails brings with it.
  try {
    vips.Image.pngloadBuffer(Buffer.alloc(8)).delete();
    return [];
  } catch (error) {
    return (wordsOfVips(error) ?? '').split('; ').filter((line) => line.startsWith('VipsJpeg:'));
  }
}

/**
 * Bytes that belong to nothing, before a marker that no coded line can contain: viewers skip them, and no pixel is
 * concerned. Before a restart marker (D0 to D7) they are a part of the picture that could not be decoded.
 */
export const isHarmless = (warning: string): boolean =>
  /extraneous bytes before marker 0x(?!d[0-7])[0-9a-f]{2}/i.test(warning);

export const isOutOfMemory = (said: string): boolean =>
  /out of memory|unable to allocate|memory exhausted|allocation failed/i.test(said);
