import { high, high32, high64, low, low32, low64 } from './lanes';

/**
 * Forward DCT of a block of 8 × 8 i16 (ITU-T T.81 A.3.3), eight columns at a time, in whole numbers: constants have 13
 * bits after the point, what goes from the columns to the rows has 2.
 */

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

/** Of each column of a block, in place. The constants are √2·cos(kπ/16)·2^13, k = 1 … 7 without 4. */
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
  v128.store(block, mixed(a0, a1, pair(11363, 9633), b0, b1, pair(6436, 2260), bits), 16);
  v128.store(block, mixed(a0, a1, pair(9633, -2260), b0, b1, pair(-11363, -6436), bits), 48);
  v128.store(block, mixed(a0, a1, pair(6436, -11363), b0, b1, pair(2260, 9633), bits), 80);
  v128.store(block, mixed(a0, a1, pair(2260, -6436), b0, b1, pair(9633, -11363), bits), 112);
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

/**
 * In place. Coefficients are 8 times those of T.81, and lie transposed: rows are horizontal frequencies. Samples are
 * less 128.
 */
export function transform(block: usize): void {
  columns(block, true);
  transpose(block);
  columns(block, false);
}
