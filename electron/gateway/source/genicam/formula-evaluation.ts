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

/** Every step in 64-bit integers that wrap, as in C; divisions are cut. Throws `FormulaError`, and what `lookup` does. */
export function evaluateInteger(formula: Formula, lookup: VariableLookup): bigint {
  return integerOf(formula.root, lookup);
}

/** Every step in doubles; bitwise operators work on their integer parts. Throws as `evaluateInteger`. */
export function evaluateFloat(formula: Formula, lookup: VariableLookup): number {
  return floatOf(formula.root, lookup);
}

/** Cut towards zero. Throws `FormulaError` where there is no such integer. */
export function toInteger(value: NumberValue): bigint {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value);
  if (!Number.isFinite(value)) throw new FormulaError('the formula yields no number');
  return BigInt.asIntN(64, BigInt(Math.trunc(value)));
}

function variable(name: string, lookup: VariableLookup): NumberValue {
  const value = lookup(name) ?? constants.get(name.toUpperCase());
  if (value === undefined) throw new FormulaError(`the formula uses ${name.slice(0, 80)}, which is not defined`);
  return value;
}

function integerOf(expression: Expression, lookup: VariableLookup): bigint {
  switch (expression.kind) {
    case 'number':
      return expression.integer;
    case 'variable':
      return toInteger(variable(expression.name, lookup));
    case 'unary': {
      const value = integerOf(expression.operand, lookup);
      if (expression.operator === '~') return ~value;
      return expression.operator === '-' ? BigInt.asIntN(64, -value) : value;
    }
    case 'choice':
      return integerOf(integerOf(expression.test, lookup) !== 0n ? expression.yes : expression.no, lookup);
    case 'call': {
      const [value = 0n, second] = expression.arguments.map((argument) => integerOf(argument, lookup));
      const exact = callInteger(expression.function, value);
      if (exact !== null) return BigInt.asIntN(64, exact);
      return toInteger(
        callFloat(expression.function, Number(value), second === undefined ? undefined : Number(second)),
      );
    }
    case 'binary': {
      const left = integerOf(expression.left, lookup);
      // What decides already must keep the rest from being asked: it may be what can't be read.
      if (expression.operator === '&&' && left === 0n) return 0n;
      if (expression.operator === '||' && left !== 0n) return 1n;
      return combineIntegers(expression.operator, left, integerOf(expression.right, lookup));
    }
  }
}

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
      return expression.float;
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
