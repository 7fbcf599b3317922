/**
 * From a camera's colours to those of a JPEG file (JFIF: Y'CbCr of ITU-R BT.601, each sample from 0 to 255). Both are
 * made of the same R'G'B', so that one is a matrix of the other.
 */

/** What luma is made of: the parts of red and blue (BT.601 and BT.709, table of each). */
const lumaParts: Readonly<Record<string, { readonly red: number; readonly blue: number }>> = {
  smpte170m: { red: 0.299, blue: 0.114 },
  bt470bg: { red: 0.299, blue: 0.114 },
  bt709: { red: 0.2126, blue: 0.0722 },
};

/** By row: luma, Cb, Cr out of luma, Cb, Cr, of samples less 128; and what is added to luma. */
export type ColourChange = { readonly matrix: readonly (readonly number[])[]; readonly offset: number };

export type Colours = { readonly matrix: string | null; readonly fullRange: boolean | null };

/** What a browser takes for granted where a frame says nothing: BT.601 in the range of television, 16 to 235. */
const usual = { matrix: 'smpte170m', fullRange: false };

/** Null for colours that are none of these. */
export function colourChange(from: Colours): ColourChange | null {
  const parts = lumaParts[from.matrix ?? usual.matrix];
  if (parts === undefined) return null;
  const isFull = from.fullRange ?? usual.fullRange;
  const [luma, chroma] = isFull ? [1, 1] : [255 / 219, 255 / 224];
  const { red, blue } = parts;
  // R'G'B' less luma, out of Cb and Cr.
  const ofCb = { red: 0, green: (-2 * (1 - blue) * blue) / (1 - red - blue), blue: 2 * (1 - blue) };
  const ofCr = { red: 2 * (1 - red), green: (-2 * (1 - red) * red) / (1 - red - blue), blue: 0 };
  const lumaOf = (one: typeof ofCb): number => 0.299 * one.red + 0.587 * one.green + 0.114 * one.blue;
  const cbOf = (one: typeof ofCb): number => (one.blue - lumaOf(one)) / 1.772;
  const crOf = (one: typeof ofCb): number => (one.red - lumaOf(one)) / 1.402;
  return {
    matrix: [
      [luma, chroma * lumaOf(ofCb), chroma * lumaOf(ofCr)],
      [0, chroma * cbOf(ofCb), chroma * cbOf(ofCr)],
      [0, chroma * crOf(ofCb), chroma * crOf(ofCr)],
    ],
    offset: isFull ? 0 : luma * (128 - 16) - 128,
  };
}
