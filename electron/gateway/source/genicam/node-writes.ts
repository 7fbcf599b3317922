import type { DescriptionNode, Operand } from './description/description-nodes.ts';
import type { Evaluation } from './evaluation.ts';
import type { NumberValue } from './formula/formula-evaluation.ts';
import { nodeError } from './genicam-errors.ts';
import { evaluateNodeFormula } from './node-formulas.ts';
import { literalNumber, requiredSource, rounded } from './node-values.ts';
import { encodeFloat, encodeInteger, integerRange } from './register-codec.ts';
import { fieldOf, orderOf, registerOf } from './register-place.ts';

/**
 * Writing goes down from a feature to the registers that its value is made of. Ranges and access are checked before, by
 * feature-setting.ts. Each write makes old what depends on it. All reject with a `OperatorError`, or with the port's own.
 */

export type WriteOptions = {
  /** A command's register does not keep what is written to it. */
  readonly transient?: boolean;
};

export function writeNumber(
  name: string,
  value: NumberValue,
  evaluation: Evaluation,
  options: WriteOptions = {},
): Promise<void> {
  return evaluation.within('write', name, async (node) => {
    switch (node.kind) {
      case 'IntReg':
      case 'MaskedIntReg':
      case 'StructReg':
      case 'StructEntry':
        return writeInteger(node, rounded(node, value), evaluation, options);
      case 'FloatReg':
        return writeFloat(node, Number(value), evaluation);
      case 'Converter':
      case 'IntConverter': {
        const converted = await evaluateNodeFormula(node, node.formulaTo, evaluation, { name: 'FROM', value });
        return writeSource(node, converted, evaluation, options);
      }
      case 'Integer':
      case 'Enumeration':
        return writeSource(node, rounded(node, value), evaluation, options);
      case 'Float':
        return writeSource(node, Number(value), evaluation, options);
      case 'Boolean':
        return writeSource(node, Number(value) === 0 ? node.offValue : node.onValue, evaluation, options);
      default:
        throw nodeError(name, 'it can only be read');
    }
  });
}

export function writeText(name: string, text: string, evaluation: Evaluation): Promise<void> {
  return evaluation.within('write', name, async (node) => {
    if (node.kind === 'StringReg') {
      const bytes = Buffer.alloc((await evaluation.place(name)).length);
      Buffer.from(text, 'utf8').copy(bytes);
      return writeBytes(node, bytes, evaluation);
    }
    if (node.kind !== 'String') throw nodeError(name, 'it holds no text');
    const { operand, local } = await requiredSource(node, evaluation);
    if ('node' in operand) return writeText(operand.node, text, evaluation);
    evaluation.camera.locals.set(local, text);
    forgetDependents(node, evaluation);
  });
}

export async function writeBytes(
  node: DescriptionNode,
  bytes: Buffer,
  evaluation: Evaluation,
  options: WriteOptions = {},
): Promise<void> {
  const facts = registerOf(node);
  const place = await evaluation.place(node.name);
  if (place.leadsTo.kind !== 'camera')
    throw nodeError(node.name, 'it is a part of a picture or event and can only be read');
  if (bytes.byteLength !== place.length) throw nodeError(node.name, `it takes ${place.length} bytes`);
  try {
    const fresh = options.transient ?? false;
    const policy = { node: node.name, cachable: facts.cachable, order: orderOf(node), fresh };
    await evaluation.camera.cache.write(place, bytes, policy);
  } finally {
    // A write that failed may have been carried out all the same.
    forgetDependents(node, evaluation);
  }
}

/** The number that a command writes. */
export async function commandValueOf(node: DescriptionNode, evaluation: Evaluation): Promise<bigint> {
  if (node.commandValue === null) return 1n;
  if ('node' in node.commandValue) return evaluation.integer(node.commandValue.node);
  return rounded(node, literalNumber(node, node.commandValue));
}

export async function writeSource(
  node: DescriptionNode,
  value: NumberValue,
  evaluation: Evaluation,
  options: WriteOptions,
): Promise<void> {
  const { operand, local } = await requiredSource(node, evaluation);
  await writeOperand(node, operand, local, value, evaluation, options);
  for (const copy of node.copies) await writeNumber(copy, value, evaluation, options);
}

async function writeOperand(
  node: DescriptionNode,
  operand: Operand,
  local: string,
  value: NumberValue,
  evaluation: Evaluation,
  options: WriteOptions,
): Promise<void> {
  if ('node' in operand) return writeNumber(operand.node, value, evaluation, options);
  evaluation.camera.locals.set(local, value);
  forgetDependents(node, evaluation);
}

async function writeInteger(
  node: DescriptionNode,
  value: bigint,
  evaluation: Evaluation,
  options: WriteOptions,
): Promise<void> {
  const facts = registerOf(node);
  const { length } = await evaluation.place(node.name);
  const field = fieldOf(node, length);
  const { minimum, maximum } = integerRange(facts.signed, field.width);
  // Of 64 bits any value fits: unsigned ones wrap.
  if (field.width < 64 && (value < minimum || value > maximum)) {
    throw nodeError(node.name, `its register takes ${minimum} to ${maximum}, not ${value}`);
  }
  const before = await neighbours(node, length, field.width, evaluation);
  await writeBytes(node, encodeInteger(value, before, facts, field), evaluation, options);
}

/** The other bits of a masked register are written back as they are; where they can't be read, as zero. */
async function neighbours(
  node: DescriptionNode,
  length: number,
  width: number,
  evaluation: Evaluation,
): Promise<Uint8Array> {
  const facts = registerOf(node);
  if (width === length * 8 || facts.access === 'WO') return Buffer.alloc(length);
  const place = await evaluation.place(node.name);
  if (place.leadsTo.kind !== 'camera') return Buffer.alloc(length);
  // Afresh: the camera may have changed them since.
  return evaluation.camera.cache.read(place, {
    node: node.name,
    cachable: facts.cachable,
    order: orderOf(node),
    fresh: true,
  });
}

async function writeFloat(node: DescriptionNode, value: number, evaluation: Evaluation): Promise<void> {
  const { length } = await evaluation.place(node.name);
  if (length !== 4 && length !== 8) throw nodeError(node.name, `its number has ${length} bytes`);
  await writeBytes(node, encodeFloat(value, length, registerOf(node).bigEndian), evaluation);
}

function forgetDependents(node: DescriptionNode, evaluation: Evaluation): void {
  evaluation.camera.cache.forget(evaluation.camera.dependents.of(node.name));
}
