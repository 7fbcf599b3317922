import type { FeatureValue } from '../../../../shared/camera.ts';
import type { DescriptionNode } from './description/description-nodes.ts';
import type { Evaluation } from './evaluation.ts';
import type { NodeRange } from './evaluator.ts';
import { availableEntries, featureKind } from './feature-values.ts';
import type { NumberValue } from './formula/formula-evaluation.ts';
import { lockedRefusal, quoted, refusal } from './genicam-errors.ts';
import { isWritable } from './node-access.ts';
import { lockInWords, lockOf } from './node-lock.ts';
import { writeBytes, writeNumber, writeText } from './node-writes.ts';
import { parseInteger } from './numbers.ts';

/** Checks what was asked against the feature as it is now, and writes it. Rejects with a `OperatorError`. */
export async function setFeature(node: DescriptionNode, value: FeatureValue, evaluation: Evaluation): Promise<void> {
  await requireWritable(node, evaluation, `set to ${quoted(String(value))}`);
  switch (featureKind(node)) {
    case 'integer': {
      const integer = integerIn(value);
      if (integer === null) throw wrongKind(node, 'a whole number', value);
      await requireInRange(node, integer, evaluation);
      return writeNumber(node.name, integer, evaluation);
    }
    case 'float': {
      if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongKind(node, 'a number', value);
      await requireInRange(node, value, evaluation);
      return writeNumber(node.name, value, evaluation);
    }
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongKind(node, 'true or false', value);
      return writeNumber(node.name, value ? 1n : 0n, evaluation);
    case 'enumeration':
      return writeNumber(node.name, await entryValue(node, value, evaluation), evaluation);
    case 'string':
      return setText(node, value, evaluation);
    case 'register':
      return setRegister(node, value, evaluation);
    default:
      throw refusal(
        `The camera setting ${quoted(node.name)} is a command and holds no value; ${quoted(String(value))} was asked for.`,
        'Execute it instead.',
      );
  }
}

export async function requireWritable(node: DescriptionNode, evaluation: Evaluation, asked: string): Promise<void> {
  const access = await evaluation.access(node.name);
  if (isWritable(access)) return;
  const name = quoted(node.name);
  const lock = await lockOf(node, evaluation);
  if (lock !== null) {
    throw lockedRefusal(
      `The camera setting ${name} is locked (${await lockInWords(lock, evaluation)}); it was to be ${asked}.`,
      'Change what locks it, or stop the acquisition, and try again.',
    );
  }
  if (access === 'RO') {
    throw refusal(
      `The camera setting ${name} can only be read now; it was to be ${asked}.`,
      'Stop the acquisition, or change the setting that locks this one. Some settings can never be changed.',
    );
  }
  throw refusal(
    `The camera setting ${name} is not available now; it was to be ${asked}.`,
    'Change the setting that it depends on first. Some cameras do not have this setting at all.',
  );
}

async function requireInRange(node: DescriptionNode, value: NumberValue, evaluation: Evaluation): Promise<void> {
  const range = await evaluation.range(node.name);
  const { minimum, maximum, increment } = range;
  const below = minimum !== null && value < minimum;
  const above = maximum !== null && value > maximum;
  if (!below && !above && fitsIncrement(value, minimum ?? 0, increment)) return;
  throw refusal(
    `The camera setting ${quoted(node.name)} takes ${rangeText(range)}${node.unit === '' ? '' : ` ${node.unit.slice(0, 20)}`}; ${value} was asked for.`,
    'Choose a value within these limits. They may depend on other settings.',
  );
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

function rangeText({ minimum, maximum, increment }: NodeRange): string {
  const steps =
    increment === null || Number(increment) <= 0 || Number(increment) === 1 ? '' : ` in steps of ${increment}`;
  if (minimum !== null && maximum !== null) return `${minimum} to ${maximum}${steps}`;
  if (minimum !== null) return `${minimum} or more${steps}`;
  return maximum === null ? `values${steps}` : `${maximum} or less${steps}`;
}

async function entryValue(node: DescriptionNode, value: FeatureValue, evaluation: Evaluation): Promise<bigint> {
  const entries = await availableEntries(node, evaluation);
  const chosen = entries.find((entry) => entry.name === value);
  if (chosen !== undefined) return chosen.value;
  const known = node.entries.some((entry) => entry.name === value);
  const shown = entries.slice(0, 30).map((entry) => entry.name);
  const more = entries.length > shown.length ? ' …' : '';
  throw refusal(
    `The camera setting ${quoted(node.name)} ${known ? 'does not offer' : 'does not know'} ${quoted(String(value))}${known ? ' now' : ''}; it takes ${shown.join(', ') || 'nothing at the moment'}${more}.`,
    'Choose one of these.',
  );
}

async function setText(node: DescriptionNode, value: FeatureValue, evaluation: Evaluation): Promise<void> {
  if (typeof value !== 'string') throw wrongKind(node, 'a text', value);
  const longest = await longestTextOf(node, evaluation);
  if (longest !== null && Buffer.byteLength(value) > longest) {
    throw refusal(
      `The camera setting ${quoted(node.name)} takes a text of up to ${longest} bytes; ${quoted(value)} has ${Buffer.byteLength(value)}.`,
      'Choose a shorter text.',
    );
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
    throw wrongKind(node, `${length} bytes in hexadecimal`, value);
  }
  return writeBytes(node, Buffer.from(value, 'hex'), evaluation);
}

/** Beyond 2^53 integers come as digits. */
function integerIn(value: FeatureValue): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === 'string' ? parseInteger(value) : null;
}

function wrongKind(node: DescriptionNode, wanted: string, value: FeatureValue): Error {
  return refusal(
    `The camera setting ${quoted(node.name)} takes ${wanted}; ${quoted(String(value))} was asked for.`,
    'Correct the value.',
  );
}
