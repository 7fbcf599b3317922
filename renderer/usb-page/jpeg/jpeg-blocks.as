import { begin, codes, encodeBlock, finish, position, reciprocals, zigzag } from './block-coder';
import { high, low } from './lanes';

/**
 * The inner loops of the JPEG encoder (ITU-T T.81, baseline, 4:2:0), in AssemblyScript: colours, forward DCT,
 * quantisation and Huffman codes, eight samples at a time. What is done once for a picture is in jpeg-encoder.ts.
 */

/**
 * i16, 15 bits after the point: luma from luma (less 1), Cb and Cr, and its offset (7 bits after the point); Cb from Cb
 * (less 1) and Cr; Cr from Cb and Cr (less 1).
 */
const colours: usize = memory.data(8 * 2, 16);

/** Six blocks of 8 × 8 i16. */
const samples: usize = memory.data(6 * 128, 16);
const lumaEdge: usize = memory.data(16 * 16, 16);
const cbEdge: usize = memory.data(8 * 8, 16);
const crEdge: usize = memory.data(8 * 8, 16);

/** Six blocks of 64 coefficients of at most 27 bits, each byte followed by a stuffed one. */
const mostUnitBytes: usize = ((6 * 64 * 27) / 8) * 2;

export function addressOfReciprocals(): usize {
  return reciprocals;
}
export function addressOfCodes(): usize {
  return codes;
}
export function addressOfZigzag(): usize {
  return zigzag;
}
export function addressOfColours(): usize {
  return colours;
}
/** From here on the memory is the host's. */
export function addressOfFree(): usize {
  return (__heap_base + 15) & ~15;
}

/** Samples less 128, with 7 bits after the point. */
function centred(wide: v128): v128 {
  return i16x8.shl(i16x8.sub(wide, i16x8.splat(128)), 7);
}
function eight(at: usize): v128 {
  return centred(i16x8.extend_low_i8x16_u(v128.load64_zero(at)));
}
function whole(x: v128): v128 {
  const near = i16x8.shr_s(i16x8.add_sat_s(x, i16x8.splat(64)), 7);
  return i16x8.max_s(i16x8.min_s(near, i16x8.splat(127)), i16x8.splat(-128));
}
function plusPart(sum: v128, x: v128, part: v128): v128 {
  return i16x8.add_sat_s(sum, i16x8.q15mulr_sat_s(x, part));
}

/** 16 × 16 pixels to six blocks of samples. `cr` 0: Cb and Cr alternate at `cb`. */
function readUnit(luma: usize, lumaStride: usize, cb: usize, cr: usize, chromaStride: usize): void {
  const lumaGain = i16x8.splat(load<i16>(colours, 0));
  const lumaOfCb = i16x8.splat(load<i16>(colours, 2));
  const lumaOfCr = i16x8.splat(load<i16>(colours, 4));
  const offset = i16x8.splat(load<i16>(colours, 6));
  const cbGain = i16x8.splat(load<i16>(colours, 8));
  const cbOfCr = i16x8.splat(load<i16>(colours, 10));
  const crOfCb = i16x8.splat(load<i16>(colours, 12));
  const crGain = i16x8.splat(load<i16>(colours, 14));
  for (let row: usize = 0; row < 8; row += 1) {
    let b: v128;
    let r: v128;
    if (cr === 0) {
      const both = v128.load(cb + row * chromaStride);
      b = centred(v128.and(both, i16x8.splat(255)));
      r = centred(i16x8.shr_u(both, 8));
    } else {
      b = eight(cb + row * chromaStride);
      r = eight(cr + row * chromaStride);
    }
    const to = samples + row * 16;
    v128.store(to, whole(plusPart(plusPart(b, b, cbGain), r, cbOfCr)), 4 * 128);
    v128.store(to, whole(plusPart(plusPart(r, r, crGain), b, crOfCb)), 5 * 128);
    // Each sample of chroma is of two by two of luma.
    const more = plusPart(plusPart(offset, b, lumaOfCb), r, lumaOfCr);
    const left = low(more, more);
    const right = high(more, more);
    for (let line: usize = 0; line < 2; line += 1) {
      const y = row * 2 + line;
      const from = luma + y * lumaStride;
      const at = samples + (y >> 3) * 256 + (y & 7) * 16;
      const l = eight(from);
      const m = eight(from + 8);
      v128.store(at, whole(i16x8.add_sat_s(plusPart(l, l, lumaGain), left)), 0);
      v128.store(at, whole(i16x8.add_sat_s(plusPart(m, m, lumaGain), right)), 128);
    }
  }
}

/** A square of `size`: what is there, and its last column and row again and again. */
function extend(from: usize, stride: usize, step: usize, columns: usize, rows: usize, to: usize, size: usize): void {
  for (let row: usize = 0; row < size; row += 1) {
    const line = from + min(row, rows - 1) * stride;
    for (let column: usize = 0; column < size; column += 1) {
      store<u8>(to + row * size + column, load<u8>(line + min(column, columns - 1) * step));
    }
  }
}

/**
 * Writes the coded picture, without anything around it, to `to`; returns its bytes, 0 where `end` is too near. Planes:
 * `cr` 0 says that Cb and Cr alternate at `cb`. Strides in bytes, sizes in pixels.
 */
export function encode(
  luma: usize,
  lumaStride: usize,
  cb: usize,
  cr: usize,
  chromaStride: usize,
  width: usize,
  height: usize,
  to: usize,
  end: usize,
): usize {
  begin(to);
  let previousLuma: i32 = 0;
  let previousCb: i32 = 0;
  let previousCr: i32 = 0;
  const step: usize = cr === 0 ? 2 : 1;
  const chromaColumns = (width + 1) >> 1;
  const chromaRows = (height + 1) >> 1;
  for (let y: usize = 0; y < height; y += 16) {
    for (let x: usize = 0; x < width; x += 16) {
      if (position() + mostUnitBytes > end) return 0;
      const from = luma + y * lumaStride + x;
      const column = x >> 1;
      const row = y >> 1;
      const at = row * chromaStride + column * step;
      if (x + 16 <= width && y + 16 <= height) {
        readUnit(from, lumaStride, cb + at, cr === 0 ? 0 : cr + at, chromaStride);
      } else {
        const second = cr === 0 ? cb + 1 : cr;
        extend(from, lumaStride, 1, width - x, height - y, lumaEdge, 16);
        extend(cb + at, chromaStride, step, chromaColumns - column, chromaRows - row, cbEdge, 8);
        extend(second + at, chromaStride, step, chromaColumns - column, chromaRows - row, crEdge, 8);
        readUnit(lumaEdge, 16, cbEdge, crEdge, 8);
      }
      previousLuma = encodeBlock(samples, 0, previousLuma);
      previousLuma = encodeBlock(samples + 128, 0, previousLuma);
      previousLuma = encodeBlock(samples + 256, 0, previousLuma);
      previousLuma = encodeBlock(samples + 384, 0, previousLuma);
      previousCb = encodeBlock(samples + 512, 1, previousCb);
      previousCr = encodeBlock(samples + 640, 1, previousCr);
    }
  }
  finish();
  return position() - to;
}
