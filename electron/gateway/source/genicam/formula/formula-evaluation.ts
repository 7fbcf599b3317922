import type { Expression, Formula } from './formula.ts';
import { callFloat, callInteger } from './formula-functions.ts';
import { FormulaError } from './formula-tokens.ts';

/** Integers are exact and of 64 bits; other numbers are doubles. */
export type NumberValue = bigint | number;

/** The variable's value; undefined where the formula names what does not exist. May throw: only when it is needed. */
export type VariableLookup = (name: string) => NumberValue | undefined;

const constants: ReadonlyMap<string, number> = new Map([
  ['PI', Math.PI],
  ['E', Math.E],
]);

/**
 * Whole numbers with whole numbers in 64-bit integers that wrap, as in C, and their divisions are cut; whatever has to
 * do with a decimal fraction in doubles, and only the result is cut. Throws `FormulaError`, and what `lookup` does.
 */
export function evaluateInteger(formula: Formula, lookup: VariableLookup): bigint {
  return cut(evaluateExact(formula, lookup));
}

/** As `evaluateInteger`, with the decimals of the result: for a part of another formula. */
export function evaluateExact(formula: Formula, lookup: VariableLookup): NumberValue {
  return exactOf(formula.root, lookup);
}

/** 0.29 * 100 is a little less than 29 in doubles, and is meant as 29. */
const leastDifference = 1e-9;

function cut(value: NumberValue): bigint {
  if (typeof value === 'bigint' || !Number.isFinite(value)) return toInteger(value);
  const nearest = Math.round(value);
  const isMeant = Math.abs(value - nearest) <= leastDifference * Math.max(1, Math.abs(value));
  return toInteger(isMeant ? nearest : value);
}

/** Every step in doubles; bitwise operators work on their integer parts. Throws as `evaluateInteger`. */
export function evaluateFloat(formula: Formula, lookup: VariableLookup): number {
  return floatOf(formula.root, lookup);
}

/** Cut towards zero. Throws `FormulaError` where there is no such integer. */
function toInteger(value: NumberValue): bigint {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value);
  if (!Number.isFinite(value)) throw new FormulaError('the formula yields no number');
  return BigInt.asIntN(64, BigInt(Math.trunc(value)));
}

function variable(name: string, lookup: VariableLookup): NumberValue {
  const value = lookup(name) ?? constants.get(name.toUpperCase());
  if (value === undefined) throw new FormulaError(`the formula uses ${name.slice(0, 80)}, which is not defined`);
  return value;
}

function exactOf(expression: Expression, lookup: VariableLookup): NumberValue {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'variable': {
      const value = variable(expression.name, lookup);
      return typeof value === 'bigint' ? toInteger(value) : value;
    }
    case 'unary': {
      const value = exactOf(expression.operand, lookup);
      if (expression.operator === '~') return ~toInteger(value);
      if (expression.operator !== '-') return value;
      return typeof value === 'bigint' ? BigInt.asIntN(64, -value) : -value;
    }
    case 'choice':
      return exactOf(isTrue(exactOf(expression.test, lookup)) ? expression.yes : expression.no, lookup);
    case 'call': {
      const [value = 0n, second] = expression.arguments.map((argument) => exactOf(argument, lookup));
      const exact = typeof value === 'bigint' ? callInteger(expression.function, value) : null;
      if (exact !== null) return BigInt.asIntN(64, exact);
      return callFloat(expression.function, Number(value), second === undefined ? undefined : Number(second));
    }
    case 'binary': {
      const { operator } = expression;
      const left = exactOf(expression.left, lookup);
      // What decides already must keep the rest from being asked: it may be what can't be read.
      if (operator === '&&' && !isTrue(left)) return 0n;
      if (operator === '||' && isTrue(left)) return 1n;
      const right = exactOf(expression.right, lookup);
      return typeof left === 'bigint' && typeof right === 'bigint'
        ? combineIntegers(operator, left, right)
        : combineFloats(operator, Number(left), Number(right));
    }
  }
}

const isTrue = (value: NumberValue): boolean => (typeof value === 'bigint' ? value !== 0n : value !== 0);

function combineIntegers(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return BigInt.asIntN(64, left + right);
    case '-':
      return BigInt.asIntN(64, left - right);
    case '*':
      return BigInt.asIntN(64, left * right);
    case '/':
    case '%':
      if (right === 0n) throw new FormulaError('the formula divides by zero');
      return BigInt.asIntN(64, operator === '/' ? left / right : left % right);
    case '**':
      return power(left, right);
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return right < 0n || right > 63n ? 0n : BigInt.asIntN(64, left << right);
    case '>>':
      return right < 0n || right > 63n ? (left < 0n ? -1n : 0n) : left >> right;
    default:
      return compare(operator, left, right) ? 1n : 0n;
  }
}

/** By squaring, wrapped at every step: the exponent is the camera's, and the exact result could fill the memory. */
function power(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) {
    if (base === 0n) throw new FormulaError('the formula divides by zero');
    if (base === 1n) return 1n;
    return base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  }
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

function floatOf(expression: Expression, lookup: VariableLookup): number {
  switch (expression.kind) {
    case 'number':
      return Number(expression.value);
    case 'variable':
      return Number(variable(expression.name, lookup));
    case 'unary': {
      const value = floatOf(expression.operand, lookup);
      if (expression.operator === '~') return Number(~toInteger(value));
      return expression.operator === '-' ? -value : value;
    }
    case 'choice':
      return floatOf(floatOf(expression.test, lookup) !== 0 ? expression.yes : expression.no, lookup);
    case 'call': {
      const [value = 0, second] = expression.arguments.map((argument) => floatOf(argument, lookup));
      return callFloat(expression.function, value, second);
    }
    case 'binary': {
      const left = floatOf(expression.left, lookup);
      if (expression.operator === '&&' && left === 0) return 0;
      if (expression.operator === '||' && left !== 0) return 1;
      return combineFloats(expression.operator, left, floatOf(expression.right, lookup));
    }
  }
}

function combineFloats(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new FormulaError('the formula divides by zero');
      return left / right;
    case '%':
      if (right === 0) throw new FormulaError('the formula divides by zero');
      return left % right;
    case '**':
      return left ** right;
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return Number(combineIntegers(operator, toInteger(left), toInteger(right)));
    default:
      return compare(operator, left, right) ? 1 : 0;
  }
}

function compare(operator: string, left: NumberValue, right: NumberValue): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    case '&&':
      return Boolean(left) && Boolean(right);
    case '||':
      return Boolean(left) || Boolean(right);
    default:
      throw new FormulaError('the formula has an unknown operator');
  }
}
