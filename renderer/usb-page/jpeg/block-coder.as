import { transform } from './forward-dct';

/** Blocks of 8 × 8 samples to quantised coefficients, and these to Huffman codes (ITU-T T.81 F.1.2). */

/** Reciprocals of the quantisation, i16, 17 bits after the point: luma, then chroma, each in the order of a block. */
export const reciprocals: usize = memory.data(2 * 64 * 2, 16);
/** Huffman codes, u32 `code << 8 | length`: 16 of DC by size, 256 of AC by `run << 4 | size`; luma, then chroma. */
export const codes: usize = memory.data(2 * (16 + 256) * 4, 16);
/** For each position of the zigzag order the offset of its coefficient in a block, bytes. */
export const zigzag: usize = memory.data(64, 16);

const coefficients: usize = memory.data(128, 16);
const ordered: usize = memory.data(128, 16);

let accumulator: u64 = 0;
/** Bits of the accumulator that were not written yet: fewer than 32. */
let pending: i32 = 0;
let out: usize = 0;

export function begin(to: usize): void {
  accumulator = 0;
  pending = 0;
  out = to;
}

/** Where the next byte goes. */
export function position(): usize {
  return out;
}

/** Writes what is pending; the last byte is filled up with ones (T.81 F.1.2.3). */
export function finish(): void {
  const missing = (8 - (pending & 7)) & 7;
  put((1 << missing) - 1, missing);
  while (pending > 0) {
    pending -= 8;
    putByte(<u8>(accumulator >> pending));
  }
}

/** To the nearest. Samples of 8 bits have no coefficient beyond ±1024, and but for DC none beyond 10 bits of size. */
function quantise(block: usize, table: usize): void {
  const half = i32x4.splat(1 << 16);
  for (let at: usize = 0; at < 128; at += 16) {
    const value = v128.load(block + at);
    const by = v128.load(table + at);
    const first = i32x4.shr_s(i32x4.add(i32x4.extmul_low_i16x8_s(value, by), half), 17);
    const second = i32x4.shr_s(i32x4.add(i32x4.extmul_high_i16x8_s(value, by), half), 17);
    v128.store(coefficients + at, i16x8.narrow_i32x4_s(first, second));
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
export function encodeBlock(block: usize, component: i32, previous: i32): i32 {
  transform(block);
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
