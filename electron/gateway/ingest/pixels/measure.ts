import type { Pixels } from './pixels.ts';

type EightBits = Pixels & { readonly data: Uint8Array };
const bins = 64;

/** Shares of the pixels: of each of 64 steps of brightness, and of those that are white, or black, in every channel. */
export function exposureOf({ width, height, channels, data }: EightBits): {
  readonly histogram: number[];
  readonly overexposed: number;
  readonly underexposed: number;
} {
  const counts = new Float64Array(bins);
  const pixels = Math.max(1, width * height);
  let white = 0;
  let black = 0;
  for (let at = 0; at < data.length; at += channels) {
    const red = data[at] as number;
    const green = channels === 1 ? red : (data[at + 1] as number);
    const blue = channels === 1 ? red : (data[at + 2] as number);
    if ((red & green & blue) === 255) white += 1;
    else if ((red | green | blue) === 0) black += 1;
    const bin = luma(red, green, blue) >> 2;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return {
    histogram: Array.from(counts, (count) => count / pixels),
    overexposed: white / pixels,
    underexposed: black / pixels,
  };
}

/** BT.601, in whole levels. */
const luma = (red: number, green: number, blue: number): number => (77 * red + 150 * green + 29 * blue) >> 8;

/** The brightness of each pixel, in the form that the focus is measured on. */
export function brightnessOf({ width, height, channels, data }: EightBits) {
  const plane = { from: 0, across: 1, down: width, width, height, depth: 8 };
  if (channels === 1) return { ...plane, data };
  const grey = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel += 1, at += 3)
    grey[pixel] = luma(data[at] as number, data[at + 1] as number, data[at + 2] as number);
  return { ...plane, data: grey };
}
