import { parseInteger } from '../numbers.ts';

export type Token =
  | { readonly kind: 'number'; readonly value: bigint | number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'operator'; readonly operator: string }
  | { readonly kind: 'end' };

export class FormulaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FormulaError';
  }
}

const longestFormula = 65_536;
const blank = /\s+/y;
const hexadecimal = /0[xX][0-9a-fA-F]{1,16}(?![0-9a-zA-Z_.])/y;
const decimal = /(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![0-9a-zA-Z_.])/y;
/** Dots lead to a variable's properties: `WIDTH.Max`. */
const name = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*/y;
/** Longest first. Both spellings of equality are met in the field. */
const operator = /\*\*|<<|>>|<>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~?:=<>(),]/y;

/** Throws `FormulaError`. */
export function tokenize(formula: string): readonly Token[] {
  if (formula.length > longestFormula) throw new FormulaError('the formula is too long');
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(formula)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  while (at < formula.length) {
    if (take(blank) !== null) continue;
    const hex = take(hexadecimal);
    const text = hex ?? take(decimal);
    if (text !== null) {
      tokens.push(number(text));
      continue;
    }
    const word = take(name);
    if (word !== null) {
      tokens.push({ kind: 'name', name: word });
      continue;
    }
    const sign = take(operator);
    if (sign === null) throw new FormulaError(`the formula has an unknown sign at ${at + 1}`);
    tokens.push({ kind: 'operator', operator: canonical(sign) });
  }
  tokens.push({ kind: 'end' });
  return tokens;
}

function number(text: string): Token {
  const integer = parseInteger(text);
  if (integer !== null) return { kind: 'number', value: integer };
  const value = Number(text);
  if (!Number.isFinite(value)) throw new FormulaError('the formula has a number that is too large');
  return { kind: 'number', value };
}

function canonical(sign: string): string {
  if (sign === '==') return '=';
  return sign === '!=' ? '<>' : sign;
}
