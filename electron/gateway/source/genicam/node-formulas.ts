import type { DescriptionNode } from './description/description-nodes.ts';
import type { Evaluator } from './evaluator.ts';
import type { Formula } from './formula/formula.ts';
import { evaluateExact, evaluateFloat, evaluateInteger, type NumberValue } from './formula/formula-evaluation.ts';
import { FormulaError } from './formula/formula-tokens.ts';
import { concernsOneFeature, nodeError } from './genicam-errors.ts';
import { parseFloatText, parseInteger } from './numbers.ts';

const deepestExpressions = 50;

/** `FROM` or `TO`, of a converter. */
export type GivenVariable = { readonly name: string; readonly value: NumberValue };

/**
 * A formula of this node, with its variables, constants and expressions. Integer nodes count in 64-bit integers, the
 * others in doubles. Rejects with a `OperatorError` that names the node.
 */
export async function evaluateNodeFormula(
  node: DescriptionNode,
  text: string,
  evaluator: Evaluator,
  given: GivenVariable | null = null,
): Promise<NumberValue> {
  const scope = new Scope(node, evaluator);
  if (given !== null) scope.set(given.name, given.value);
  try {
    return await scope.evaluate(text, 0);
  } catch (error) {
    if (error instanceof FormulaError) throw nodeError(node.name, error.message);
    throw error;
  }
}

/** Variables are asked for before; one that fails does so only if the formula comes to need it. */
class Scope {
  readonly #node: DescriptionNode;
  readonly #evaluator: Evaluator;
  readonly #exact: boolean;
  readonly #known = new Map<string, () => NumberValue | undefined>();

  constructor(node: DescriptionNode, evaluator: Evaluator) {
    this.#node = node;
    this.#evaluator = evaluator;
    this.#exact = node.kind === 'IntSwissKnife' || node.kind === 'IntConverter';
  }

  set(name: string, value: NumberValue): void {
    this.#known.set(name, () => value);
  }

  async evaluate(text: string, depth: number): Promise<NumberValue> {
    const formula: Formula = this.#evaluator.camera.formulas.get(text);
    for (const name of formula.variables) {
      if (this.#known.has(name)) continue;
      this.#known.set(name, failing(new FormulaError(`its expression ${name.slice(0, 80)} needs itself`)));
      this.#known.set(name, await this.#resolve(name, depth));
    }
    const lookup = (name: string): NumberValue | undefined => this.#known.get(name)?.();
    if (!this.#exact) return evaluateFloat(formula, lookup);
    // What is a part of another formula keeps its decimals.
    return depth === 0 ? evaluateInteger(formula, lookup) : evaluateExact(formula, lookup);
  }

  async #resolve(name: string, depth: number): Promise<() => NumberValue | undefined> {
    try {
      const value = await this.#valueOf(name, depth);
      return () => value;
    } catch (error) {
      if (error instanceof FormulaError || concernsOneFeature(error)) return failing(error);
      throw error;
    }
  }

  async #valueOf(name: string, depth: number): Promise<NumberValue | undefined> {
    const constant = this.#node.constants.find((candidate) => candidate.name === name);
    if (constant !== undefined) return this.#constant(constant.text);
    const expression = this.#node.expressions.find((candidate) => candidate.name === name);
    if (expression !== undefined) {
      if (depth >= deepestExpressions) throw new FormulaError('its expressions are nested too deep');
      return this.evaluate(expression.text, depth + 1);
    }
    // `WIDTH.Max` is a variable of that name, or a property of the variable WIDTH.
    const dot = name.indexOf('.');
    const stem = dot < 0 ? name : name.slice(0, dot);
    const variable =
      this.#node.variables.find((candidate) => candidate.name === name) ??
      this.#node.variables.find((candidate) => candidate.name === stem);
    if (variable === undefined) return undefined;
    return this.#property(variable.node, dot < 0 ? '' : name.slice(dot + 1));
  }

  #constant(text: string): NumberValue {
    const value = parseInteger(text) ?? parseFloatText(text);
    if (value === null) throw new FormulaError('one of its constants is no number');
    return value;
  }

  async #property(node: string, property: string): Promise<NumberValue | undefined> {
    const [kind = '', entry] = property.split('.');
    switch (kind.toLowerCase()) {
      case '':
      case 'value':
        return this.#evaluator.number(node);
      case 'min':
        return (await this.#evaluator.range(node)).minimum ?? undefined;
      case 'max':
        return (await this.#evaluator.range(node)).maximum ?? undefined;
      case 'inc':
        return (await this.#evaluator.range(node)).increment ?? undefined;
      case 'enum':
      case 'entry':
        return this.#evaluator.node(node).entries.find((candidate) => candidate.name === entry)?.value;
      default:
        return undefined;
    }
  }
}

function failing(error: Error): () => never {
  return () => {
    throw error;
  };
}
