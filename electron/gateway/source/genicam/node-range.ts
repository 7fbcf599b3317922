import { OperatorError } from '../../platform/errors.ts';
import type { DescriptionNode, Operand } from './description/description-nodes.ts';
import type { Evaluator, NodeRange } from './evaluator.ts';
import type { NumberValue } from './formula/formula-evaluation.ts';
import { evaluateNodeFormula } from './node-formulas.ts';
import { literalNumber } from './node-values.ts';
import { integerRange } from './register-codec.ts';
import { fieldOf, registerOf } from './register-place.ts';

const unbounded: NodeRange = { minimum: null, maximum: null, increment: null };

/** What may be written: a node's own limits, and within them those of what its value is written to. */
export async function rangeOf(node: DescriptionNode, evaluator: Evaluator): Promise<NodeRange> {
  switch (node.kind) {
    case 'IntReg':
    case 'MaskedIntReg':
    case 'StructReg':
    case 'StructEntry': {
      const { length } = await evaluator.place(node.name);
      return { ...integerRange(registerOf(node).signed, fieldOf(node, length).width), increment: 1n };
    }
    case 'Integer':
    case 'Float':
      return ownRange(node, evaluator);
    case 'Converter':
    case 'IntConverter':
      return convertedRange(node, evaluator);
    default:
      return unbounded;
  }
}

async function ownRange(node: DescriptionNode, evaluator: Evaluator): Promise<NodeRange> {
  const source = await evaluator.source(node);
  const inner = source !== null && 'node' in source.operand ? await evaluator.range(source.operand.node) : unbounded;
  const minimum = await limit(node, node.minimum, evaluator);
  const maximum = await limit(node, node.maximum, evaluator);
  const increment = (await limit(node, node.increment, evaluator)) ?? inner.increment;
  return {
    minimum: tighter(minimum, inner.minimum, (own, other) => own > other),
    maximum: tighter(maximum, inner.maximum, (own, other) => own < other),
    increment: increment ?? (node.kind === 'Integer' ? 1n : null),
  };
}

async function limit(
  node: DescriptionNode,
  operand: Operand | null,
  evaluator: Evaluator,
): Promise<NumberValue | null> {
  if (operand === null) return null;
  const value = 'node' in operand ? await evaluator.number(operand.node) : literalNumber(node, operand);
  // Written out, an infinite limit is none.
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

function tighter(
  own: NumberValue | null,
  inner: NumberValue | null,
  isTighter: (own: NumberValue, inner: NumberValue) => boolean,
): NumberValue | null {
  if (own === null || inner === null) return own ?? inner;
  return isTighter(own, inner) ? own : inner;
}

/** The ends of the other side's range, converted; a falling formula swaps them. */
async function convertedRange(node: DescriptionNode, evaluator: Evaluator): Promise<NodeRange> {
  const source = await evaluator.source(node);
  if (source === null || !('node' in source.operand) || node.varying) return unbounded;
  const inner = await evaluator.range(source.operand.node);
  const first = await convertedLimit(node, inner.minimum, evaluator);
  const last = await convertedLimit(node, inner.maximum, evaluator);
  // With one end only it can't be told which one it is.
  if (first === null || last === null) return unbounded;
  return first <= last
    ? { minimum: first, maximum: last, increment: null }
    : { minimum: last, maximum: first, increment: null };
}

async function convertedLimit(
  node: DescriptionNode,
  value: NumberValue | null,
  evaluator: Evaluator,
): Promise<NumberValue | null> {
  if (value === null) return null;
  try {
    const limit = await evaluateNodeFormula(node, node.formulaFrom, evaluator, { name: 'TO', value });
    return typeof limit === 'number' && !Number.isFinite(limit) ? null : limit;
  } catch (error) {
    // 1 / TO has no value at 0, and is fine everywhere else.
    if (error instanceof OperatorError && error.code === 'camera-feature') return null;
    throw error;
  }
}
