import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Orientation } from '../../../../shared/picture.ts';
import type { PictureFormat } from '../../model/image.ts';
import { describeCause } from '../../platform/errors.ts';
import { patiently } from '../../platform/held-files.ts';
import { uncommonJpeg } from '../picture/jpeg-process.ts';
import { tidyJpeg } from '../picture/tidy-jpeg.ts';
import { openPicture, shrinkFor, turnUpright, withImages } from './decode-open.ts';
import { isHarmless, isOutOfMemory, takeWarnings } from './decode-warnings.ts';
import type { CheckReply, CheckRequest } from './decoder.ts';
import { type VipsModule, wordsOfVips } from './vips-module.ts';

const previewEdge = 320;

type Look = { readonly preview: Uint8Array; readonly faults: readonly string[] };

/** One decode of the whole picture gives both answers: are its pixels all there, and its preview. */
export async function check(vips: VipsModule, request: CheckRequest): Promise<CheckReply> {
  const { path, format, orientation, previewPath } = request;
  let bytes: Buffer;
  try {
    bytes = await patiently(() => readFile(path));
  } catch (error) {
    return { kind: 'uncheckable', detail: describeCause(error) };
  }
  const uncommon = format === 'jpeg' ? uncommonJpeg(bytes) : null;
  if (uncommon !== null) return { kind: 'uncheckable', detail: `it is ${uncommon}, which can’t be shown here` };
  let look: Look;
  try {
    look = lookThrough(vips, bytes, format, orientation);
  } catch (error) {
    return meaningOf(error);
  }
  if (look.faults.length > 0) return { kind: 'damaged', detail: look.faults.join('; ') };
  try {
    await writeFile(`${previewPath}.part`, look.preview, { mode: 0o600 });
    await patiently(() => rename(`${previewPath}.part`, previewPath));
  } catch (error) {
    return { kind: 'uncheckable', detail: describeCause(error) };
  }
  return { kind: 'sound' };
}

function lookThrough(vips: VipsModule, bytes: Buffer, format: PictureFormat, orientation: Orientation): Look {
  const noted = (picture: Uint8Array): Look & { readonly notes: readonly string[] } => {
    takeWarnings(vips);
    const preview = makePreview(vips, picture, format, orientation);
    const notes = takeWarnings(vips);
    return { preview, notes, faults: notes.filter((note) => !isHarmless(note)) };
  };
  const look = noted(bytes);
  const tidied = look.notes.length > 0 ? tidyJpeg(bytes) : null;
  const isUntidy = tidied !== null && (tidied.strayBytes > 0 || tidied.endWasMissing);
  // The decoder notes the first thing only: without it, it notes what else there is.
  return isUntidy && tidied.scansComplete ? noted(tidied.bytes) : look;
}

/** What a failure says about the picture. A fault of it is one that its decoder names. */
function meaningOf(error: unknown): CheckReply {
  if (error instanceof RangeError) return { kind: 'uncheckable', detail: error.message };
  const said = wordsOfVips(error);
  // Whatever libvips did not say itself says nothing about the picture.
  if (said === null) throw error;
  if (said === '') return { kind: 'uncheckable', detail: 'the decoder can’t read it and does not say why' };
  return { kind: isOutOfMemory(said) ? 'uncheckable' : 'damaged', detail: said };
}

function makePreview(vips: VipsModule, bytes: Uint8Array, format: PictureFormat, orientation: Orientation): Uint8Array {
  return withImages((keep) => {
    const image = openPicture(vips, bytes, format, keep, (size) =>
      shrinkFor(size, Math.max(size.width, size.height), previewEdge),
    );
    const small = keep(image.thumbnailImage(previewEdge, { height: previewEdge, size: 'down', no_rotate: true }));
    // In the frame of the boxes, by what the gateway read itself: it and libvips must not see a picture differently.
    const upright = orientation === 1 ? small : turnUpright(keep(small.copyMemory()), orientation, keep);
    return upright.writeToBuffer('.jpg', { Q: 80, keep: vips.ForeignKeep.none, background: [255, 255, 255] });
  });
}
