import type { Signature } from './decoder.ts';

/**
 * How much two frames differ, for the near-duplicate filter.
 *
 * A frame is divided into 32 × 32 blocks; its signature is the mean of each block in each channel. The difference of two
 * frames is the largest difference of any block in any channel, in percent of full brightness. The mean over a block
 * takes out the sensor's noise (by the root of the number of its pixels); the largest, not the mean, of all blocks finds a
 * defect that is small against the frame; each channel by itself finds a change of colour alone. Changes of the light
 * count as changes.
 *
 * Measured on the demo's photographs of 600 to 1,460 pixels with noise of 4 of 255 levels added and coded as JPEG: noise
 * alone 0.1–0.4 %, a patch of 1/80 of the width and 70 levels darker 1.3–2.7 %. With 16 × 16 blocks the patch gives
 * 0.4–1.0 %, hardly more than noise; with 64 × 64 noise reaches 1.1 %, and a shift by a single pixel 12 %.
 */
const blocksPerEdge = 32;
/** A decoded picture's shorter edge is at least so long, where the picture itself is: two pixels a block. */
export const signatureEdge = 2 * blocksPerEdge;

type Pixels = { readonly width: number; readonly height: number; readonly channels: number };

/** Of 8-bit pixels, channels together. Edges that are no multiple of the blocks are divided as evenly as can be. */
export function blockMeans(pixels: Uint8Array, { width, height, channels }: Pixels): Float32Array {
  const across = Math.min(blocksPerEdge, width);
  const down = Math.min(blocksPerEdge, height);
  const sums = new Float64Array(across * down * channels);
  const counts = new Uint32Array(across * down);
  const columns = Uint32Array.from({ length: width }, (_, x) => Math.floor((x * across) / width));
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor((y * down) / height) * across;
    for (let x = 0; x < width; x += 1) {
      const block = row + (columns[x] ?? 0);
      counts[block] = (counts[block] ?? 0) + 1;
      for (let channel = 0; channel < channels; channel += 1, at += 1) {
        const slot = block * channels + channel;
        sums[slot] = (sums[slot] ?? 0) + (pixels[at] ?? 0);
      }
    }
  }
  return Float32Array.from(sums, (sum, slot) => sum / (counts[Math.floor(slot / channels)] ?? 1));
}

/** Percent of full brightness, 0–100. Frames of another size or number of channels differ in all. */
export function differenceOf(a: Signature, b: Signature): number {
  if (a.width !== b.width || a.height !== b.height || a.channels !== b.channels) return 100;
  let most = 0;
  for (let slot = 0; slot < a.means.length; slot += 1)
    most = Math.max(most, Math.abs((a.means[slot] ?? 0) - (b.means[slot] ?? 0)));
  return (most / 255) * 100;
}
