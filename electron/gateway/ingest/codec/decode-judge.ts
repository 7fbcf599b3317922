import { uncommonJpeg } from '../picture/jpeg-process.ts';
import { tidyJpeg } from '../picture/tidy-jpeg.ts';
import { openPicture, shrinkFor, withImages } from './decode-open.ts';
import { isHarmless, isOutOfMemory, takeWarnings } from './decode-warnings.ts';
import type { JudgeReply, JudgeRequest } from './decoder.ts';
import { type VipsModule, wordsOfVips } from './vips-module.ts';

/**
 * Whether the whole picture is in a file whose structure is not in order, as viewers find out: by decoding it. Every line
 * must be there. libjpeg fills up what is missing with grey and notes it once ("premature end"); libpng fails.
 */
export function judge(vips: VipsModule, { bytes, format }: JudgeRequest): JudgeReply {
  const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tidied = format === 'jpeg' ? tidyJpeg(picture) : null;
  if (format === 'jpeg') {
    if (tidied === null) return { kind: 'partial', detail: 'no decoder gets through it' };
    const uncommon = uncommonJpeg(picture);
    if (uncommon !== null) return { kind: 'partial', detail: `it is ${uncommon}, which can’t be looked through here` };
    if (!tidied.scansComplete) return { kind: 'partial', detail: 'a part of the picture’s scans is missing' };
  }
  takeWarnings(vips);
  try {
    const size = decode(vips, tidied?.bytes ?? picture, format);
    const faults = takeWarnings(vips).filter((warning) => !isHarmless(warning));
    return faults.length > 0 ? { kind: 'partial', detail: faults.join('; ') } : { kind: 'whole', ...size };
  } catch (error) {
    const said = error instanceof RangeError ? error.message : wordsOfVips(error);
    if (said === null) throw error;
    if (error instanceof RangeError || isOutOfMemory(said)) return { kind: 'uncheckable', detail: said };
    return { kind: 'partial', detail: said === '' ? 'the decoder can’t read it and does not say why' : said };
  }
}

function decode(vips: VipsModule, bytes: Buffer, format: 'jpeg' | 'png'): { width: number; height: number } {
  return withImages((keep) => {
    let size = { width: 0, height: 0 };
    const image = openPicture(vips, bytes, format, keep, ({ width, height }) => {
      size = { width, height };
      return shrinkFor(size, Math.min(width, height), 8);
    });
    // Reads every line and keeps none.
    image.avg();
    return format === 'jpeg' ? size : { width: image.width, height: image.height };
  });
}
