import { blockMeans, signatureEdge } from './block-signature.ts';
import { openPicture, shrinkFor, withImages } from './decode-open.ts';
import type { SignatureReply, SignatureRequest } from './decoder.ts';
import { type VipsModule, wordsOfVips } from './vips-module.ts';

/** The picture shrunk while it is decoded (at an eighth, for a JPEG, the mean of each 8 × 8), and its block means. */
export function sign(vips: VipsModule, { bytes, format }: SignatureRequest): SignatureReply {
  try {
    return withImages((keep) => {
      let size = { width: 0, height: 0 };
      let image = openPicture(vips, bytes, format, keep, ({ width, height }) => {
        size = { width, height };
        return shrinkFor(size, Math.min(width, height), signatureEdge);
      });
      if (format === 'png') {
        size = { width: image.width, height: image.height };
        if (image.format === 'ushort') image = keep(keep(image.multiply(1 / 257)).cast('uchar'));
        const factor = Math.floor(Math.min(size.width, size.height) / signatureEdge);
        if (factor > 1) image = keep(image.shrink(factor, factor));
      }
      const small = { width: image.width, height: image.height, channels: image.bands };
      const means = blockMeans(new Uint8Array(image.writeToMemory()), small);
      return { kind: 'signature', signature: { ...size, channels: small.channels, means } };
    });
  } catch (error) {
    const said = error instanceof RangeError ? error.message : wordsOfVips(error);
    if (said === null) throw error;
    return { kind: 'uncheckable', detail: said };
  }
}
