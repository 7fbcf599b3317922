import type { DescriptionNode, Operand } from './description/description-nodes.ts';
import type { Evaluator, ValueSource } from './evaluator.ts';
import type { NumberValue } from './formula/formula-evaluation.ts';
import { nodeError } from './genicam-errors.ts';
import { evaluateNodeFormula } from './node-formulas.ts';
import { parseFloatText, parseInteger } from './numbers.ts';
import { decodeFloat, decodeInteger, decodeText } from './register-codec.ts';
import { fieldOf, registerOf } from './register-place.ts';

/** A node's value as a number: of an enumeration its integer, of a boolean 1 or 0. */
export async function numberOf(node: DescriptionNode, evaluator: Evaluator): Promise<NumberValue> {
  switch (node.kind) {
    case 'IntReg':
    case 'MaskedIntReg':
    case 'StructReg':
    case 'StructEntry': {
      const bytes = await evaluator.bytes(node.name);
      return decodeInteger(bytes, registerOf(node), fieldOf(node, bytes.byteLength));
    }
    case 'FloatReg':
      return decodeFloat(await evaluator.bytes(node.name), registerOf(node).bigEndian);
    case 'SwissKnife':
    case 'IntSwissKnife':
      return evaluateNodeFormula(node, node.formula, evaluator);
    case 'Converter':
    case 'IntConverter': {
      const value = await sourceNumber(node, evaluator);
      return evaluateNodeFormula(node, node.formulaFrom, evaluator, { name: 'TO', value });
    }
    case 'Integer':
    case 'Enumeration':
      return rounded(node, await sourceNumber(node, evaluator));
    case 'Float':
      return Number(await sourceNumber(node, evaluator));
    case 'Boolean':
      return rounded(node, await sourceNumber(node, evaluator)) === node.onValue ? 1n : 0n;
    default:
      throw nodeError(node.name, 'it is not a number');
  }
}

export async function textOf(node: DescriptionNode, evaluator: Evaluator): Promise<string> {
  if (node.kind === 'StringReg') return decodeText(await evaluator.bytes(node.name));
  if (node.kind !== 'String') return String(await evaluator.number(node.name));
  const source = await requiredSource(node, evaluator);
  if ('node' in source.operand) return evaluator.text(source.operand.node);
  return String(evaluator.camera.locals.get(source.local) ?? source.operand.literal);
}

/** The value, or of several the one that the index chooses. Null where the node has none. */
export async function sourceOf(node: DescriptionNode, evaluator: Evaluator): Promise<ValueSource | null> {
  if (node.index !== null) {
    const index = await evaluator.integer(node.index);
    const chosen = node.indexed.find((candidate) => candidate.index === index);
    if (chosen !== undefined) return { operand: chosen.value, local: `${node.name}[${index}]` };
    if (node.fallback !== null) return { operand: node.fallback, local: `${node.name}[]` };
  }
  return node.value === null ? null : { operand: node.value, local: node.name };
}

export async function requiredSource(node: DescriptionNode, evaluator: Evaluator): Promise<ValueSource> {
  const source = await evaluator.source(node);
  if (source === null) throw nodeError(node.name, 'the description gives no value for it');
  return source;
}

async function sourceNumber(node: DescriptionNode, evaluator: Evaluator): Promise<NumberValue> {
  const { operand, local } = await requiredSource(node, evaluator);
  if ('node' in operand) return evaluator.number(operand.node);
  const value = evaluator.camera.locals.get(local);
  return typeof value === 'bigint' || typeof value === 'number' ? value : literalNumber(node, operand);
}

/** What stands in the file itself; a boolean's may be a word. */
export function literalNumber(node: DescriptionNode, operand: Operand & { literal: string }): NumberValue {
  const text = operand.literal;
  if (node.kind === 'Boolean' && /^(true|false)$/i.test(text)) {
    return text.toLowerCase() === 'true' ? node.onValue : node.offValue;
  }
  const value = parseInteger(text) ?? parseFloatText(text);
  if (value === null) throw nodeError(node.name, 'one of its values is no number');
  return value;
}

/** To the nearest integer; what the camera reports as a fraction is meant as one of its whole numbers. */
export function rounded(node: DescriptionNode, value: NumberValue): bigint {
  if (typeof value === 'bigint') return value;
  if (!Number.isFinite(value)) throw nodeError(node.name, 'its value is not finite');
  return BigInt.asIntN(64, BigInt(Math.sign(value) * Math.round(Math.abs(value))));
}
