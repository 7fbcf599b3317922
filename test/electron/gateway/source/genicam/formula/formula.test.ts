import { describe, expect, it, test } from 'vitest';
import { parseFormula } from '../../../../../../electron/gateway/source/genicam/formula/formula.ts';
import {
  evaluateFloat,
  evaluateInteger,
  type NumberValue,
} from '../../../../../../electron/gateway/source/genicam/formula/formula-evaluation.ts';
import { FormulaError } from '../../../../../../electron/gateway/source/genicam/formula/formula-tokens.ts';

type Variables = Readonly<Record<string, NumberValue>>;
const integer = (text: string, variables: Variables = {}): bigint =>
  evaluateInteger(parseFormula(text), (name) => variables[name]);
const float = (text: string, variables: Variables = {}): number =>
  evaluateFloat(parseFormula(text), (name) => variables[name]);

describe('integer formulas', () => {
  test.each([
    ['10+2', 12n],
    ['(24+2)*2', 52n],
    ['24+2*8', 40n],
    ['10-8-1', 1n],
    ['10/4', 2n],
    ['-7/2', -3n],
    ['-7%3', -1n],
    ['4*-3', -12n],
    ['4*+3', 12n],
    ['2**10*2', 2048n],
    ['2**3**2', 512n],
    ['-2**2', 4n],
    ['2**-1', 0n],
    ['1=1?1:0', 1n],
    ['1==0 ? 1 : 0 ? 2 : 3', 3n],
    ['1<>2', 1n],
    ['1!=1', 0n],
    ['2>=2', 1n],
    ['1>=2', 0n],
    ['2<=1', 0n],
    ['1<2', 1n],
    ['255 & 8', 8n],
    ['128 | 8', 136n],
    ['3 ^ 1', 2n],
    ['~255', -256n],
    ['1<<4', 16n],
    ['1<<63', -(2n ** 63n)],
    ['1<<64', 0n],
    ['-16>>2', -4n],
    ['16>>200', 0n],
    ['6 & 3 = 3', 0n],
    ['1 | 2 ^ 3 & 5', 3n],
    ['1 + 2 << 1', 6n],
    ['(2=2)&&(1=2)', 0n],
    ['0 || 5', 1n],
    ['0xFFFFFFFFFFFFFFFF', -1n],
    ['0x7fffffffffffffff + 1', -(2n ** 63n)],
    ['9007199254740993 + 0', 9007199254740993n],
    ['3 ** 63', BigInt.asIntN(64, 3n ** 63n)],
    ['2 ** 9223372036854775807', 0n],
    ['ABS(-10000000000)', 10_000_000_000n],
    ['sgn(-2) + NEG(3)', -4n],
    ['2.5*4', 10n],
    ['10/4*2', 4n],
    ['10.0/4*2', 5n],
    ['10/4*2.0', 4n],
    ['10.1-8.1', 2n],
    ['0.29*100', 29n],
    ['0.1*30', 3n],
    ['2.9', 2n],
    ['-2.9', -2n],
    ['2.1<>2', 1n],
    ['2>2.1', 0n],
    ['0.5 ? 2 : 3', 2n],
    ['0.5 && 1', 1n],
    ['7.9 & 3', 3n],
    ['~7.9', -8n],
    ['ROUND(2.5) + CEIL(0.1)', 4n],
    ['9007199254740993 * 1', 9007199254740993n],
    ['sqrt(17)', 4n],
    ['sqrt(2)*10', 14n],
    ['(~(~0xC2000221|0xFEFFFFFF)) ? 2:0', 0n],
    ['(0 & 1)=0?((0 & 1)+2):1', 2n],
  ])('%s is %s', (text, value) => {
    expect(integer(text)).toBe(value);
  });
});

describe('float formulas', () => {
  test.each([
    ['10/4', 2.5],
    ['2.5*4', 10],
    ['.5+5.', 5.5],
    ['1e-3*1000', 1],
    ['10%3', 1],
    ['2.1<>2', 1],
    ['1.0=1', 1],
    ['2**0.5', Math.SQRT2],
    ['LN(E)', 1],
    ['lg(1000)', Math.log10(1000)],
    ['cos(PI)', -1],
    ['SIN(-PI/2)', -1],
    ['exp(1)', Math.E],
    ['atan(1)*4', Math.PI],
    ['asin(1)+acos(0)', Math.PI],
    ['tan(0)', 0],
    ['round(10.9)', 11],
    ['ROUND(-20.5)', -21],
    ['round(-20.11, 1)', -20.1],
    ['trunc(-11.9)', -11],
    ['floor(-11.9)', -12],
    ['ceil(10.1)', 11],
    ['7.9 & 3', 3],
    ['~255', -256],
    ['0.5 && 1', 1],
    ['0.5 ? 2 : 3', 2],
  ])('%s is %s', (text, value) => {
    expect(float(text)).toBeCloseTo(value, 12);
  });
});

describe('variables', () => {
  it('have dots in their names, and come before constants of the same name', () => {
    expect(integer('WIDTH.Max - WIDTH', { 'WIDTH.Max': 2048n, WIDTH: 512n })).toBe(1536n);
    expect(float('E + PI', { E: 1 })).toBeCloseTo(1 + Math.PI, 12);
    expect([...parseFormula('A.Min+sin(B)*FROM').variables]).toEqual(['A.Min', 'B', 'FROM']);
  });

  it('with decimals keep them in an integer formula, to its end', () => {
    expect(integer('0.1 * TO', { TO: 100n })).toBe(10n);
    expect(integer('TO / 10 * 0.5', { TO: 25n })).toBe(1n);
    expect(integer('K * TO', { K: 0.1, TO: 100n })).toBe(10n);
    expect(() => integer('K * TO', { K: Number.POSITIVE_INFINITY, TO: 1n })).toThrow(FormulaError);
  });

  it('are asked for only where the formula needs them', () => {
    const touchy = (text: string): bigint =>
      evaluateInteger(parseFormula(text), (name) => {
        if (name === 'A') return 0n;
        throw new Error(`${name} can’t be read`);
      });
    expect(touchy('A ? B : 7')).toBe(7n);
    expect(touchy('A && B')).toBe(0n);
    expect(touchy('A = 0 || B')).toBe(1n);
    expect(() => touchy('A = 0 ? B : 7')).toThrow('B can’t be read');
  });
});

describe('what is no formula', () => {
  test.each(
    [
      '',
      '(',
      ')',
      '1+',
      '1 2',
      'UNKNOWN(1)',
      'sin(',
      'sin()',
      'sin(1,2)',
      'round(1,2,3)',
      '1?2',
      '1?2:',
      '0x',
      '0xG',
      '1e999',
      '1..2',
      '2a',
      '$',
      'a;b',
      '"a"',
      'process.exit(1)',
      'a[0]',
      '`x`',
      'A.',
      '1 = = 2',
      '(((((((((',
      '@'.repeat(50),
      '('.repeat(100_000),
      '-'.repeat(60_000),
      `${'1+'.repeat(30_000)}1`,
      '1?'.repeat(20_000),
      'sin('.repeat(15_000),
      `${'2**'.repeat(20_000)}1`,
    ].map((text) => [text.length > 40 ? `${text.slice(0, 12)}… (${text.length})` : text, text]),
  )('%s is refused', (_, text) => {
    expect(() => float(text ?? '')).toThrow(FormulaError);
  });

  it('divides by zero, or has no result that is an integer', () => {
    for (const text of ['1/0', '1%0', '0**-1', 'ln(0)', 'sqrt(-1)']) expect(() => integer(text)).toThrow(FormulaError);
    expect(() => float('1/0')).toThrow(FormulaError);
    expect(() => float('(0-1)**0.5 & 1')).toThrow(FormulaError);
    expect(() => integer('X + 1')).toThrow('X, which is not defined');
  });

  it('reaches nothing of this program', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'globalThis', 'Function']) {
      expect(() => integer(name)).toThrow(FormulaError);
      expect(() => integer(`${name}(1)`)).toThrow(FormulaError);
    }
  });

  it('may still be long, and nested as deep as those of real cameras', () => {
    expect(integer(`${'('.repeat(250)}7${')'.repeat(250)}`)).toBe(7n);
    expect(integer(Array.from({ length: 1_000 }, () => '1').join('+'))).toBe(1_000n);
    const table = `${Array.from({ length: 200 }, (_, index) => `(X=${index})?${index * 2}:(`).join('')}0${')'.repeat(200)}`;
    expect(integer(table, { X: 150n })).toBe(300n);
  });
});
