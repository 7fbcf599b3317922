import { FormulaShelf } from './camera-nodes.ts';
import { Dependents } from './dependents.ts';
import type { Description } from './description/description.ts';
import type { DescriptionNode } from './description/description-nodes.ts';
import { Evaluation } from './evaluation.ts';
import { featurePlaces } from './feature-list.ts';
import { concernsOneFeature } from './genicam-errors.ts';
import type { ByteOrder } from './memory-port.ts';
import { RegisterCache } from './register-cache.ts';
import { orderOf } from './register-place.ts';

/** A register of four bytes that holds a number, and in which order its description says that they lie. */
export type NumberSample = { readonly address: number; readonly order: ByteOrder };

/** They keep still, are rarely zero, and are the maker's own wherever they lie. */
const telling = [
  'Width',
  'Height',
  'SensorWidth',
  'SensorHeight',
  'WidthMax',
  'HeightMax',
  'PixelFormat',
  'PayloadSize',
];
/** Others below are those of the protocol itself, whose order is not the maker's affair. */
const firstOfMaker = 0xa000;
const bytes = 4;
const deepest = 10;

/**
 * Registers to try a camera's answers on: those whose place stands in the description, so that nothing has to be read
 * to find them; what is known to keep still comes first.
 */
export async function numberSamples(description: Description, most: number): Promise<readonly NumberSample[]> {
  const { nodes } = description;
  const refuse = (): Promise<never> => Promise.reject(Object.assign(new Error('not to be read'), { status: 0 }));
  const cache = new RegisterCache({ readMemory: refuse, writeMemory: refuse });
  const dependents = new Dependents(new Map());
  const evaluation = new Evaluation({ nodes, dependents, cache, locals: new Map(), formulas: new FormulaShelf() });
  const others = featurePlaces(nodes).map(({ node }) => node.name);
  const candidates = [
    ...telling.map((name) => [name, 0] as const),
    ...others.map((name) => [name, firstOfMaker] as const),
  ];
  const samples = new Map<number, NumberSample>();
  for (const [name, lowest] of candidates) {
    if (samples.size >= most) break;
    const node = nodes.get(name);
    const sample = node === undefined ? null : await ifKnown(() => sampleOf(node, evaluation));
    if (sample !== null && sample.address >= lowest && !samples.has(sample.address))
      samples.set(sample.address, sample);
  }
  return [...samples.values()];
}

async function sampleOf(node: DescriptionNode, evaluation: Evaluation): Promise<NumberSample | null> {
  let current = node;
  for (let step = 0; current.register === null; step += 1) {
    const source = step < deepest && current.kind !== 'Command' ? await evaluation.source(current) : null;
    if (source === null || !('node' in source.operand)) return null;
    current = evaluation.node(source.operand.node);
  }
  const order = orderOf(current);
  if (order === null || current.register.access === 'WO') return null;
  const { address, length, leadsTo } = await evaluation.place(current.name);
  const isFit = leadsTo.kind === 'camera' && length === bytes && address % bytes === 0;
  return isFit && address < 2 ** 32 ? { address, order } : null;
}

async function ifKnown<Result>(question: () => Promise<Result>): Promise<Result | null> {
  try {
    return await question();
  } catch (error) {
    if (concernsOneFeature(error)) return null;
    throw error;
  }
}
