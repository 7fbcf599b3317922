import { quote } from './problems.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/;
const MAX_DIGITS = 64;

/** A finite number, also when written as text (`"0.5"`, `"1e-3"`); null for everything else. */
export function readNumber(value: unknown): number | null {
  const number = typeof value === 'string' ? parseNumber(value.trim()) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function parseNumber(text: string): number | null {
  return text.length <= MAX_DIGITS && NUMBER.test(text) ? Number(text) : null;
}

export const hasDecimalComma = (text: string): boolean => text.length <= MAX_DIGITS && DECIMAL_COMMA.test(text);

/** Completes "its width …": what is there instead of a usable value. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (typeof value === 'string') {
    const text = value.trim();
    if (text === '') return 'is empty';
    return hasDecimalComma(text)
      ? `is ${quote(text)} with a decimal comma (write ${quote(text.replace(',', '.'))})`
      : `is ${quote(text)}`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return `is ${value}`;
  return Array.isArray(value) ? 'is a list' : 'is an object';
}
