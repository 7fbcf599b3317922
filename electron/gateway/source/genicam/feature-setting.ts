import type { FeatureValue } from '../../../../shared/camera.ts';
import { type Message, message, type ParamsOf } from '../../../../shared/messages/message.ts';
import type { DescriptionNode } from './description/description-nodes.ts';
import type { Evaluation } from './evaluation.ts';
import type { NodeRange } from './evaluator.ts';
import { availableEntries, featureKind } from './feature-values.ts';
import type { NumberValue } from './formula/formula-evaluation.ts';
import { oneLine, refusal } from './genicam-errors.ts';
import { isWritable } from './node-access.ts';
import { lockOf, locksOf } from './node-lock.ts';
import { writeBytes, writeNumber, writeText } from './node-writes.ts';
import { parseInteger } from './numbers.ts';

/** Checks what was asked against the feature as it is now, and writes it. Rejects with a `OperatorError`. */
export async function setFeature(node: DescriptionNode, value: FeatureValue, evaluation: Evaluation): Promise<void> {
  await requireWritable(node, evaluation, value);
  switch (featureKind(node)) {
    case 'integer': {
      const integer = integerIn(value);
      if (integer === null) throw wrongKind(node, 'integer', value);
      await requireInRange(node, integer, evaluation);
      return writeNumber(node.name, integer, evaluation);
    }
    case 'float': {
      if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongKind(node, 'number', value);
      await requireInRange(node, value, evaluation);
      return writeNumber(node.name, value, evaluation);
    }
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongKind(node, 'boolean', value);
      return writeNumber(node.name, value ? 1n : 0n, evaluation);
    case 'enumeration':
      return writeNumber(node.name, await entryValue(node, value, evaluation), evaluation);
    case 'string':
      return setText(node, value, evaluation);
    case 'register':
      return setRegister(node, value, evaluation);
    default:
      throw refusal(message('camera-setting-is-command', wishOf(node, value)));
  }
}

/** `value`: what it was to be set to; null for a command, which was to be executed. */
export async function requireWritable(
  node: DescriptionNode,
  evaluation: Evaluation,
  value: FeatureValue | null,
): Promise<void> {
  const access = await evaluation.access(node.name);
  if (isWritable(access)) return;
  const asked = { context: value === null ? 'execute' : 'set', ...wishOf(node, value ?? '') } as const;
  const lock = await lockOf(node, evaluation);
  if (lock !== null) {
    throw refusal(message('camera-setting-locked', { ...asked, locks: await locksOf(lock, evaluation) }));
  }
  throw refusal(message(access === 'RO' ? 'camera-setting-read-only' : 'camera-setting-unavailable', asked));
}

/** Which setting, and what was asked of it. */
const wishOf = ({ name }: DescriptionNode, value: FeatureValue): { readonly name: string; readonly value: string } => ({
  name: oneLine(name),
  value: oneLine(String(value)),
});

async function requireInRange(node: DescriptionNode, value: NumberValue, evaluation: Evaluation): Promise<void> {
  const range = await evaluation.range(node.name);
  const { minimum, maximum, increment } = range;
  const below = minimum !== null && value < minimum;
  const above = maximum !== null && value > maximum;
  if (!below && !above && fitsIncrement(value, minimum ?? 0, increment)) return;
  const limits = limitsOf(range, node.unit.slice(0, 20));
  throw refusal(message('camera-setting-range', { name: oneLine(node.name), value: String(value), limits }));
}

function fitsIncrement(value: NumberValue, start: NumberValue, increment: NumberValue | null): boolean {
  if (increment === null || increment <= 0) return true;
  if (typeof value === 'bigint' && typeof increment === 'bigint' && typeof start !== 'number') {
    return (value - start) % increment === 0n;
  }
  const steps = (Number(value) - Number(start)) / Number(increment);
  // Doubles: 0.1 is no exact step of anything.
  return !Number.isFinite(steps) || Math.abs(steps - Math.round(steps)) < 1e-6 * Math.max(1, Math.abs(steps));
}

function limitsOf({ minimum, maximum, increment }: NodeRange, unit: string): Message {
  const hasSteps = increment !== null && Number(increment) > 0 && Number(increment) !== 1;
  const ends = minimum === null ? (maximum === null ? 'any' : 'most') : maximum === null ? 'least' : 'between';
  return message('camera-range', {
    context: hasSteps ? `${ends}-steps` : ends,
    minimum: String(minimum ?? ''),
    maximum: String(maximum ?? ''),
    increment: String(increment ?? ''),
    unit,
  });
}

async function entryValue(node: DescriptionNode, value: FeatureValue, evaluation: Evaluation): Promise<bigint> {
  const entries = await availableEntries(node, evaluation);
  const chosen = entries.find((entry) => entry.name === value);
  if (chosen !== undefined) return chosen.value;
  const known = node.entries.some((entry) => entry.name === value) ? 'not-now' : 'unknown';
  const shown = entries.slice(0, 30).map((entry) => entry.name);
  const more = entries.length > shown.length ? ' …' : '';
  throw refusal(
    message('camera-setting-choice', {
      context: shown.length === 0 ? `${known}-none` : known,
      ...wishOf(node, value),
      choices: `${shown.join(', ')}${more}`,
    }),
  );
}

async function setText(node: DescriptionNode, value: FeatureValue, evaluation: Evaluation): Promise<void> {
  if (typeof value !== 'string') throw wrongKind(node, 'text', value);
  const longest = await longestTextOf(node, evaluation);
  const length = Buffer.byteLength(value);
  if (longest !== null && length > longest) {
    throw refusal(message('camera-setting-text-too-long', { ...wishOf(node, value), longest, length }));
  }
  return writeText(node.name, value, evaluation);
}

async function longestTextOf(node: DescriptionNode, evaluation: Evaluation): Promise<number | null> {
  let current = node;
  // The write itself finds strings that lead back to themselves.
  for (let step = 0; step < 10 && current.kind === 'String'; step += 1) {
    const source = await evaluation.source(current);
    if (source === null || !('node' in source.operand)) return null;
    current = evaluation.node(source.operand.node);
  }
  return current.register === null ? null : (await evaluation.place(current.name)).length;
}

async function setRegister(node: DescriptionNode, value: FeatureValue, evaluation: Evaluation): Promise<void> {
  const { length } = await evaluation.place(node.name);
  if (typeof value !== 'string' || !/^([0-9a-f]{2})*$/i.test(value) || value.length !== length * 2) {
    throw wrongKind(node, 'register', value, length);
  }
  return writeBytes(node, Buffer.from(value, 'hex'), evaluation);
}

/** Beyond 2^53 integers come as digits. */
function integerIn(value: FeatureValue): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === 'string' ? parseInteger(value) : null;
}

/** `length`: of a register, bytes. */
function wrongKind(
  node: DescriptionNode,
  context: ParamsOf<'camera-setting-kind'>['context'],
  value: FeatureValue,
  length = 0,
): Error {
  return refusal(message('camera-setting-kind', { context, ...wishOf(node, value), length }));
}
