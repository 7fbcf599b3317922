import type { DescriptionNode, Operand, RegisterFacts } from './description/description-nodes.ts';
import type { Evaluator, RegisterPlace } from './evaluator.ts';
import { nodeError } from './genicam-errors.ts';
import { type ByteOrder, largestAccess } from './memory-port.ts';
import { parseInteger } from './numbers.ts';
import { type BitField, bitField, longestInteger } from './register-codec.ts';

const defaultLength = 4n;

/** Where a register lies: the sum of its addresses, and of what its indexes add. Rejects with a `OperatorError`. */
export async function placeOf(node: DescriptionNode, evaluator: Evaluator): Promise<RegisterPlace> {
  const facts = registerOf(node);
  const length = facts.length === null ? defaultLength : await operandInteger(node, facts.length, evaluator);
  if (length < 1n || length > BigInt(largestAccess)) throw nodeError(node.name, `its register has ${length} bytes`);
  let address = 0n;
  for (const part of facts.addresses) address += await operandInteger(node, part, evaluator);
  for (const { node: index, offset } of facts.indexes) {
    const step = offset === null ? length : await operandInteger(node, offset, evaluator);
    address += (await evaluator.integer(index)) * step;
  }
  // Addresses of 64 bits are read as signed numbers; none of that height can be asked for anyway.
  if (address < 0n || address + length > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw nodeError(node.name, 'its register has no valid address');
  }
  return { address: Number(address), length: Number(length), leadsTo: await targetOf(node, evaluator) };
}

/** Where a register's port leads. */
export async function targetOf(node: DescriptionNode, evaluator: Evaluator): Promise<RegisterPlace['leadsTo']> {
  const { port } = registerOf(node);
  const target = port === null ? undefined : evaluator.camera.nodes.get(port)?.leadsTo;
  if (target === undefined) return { kind: 'camera' };
  if (target.kind !== 'chunk') return target;
  const id = 'number' in target.id ? target.id.number : Number(await evaluator.integer(target.id.node));
  return { kind: 'chunk', id };
}

/** The bits of an integer register that carry its value. */
export function fieldOf(node: DescriptionNode, length: number): BitField {
  if (length > longestInteger) throw nodeError(node.name, `its number has ${length} bytes`);
  const facts = registerOf(node);
  const masked = node.kind === 'MaskedIntReg' || node.kind === 'StructEntry';
  const field = bitField(masked ? facts : { ...facts, lsb: null, msb: null }, length);
  if (field === null) throw nodeError(node.name, 'its register does not have the bits that it names');
  return field;
}

/** Of the number that a register holds; null where it holds bytes or text. */
export function orderOf(node: DescriptionNode): ByteOrder | null {
  if (node.kind === 'StringReg' || node.kind === 'Register') return null;
  return registerOf(node).bigEndian ? 'big-endian' : 'little-endian';
}

export function registerOf(node: DescriptionNode): RegisterFacts {
  if (node.register === null) throw nodeError(node.name, 'it is not a register');
  return node.register;
}

async function operandInteger(node: DescriptionNode, operand: Operand, evaluator: Evaluator): Promise<bigint> {
  if ('node' in operand) return evaluator.integer(operand.node);
  const value = parseInteger(operand.literal);
  if (value === null) throw nodeError(node.name, 'its address or length is no number');
  return value;
}
