import type { Feature, FeatureValue } from '../../../../shared/camera.ts';
import type { DescriptionNode, EnumerationEntry, NodeKind } from './description/description-nodes.ts';
import type { Evaluator, NodeRange } from './evaluator.ts';
import type { NumberValue } from './formula/formula-evaluation.ts';
import { concernsOneFeature } from './genicam-errors.ts';

/** How the window and the configuration see nodes. */

const kinds: Readonly<Record<NodeKind, Feature['kind'] | null>> = {
  Category: null,
  Port: null,
  Integer: 'integer',
  IntReg: 'integer',
  MaskedIntReg: 'integer',
  StructEntry: 'integer',
  IntConverter: 'integer',
  IntSwissKnife: 'integer',
  Float: 'float',
  FloatReg: 'float',
  Converter: 'float',
  SwissKnife: 'float',
  Boolean: 'boolean',
  Command: 'command',
  Enumeration: 'enumeration',
  String: 'string',
  StringReg: 'string',
  Register: 'register',
  StructReg: 'register',
};

const longestText = 4_096;
/** Of a register; two digits each. */
const longestRegister = 1_024;

/** Null for what is no feature. */
export function featureKind(node: DescriptionNode): Feature['kind'] | null {
  return kinds[node.kind];
}

/** Null where it has none that can be told: a command, a number that is not finite, a very long register. */
export async function featureValue(node: DescriptionNode, evaluator: Evaluator): Promise<FeatureValue | null> {
  switch (featureKind(node)) {
    case 'integer':
    case 'float':
      return finite(await evaluator.number(node.name));
    case 'boolean':
      return (await evaluator.integer(node.name)) !== 0n;
    case 'enumeration': {
      const value = await evaluator.integer(node.name);
      // A camera may be set to what its description does not name.
      return node.entries.find((entry) => entry.value === value)?.name ?? String(value);
    }
    case 'string':
      return (await evaluator.text(node.name)).slice(0, longestText);
    case 'register': {
      const { length } = await evaluator.place(node.name);
      if (length > longestRegister) return null;
      return Buffer.from(await evaluator.bytes(node.name)).toString('hex');
    }
    default:
      return null;
  }
}

/** The entries that may be chosen now. One whose condition can't be told is not among them. */
export async function availableEntries(
  node: DescriptionNode,
  evaluator: Evaluator,
): Promise<readonly EnumerationEntry[]> {
  const available: EnumerationEntry[] = [];
  for (const entry of node.entries) {
    if ((await holds(entry.isImplemented, evaluator)) && (await holds(entry.isAvailable, evaluator))) {
      available.push(entry);
    }
  }
  return available;
}

async function holds(condition: string | null, evaluator: Evaluator): Promise<boolean> {
  if (condition === null) return true;
  try {
    return (await evaluator.integer(condition)) !== 0n;
  } catch (error) {
    if (concernsOneFeature(error)) return false;
    throw error;
  }
}

/** For people: a bound that is only that of 64-bit integers is none. */
export function shownRange(range: NodeRange): Pick<Feature, 'minimum' | 'maximum' | 'increment'> {
  return { minimum: shown(range.minimum), maximum: shown(range.maximum), increment: shown(range.increment) };
}

function shown(bound: NumberValue | null): number | null {
  if (bound === null) return null;
  if (typeof bound === 'bigint' && (bound >= 2n ** 63n - 1n || bound <= -(2n ** 63n))) return null;
  return finite(bound);
}

function finite(value: NumberValue): number | null {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
