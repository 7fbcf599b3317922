/**
 * The inner loops of the JPEG encoder (ITU-T T.81, baseline, 4:2:0), in AssemblyScript: colours, forward DCT,
 * quantisation and Huffman codes, eight samples at a time. What is done once for a picture is in jpeg-encoder.ts.
 *
 * The DCT follows Loeffler, Ligtenberg and Moschytz (ICASSP 1989) in whole numbers: constants have 13 bits after the
 * point, what goes from the columns to the rows has 2. Coefficients are 8 times those of T.81; the quantisation divides.
 */

/** Reciprocals of the quantisation, i16, 17 bits after the point: luma, then chroma, each in the order of a block. */
const reciprocals: usize = memory.data(2 * 64 * 2, 16);
/** Huffman codes, u32 `code << 8 | length`: 16 of DC by size, 256 of AC by `run << 4 | size`; luma, then chroma. */
const codes: usize = memory.data(2 * (16 + 256) * 4, 16);
/** For each position of the zigzag order the offset of its coefficient in a block, bytes. */
const zigzag: usize = memory.data(64, 16);
/** i16, 15 bits after the point: luma from luma (less 1), Cb and Cr, and its offset; Cb from Cb (less 1) and Cr; Cr from Cb and Cr (less 1). */
const colours: usize = memory.data(8 * 2, 16);

// The rest is of use in here only. A block is 8 × 8 i16; as coefficients its rows are horizontal frequencies.
const samples: usize = memory.data(6 * 128, 16);
const coefficients: usize = memory.data(128, 16);
const ordered: usize = memory.data(128, 16);
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

let accumulator: u64 = 0;
/** Bits of the accumulator that were not written yet: fewer than 32. */
let pending: i32 = 0;
let out: usize = 0;

/** Lanes 0, 8, 1, 9, 2, 10, 3, 11 of the two. */
function low(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}
function high(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}
function low32(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}
function high32(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}
function low64(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
function high64(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

function pair(a: i32, b: i32): v128 {
  return i32x4.splat((a & 0xffff) | (b << 16));
}
function rounded(x: v128, bits: i32): v128 {
  return i32x4.shr_s(i32x4.add(x, i32x4.splat(1 << (bits - 1))), bits);
}

/** a·k[0] + b·k[1], of lanes that `low` and `high` made of a and b. */
function turned(ab0: v128, ab1: v128, k: v128, bits: i32): v128 {
  return i16x8.narrow_i32x4_s(rounded(i32x4.dot_i16x8_s(ab0, k), bits), rounded(i32x4.dot_i16x8_s(ab1, k), bits));
}
/** a·k[0] + b·k[1] + c·l[0] + d·l[1]. */
function mixed(ab0: v128, ab1: v128, k: v128, cd0: v128, cd1: v128, l: v128, bits: i32): v128 {
  return i16x8.narrow_i32x4_s(
    rounded(i32x4.add(i32x4.dot_i16x8_s(ab0, k), i32x4.dot_i16x8_s(cd0, l)), bits),
    rounded(i32x4.add(i32x4.dot_i16x8_s(ab1, k), i32x4.dot_i16x8_s(cd1, l)), bits),
  );
}

/** DCT of each column of a block, in place. The constants are √2·cos(kπ/16)·2^13, k = 1 … 7 without 4. */
function columns(block: usize, isFirst: bool): void {
  const bits = isFirst ? 11 : 15;
  const x0 = v128.load(block, 0);
  const x1 = v128.load(block, 16);
  const x2 = v128.load(block, 32);
  const x3 = v128.load(block, 48);
  const x4 = v128.load(block, 64);
  const x5 = v128.load(block, 80);
  const x6 = v128.load(block, 96);
  const x7 = v128.load(block, 112);
  const s0 = i16x8.add(x0, x7);
  const s1 = i16x8.add(x1, x6);
  const s2 = i16x8.add(x2, x5);
  const s3 = i16x8.add(x3, x4);
  const e0 = i16x8.add(s0, s3);
  const e1 = i16x8.add(s1, s2);
  const e2 = i16x8.sub(s1, s2);
  const e3 = i16x8.sub(s0, s3);
  const sum = i16x8.add(e0, e1);
  const difference = i16x8.sub(e0, e1);
  if (isFirst) {
    v128.store(block, i16x8.shl(sum, 2), 0);
    v128.store(block, i16x8.shl(difference, 2), 64);
  } else {
    const half = i16x8.splat(2);
    v128.store(block, i16x8.shr_s(i16x8.add_sat_s(sum, half), 2), 0);
    v128.store(block, i16x8.shr_s(i16x8.add_sat_s(difference, half), 2), 64);
  }
  const even0 = low(e3, e2);
  const even1 = high(e3, e2);
  v128.store(block, turned(even0, even1, pair(10703, 4433), bits), 32);
  v128.store(block, turned(even0, even1, pair(4433, -10703), bits), 96);
  const d0 = i16x8.sub(x0, x7);
  const d1 = i16x8.sub(x1, x6);
  const d2 = i16x8.sub(x2, x5);
  const d3 = i16x8.sub(x3, x4);
  const a0 = low(d0, d1);
  const a1 = high(d0, d1);
  const b0 = low(d2, d3);
  const b1 = high(d2, d3);
  v128.store(block, mixed(a0, a1, pair(11363, 9633), b0, b1, pair(6437, 2260), bits), 16);
  v128.store(block, mixed(a0, a1, pair(9633, -2260), b0, b1, pair(-11363, -6437), bits), 48);
  v128.store(block, mixed(a0, a1, pair(6437, -11363), b0, b1, pair(2260, 9633), bits), 80);
  v128.store(block, mixed(a0, a1, pair(2260, -6437), b0, b1, pair(9633, -11363), bits), 112);
}

function transpose(block: usize): void {
  const x0 = v128.load(block, 0);
  const x1 = v128.load(block, 16);
  const x2 = v128.load(block, 32);
  const x3 = v128.load(block, 48);
  const x4 = v128.load(block, 64);
  const x5 = v128.load(block, 80);
  const x6 = v128.load(block, 96);
  const x7 = v128.load(block, 112);
  const a0 = low(x0, x1);
  const a1 = high(x0, x1);
  const a2 = low(x2, x3);
  const a3 = high(x2, x3);
  const a4 = low(x4, x5);
  const a5 = high(x4, x5);
  const a6 = low(x6, x7);
  const a7 = high(x6, x7);
  const b0 = low32(a0, a2);
  const b1 = high32(a0, a2);
  const b2 = low32(a1, a3);
  const b3 = high32(a1, a3);
  const b4 = low32(a4, a6);
  const b5 = high32(a4, a6);
  const b6 = low32(a5, a7);
  const b7 = high32(a5, a7);
  v128.store(block, low64(b0, b4), 0);
  v128.store(block, high64(b0, b4), 16);
  v128.store(block, low64(b1, b5), 32);
  v128.store(block, high64(b1, b5), 48);
  v128.store(block, low64(b2, b6), 64);
  v128.store(block, high64(b2, b6), 80);
  v128.store(block, low64(b3, b7), 96);
  v128.store(block, high64(b3, b7), 112);
}

/** To the nearest, and within what has a code: 10 bits of size. */
function quantise(block: usize, table: usize): void {
  const half = i32x4.splat(1 << 16);
  const most = i16x8.splat(1023);
  const least = i16x8.splat(-1023);
  for (let at: usize = 0; at < 128; at += 16) {
    const value = v128.load(block + at);
    const by = v128.load(table + at);
    const first = i32x4.shr_s(i32x4.add(i32x4.extmul_low_i16x8_s(value, by), half), 17);
    const second = i32x4.shr_s(i32x4.add(i32x4.extmul_high_i16x8_s(value, by), half), 17);
    v128.store(coefficients + at, i16x8.max_s(i16x8.min_s(i16x8.narrow_i32x4_s(first, second), most), least));
  }
}

function order(): void {
  for (let at: usize = 0; at < 64; at += 8) {
    const from = zigzag + at;
    const to = ordered + at * 2;
    store<i16>(to, load<i16>(coefficients + load<u8>(from, 0)), 0);
    store<i16>(to, load<i16>(coefficients + load<u8>(from, 1)), 2);
    store<i16>(to, load<i16>(coefficients + load<u8>(from, 2)), 4);
    store<i16>(to, load<i16>(coefficients + load<u8>(from, 3)), 6);
    store<i16>(to, load<i16>(coefficients + load<u8>(from, 4)), 8);
    store<i16>(to, load<i16>(coefficients + load<u8>(from, 5)), 10);
    store<i16>(to, load<i16>(coefficients + load<u8>(from, 6)), 12);
    store<i16>(to, load<i16>(coefficients + load<u8>(from, 7)), 14);
  }
}

/** Behind each byte 255 comes a 0, because 255 begins a marker (T.81 B.1.1.5). */
function putByte(byte: u8): void {
  store<u8>(out, byte);
  out += 1;
  if (byte === 255) {
    store<u8>(out, 0);
    out += 1;
  }
}

/** One that may have bytes 255. */
function putWord(word: u32): void {
  putByte(<u8>(word >> 24));
  putByte(<u8>(word >> 16));
  putByte(<u8>(word >> 8));
  putByte(<u8>word);
}

/** At most 32 bits. */
function put(value: u32, bits: i32): void {
  accumulator = (accumulator << bits) | value;
  pending += bits;
  if (pending >= 32) {
    pending -= 32;
    putWord(<u32>(accumulator >> pending));
  }
}

function putCode(table: usize, symbol: i32): void {
  const code = load<u32>(table + (symbol << 2));
  put(code >> 8, code & 255);
}

/** `component`: 0 luma, 1 chroma. Returns the DC coefficient, which the next block of its kind is told from. */
function encodeBlock(block: usize, component: i32, previous: i32): i32 {
  columns(block, true);
  transpose(block);
  columns(block, false);
  quantise(block, reciprocals + component * 128);
  order();
  const dcCodes = codes + component * (16 + 256) * 4;
  const acCodes = dcCodes + 16 * 4;
  const dc = <i32>load<i16>(ordered);
  // One bit for each coefficient that is not 0.
  let left: u64 = 0;
  for (let at: usize = 0; at < 64; at += 16) {
    const bytes = i8x16.narrow_i16x8_s(v128.load(ordered + at * 2, 0), v128.load(ordered + at * 2, 16));
    left |= (<u64>(<u32>i8x16.bitmask(i8x16.ne(bytes, i8x16.splat(0))))) << at;
  }
  left &= ~1;
  // What is written is held in local variables here: globals would be half of the work.
  let bits = accumulator;
  let count = pending;
  let to = out;
  let last: i32 = 0;
  let symbols = dcCodes;
  let value = dc - previous;
  for (;;) {
    // A code and the bits of the value behind it; negative values are one less (T.81 F.1.2.1).
    const sign = value >> 31;
    const size = 32 - clz<i32>((value ^ sign) - sign);
    const code = load<u32>(symbols + (size << 2));
    bits = (bits << ((code & 255) + size)) | (((code >> 8) << size) | ((value + sign) & ((1 << size) - 1)));
    count += (code & 255) + size;
    if (count >= 32) {
      count -= 32;
      const word = <u32>(bits >> count);
      // Does one of its bytes have all bits set?
      if (((~word - 0x01010101) & word & 0x80808080) === 0) {
        store<u32>(to, bswap<u32>(word));
        to += 4;
      } else {
        out = to;
        putWord(word);
        to = out;
      }
    }
    if (left === 0) break;
    const at = <i32>ctz(left);
    left &= left - 1;
    let run = at - last - 1;
    last = at;
    if (run > 15) {
      accumulator = bits;
      pending = count;
      out = to;
      for (; run > 15; run -= 16) putCode(acCodes, 0xf0);
      bits = accumulator;
      count = pending;
      to = out;
    }
    value = <i32>load<i16>(ordered + (at << 1));
    symbols = acCodes + (run << 6);
  }
  accumulator = bits;
  pending = count;
  out = to;
  if (last !== 63) putCode(acCodes, 0);
  return dc;
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
  accumulator = 0;
  pending = 0;
  out = to;
  let previousLuma: i32 = 0;
  let previousCb: i32 = 0;
  let previousCr: i32 = 0;
  const step: usize = cr === 0 ? 2 : 1;
  const chromaColumns = (width + 1) >> 1;
  const chromaRows = (height + 1) >> 1;
  for (let y: usize = 0; y < height; y += 16) {
    for (let x: usize = 0; x < width; x += 16) {
      if (out + mostUnitBytes > end) return 0;
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
  // The last byte is filled up with ones (T.81 F.1.2.3).
  const missing = (8 - (pending & 7)) & 7;
  put((1 << missing) - 1, missing);
  while (pending > 0) {
    pending -= 8;
    putByte(<u8>(accumulator >> pending));
  }
  return out - to;
}
