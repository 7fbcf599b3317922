import { message } from '../../../../shared/messages/message.ts';
import type { RawPicture } from '../../model/frame.ts';
import { frameBytesOf, lineBytesOf, type PixelFormat, sharedColour } from '../../model/pixel-format.ts';
import { PixelsRefused } from './pixels.ts';

/** Where the lines of a frame lie. */
export type LineLayout =
  /** One after another without a gap, even within a byte: all pixels are one long line. */
  | { readonly kind: 'continuous'; readonly bytes: number }
  | { readonly kind: 'lines'; readonly stride: number; readonly bytes: number };

const mostEdge = 0xffff_ffff;
/** Far above what is stored, so that no product below loses a digit. */
const mostPixels = 2 ** 32;

/** Refuses a frame with too few bytes before any memory is taken for it: pixels that did not come are never made up. */
export function layoutOf(
  format: PixelFormat,
  { width, height, linePadding, data }: Pick<RawPicture, 'width' | 'height' | 'linePadding' | 'data'>,
): LineLayout {
  const sizes = [width, height].every((edge) => Number.isInteger(edge) && edge > 0 && edge <= mostEdge);
  if (!sizes || width * height > mostPixels)
    throw new PixelsRefused(message('frame-size-impossible', { width: tellable(width), height: tellable(height) }));
  if (!Number.isInteger(linePadding) || linePadding < 0 || linePadding > 0xffff)
    throw new PixelsRefused(message('frame-padding-impossible', { padding: tellable(linePadding) }));
  const shared = sharedColour(format);
  if (width % shared !== 0) throw new PixelsRefused(message('frame-width-unfit', { width, shared }));
  const line = lineBytesOf(format, width);
  const layout = chooseLayout(format, { width, height, linePadding, line, length: data.length });
  if (data.length < layout.bytes) {
    const [wanted, missing] = [layout.bytes, layout.bytes - data.length];
    throw new PixelsRefused(message('frame-incomplete', { format: format.name, width, height, wanted, missing }));
  }
  return layout;
}

type Measures = {
  readonly width: number;
  readonly height: number;
  readonly linePadding: number;
  readonly line: number;
  readonly length: number;
};

function chooseLayout(format: PixelFormat, { width, height, linePadding, line, length }: Measures): LineLayout {
  if (linePadding > 0) {
    return { kind: 'lines', stride: line + linePadding, bytes: frameBytesOf(format, width, height, linePadding) };
  }
  // Some cameras begin each line with a byte of its own even where its bits fill no whole bytes: the frame's length tells.
  const continuous = frameBytesOf(format, width, height);
  if (line * height !== continuous && length === line * height) {
    return { kind: 'lines', stride: line, bytes: length };
  }
  return { kind: 'continuous', bytes: continuous };
}

/** A message carries no number that is none. */
const tellable = (number: number): number => (Number.isFinite(number) ? number : 0);
