import { describe, expect, it } from 'vitest';
import {
  formatBigCount,
  formatBytes,
  formatCount,
  formatRate,
  formatShortCount,
  fractionOf,
  plural,
} from '../../../shared/messages/numbers.ts';

describe('sizes and counts', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [2_140_000, '2.1 MB'],
    [99_960_000, '100 MB'],
    [999_600_000, '1 GB'],
    [50_000_000_000, '50 GB'],
    [9_007_199_254_740_991, '9 PB'],
  ])('says %i bytes as "%s"', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('keeps the share of a bar between nothing and everything', () => {
    expect([fractionOf(5, 10), fractionOf(20, 10), fractionOf(-1, 10), fractionOf(1, 0)]).toEqual([0.5, 1, 0, 0]);
  });

  it('shortens a count only where it has six digits, and never upwards', () => {
    expect([0, 99_999, 100_000, 999_999, 1_254_331, 98_765_432_109].map(formatShortCount)).toEqual([
      '0',
      '99,999',
      '100 k',
      '999 k',
      '1.25 M',
      '98.7 G',
    ]);
  });

  it('shows a large figure exactly as long as its digits have room', () => {
    expect([formatBigCount(999_999_999), formatBigCount(98_765_432_109)]).toEqual(['999,999,999', '98.7 G']);
    expect(formatCount(1_254_331)).toBe('1,254,331');
  });

  it('says one box and two boxes', () => {
    expect([plural(0, 'box', 'boxes'), plural(1, 'box', 'boxes'), plural(1_000, 'file')]).toEqual([
      '0 boxes',
      '1 box',
      '1,000 files',
    ]);
  });

  it('never shows a small rate as no rate', () => {
    expect([0, 0.04, 0.1, 9.94, 9.96, 1_234.5].map(formatRate)).toEqual(['0', '<0.1', '0.1', '9.9', '10', '1,235']);
  });
});
