/** Halves away from zero, as C rounds; `digits` behind the point. */
function round(value: number, digits = 0): number {
  const scale = 10 ** Math.trunc(digits);
  const rounded = (Math.sign(value) * Math.round(Math.abs(value) * scale)) / scale;
  return Number.isFinite(rounded) ? rounded : value;
}

const functions: ReadonlyMap<string, (value: number, second?: number) => number> = new Map([
  ['sin', Math.sin],
  ['cos', Math.cos],
  ['tan', Math.tan],
  ['asin', Math.asin],
  ['acos', Math.acos],
  ['atan', Math.atan],
  ['abs', Math.abs],
  ['exp', Math.exp],
  ['ln', Math.log],
  ['lg', Math.log10],
  ['sqrt', Math.sqrt],
  ['sgn', Math.sign],
  ['neg', (value: number) => -value],
  ['trunc', Math.trunc],
  ['round', round],
  ['floor', Math.floor],
  ['ceil', Math.ceil],
]);

/** `name` in lower case; files write them in either. */
export function isFunctionName(name: string): boolean {
  return functions.has(name);
}

export function callFloat(name: string, value: number, second?: number): number {
  const called = functions.get(name);
  if (called === undefined) return Number.NaN;
  return second === undefined ? called(value) : called(value, second);
}

/** Null for a function that leaves the integers: it is computed as a double and cut. */
export function callInteger(name: string, value: bigint): bigint | null {
  switch (name) {
    case 'abs':
      return value < 0n ? -value : value;
    case 'sgn':
      return value < 0n ? -1n : value > 0n ? 1n : 0n;
    case 'neg':
      return -value;
    case 'trunc':
    case 'round':
    case 'floor':
    case 'ceil':
      return value;
    default:
      return null;
  }
}
