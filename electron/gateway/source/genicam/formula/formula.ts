import { isFunctionName } from './formula-functions.ts';
import { FormulaError, type Token, tokenize } from './formula-tokens.ts';

/** A formula of a GenICam file, parsed. Evaluated by formula-evaluation.ts. */
export type Expression =
  | { readonly kind: 'number'; readonly value: bigint | number }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'call'; readonly function: string; readonly arguments: readonly Expression[] };

export type Formula = {
  readonly root: Expression;
  /** Those that are named in it; constants like PI as well. */
  readonly variables: ReadonlySet<string>;
};

/** How tightly an operator binds to the expression on its left: as in C, which Aravis follows. */
const bindings: Readonly<Record<string, number>> = {
  '||': 10,
  '&&': 20,
  '|': 40,
  '^': 50,
  '&': 60,
  '=': 70,
  '<>': 70,
  '<': 80,
  '>': 80,
  '<=': 80,
  '>=': 80,
  '<<': 90,
  '>>': 90,
  '+': 100,
  '-': 100,
  '*': 110,
  '/': 110,
  '%': 110,
  '**': 120,
};
const choiceBinding = 5;
const unaryBinding = 130;

/** Nested brackets while parsing; and the height of the tree, for evaluation recurses as deep. */
const deepest = 600;
const highest = 1_500;

/** Throws `FormulaError` with what is wrong, to be read behind a colon. */
export function parseFormula(text: string): Formula {
  return new Parser(tokenize(text)).parse();
}

/** Pratt: each operator decides by its binding whether it takes the expression that was read so far. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #variables = new Set<string>();
  readonly #heights = new Map<Expression, number>();
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Formula {
    const root = this.#expression(0);
    if (this.#peek().kind !== 'end') throw new FormulaError('the formula goes on where it should end');
    return { root, variables: this.#variables };
  }

  #expression(binding: number): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) throw new FormulaError('the formula is nested too deep');
    let left = this.#prefix();
    for (;;) {
      const next = this.#extended(left, binding);
      if (next === null) break;
      left = next;
    }
    this.#depth -= 1;
    return left;
  }

  /** Null where the next token does not continue an expression that binds as tightly as `binding`. */
  #extended(left: Expression, binding: number): Expression | null {
    const token = this.#peek();
    if (token.kind !== 'operator') return null;
    if (token.operator === '?') {
      if (choiceBinding < binding) return null;
      this.#at += 1;
      const yes = this.#expression(0);
      this.#expect(':');
      const no = this.#expression(choiceBinding);
      return this.#above({ kind: 'choice', test: left, yes, no }, [left, yes, no]);
    }
    const own = bindings[token.operator];
    if (own === undefined || own <= binding) return null;
    this.#at += 1;
    // Powers are taken from the right: 2 ** 3 ** 2 is 2 ** 9.
    const right = this.#expression(token.operator === '**' ? own - 1 : own);
    return this.#above({ kind: 'binary', operator: token.operator, left, right }, [left, right]);
  }

  #prefix(): Expression {
    const token = this.#peek();
    this.#at += 1;
    if (token.kind === 'number') return token;
    if (token.kind === 'name') return this.#named(token.name);
    if (token.kind === 'operator') {
      if (token.operator === '(') {
        const inner = this.#expression(0);
        this.#expect(')');
        return inner;
      }
      if (token.operator === '-' || token.operator === '+' || token.operator === '~') {
        const operand = this.#expression(unaryBinding);
        return this.#above({ kind: 'unary', operator: token.operator, operand }, [operand]);
      }
    }
    throw new FormulaError('the formula lacks a value');
  }

  #named(name: string): Expression {
    const next = this.#peek();
    if (next.kind !== 'operator' || next.operator !== '(') {
      this.#variables.add(name);
      return { kind: 'variable', name };
    }
    this.#at += 1;
    const values = [this.#expression(0)];
    while (this.#isOperator(',') && values.length < 3) {
      this.#at += 1;
      values.push(this.#expression(0));
    }
    this.#expect(')');
    const called = name.toLowerCase();
    if (!isFunctionName(called)) throw new FormulaError(`the formula uses the unknown function ${name.slice(0, 40)}`);
    if (values.length > (called === 'round' ? 2 : 1)) throw new FormulaError(`${called} takes no second value`);
    return this.#above({ kind: 'call', function: called, arguments: values }, values);
  }

  #above(expression: Expression, parts: readonly Expression[]): Expression {
    const height = 1 + Math.max(...parts.map((part) => this.#heights.get(part) ?? 0));
    if (height > highest) throw new FormulaError('the formula is too long');
    this.#heights.set(expression, height);
    return expression;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end' };
  }

  #isOperator(operator: string): boolean {
    const token = this.#peek();
    return token.kind === 'operator' && token.operator === operator;
  }

  #expect(operator: string): void {
    if (!this.#isOperator(operator)) throw new FormulaError(`the formula lacks a "${operator}"`);
    this.#at += 1;
  }
}
