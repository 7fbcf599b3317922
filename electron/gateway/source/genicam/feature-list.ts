import type { Feature } from '../../../../shared/camera.ts';
import type { DescriptionNode } from './description/description-nodes.ts';
import type { Evaluator, NodeAccess } from './evaluator.ts';
import { availableEntries, featureKind, featureValue, shownRange } from './feature-values.ts';
import { concernsOneFeature } from './genicam-errors.ts';
import { isReadable, isWritable } from './node-access.ts';
import { lockOf } from './node-lock.ts';

const mostFeatures = 20_000;
const deepestCategory = 16;

type Place = { readonly node: DescriptionNode; readonly category: readonly string[] };

const accessWords: Readonly<Record<NodeAccess, Feature['access']>> = {
  NI: 'none',
  NA: 'none',
  RO: 'read',
  WO: 'write',
  RW: 'read-write',
};

/**
 * What the categories lead to from `Root`, in their order, each feature once. Without those that this camera does not
 * implement. One that can't be worked out is listed without access; rejects only when the camera can't be reached.
 * `unlocked`: the same camera as it is between two acquisitions, which says what may be written.
 */
export async function listFeatures(evaluator: Evaluator, unlocked: Evaluator): Promise<readonly Feature[]> {
  const features: Feature[] = [];
  for (const place of featurePlaces(evaluator.camera.nodes)) {
    const feature = await describeFeature(place, evaluator, unlocked);
    if (feature !== null) features.push(feature);
  }
  return features;
}

/** The category tree, flattened. Categories that contain each other end where they would repeat. */
export function featurePlaces(nodes: ReadonlyMap<string, DescriptionNode>): readonly Place[] {
  const places: Place[] = [];
  const seen = new Set<string>();
  const visit = (category: DescriptionNode, path: readonly string[]): void => {
    if (seen.has(category.name) || path.length > deepestCategory) return;
    seen.add(category.name);
    for (const name of category.features) {
      const node = nodes.get(name);
      if (node === undefined || places.length >= mostFeatures) continue;
      if (node.kind === 'Category') visit(node, [...path, node.name]);
      else if (!seen.has(name)) {
        seen.add(name);
        places.push({ node, category: path });
      }
    }
  };
  const root = nodes.get('Root');
  if (root?.kind === 'Category') visit(root, []);
  return places;
}

async function describeFeature(
  { node, category }: Place,
  evaluator: Evaluator,
  unlocked: Evaluator,
): Promise<Feature | null> {
  const kind = featureKind(node);
  if (kind === null) return null;
  const access = (await ifKnown(() => accessBetween(node, evaluator, unlocked))) ?? 'NA';
  if (access === 'NI') return null;
  const present = access !== 'NA';
  const range = present ? await ifKnown(() => evaluator.range(node.name)) : null;
  const entries = kind === 'enumeration' && present ? await availableEntries(node, evaluator) : [];
  return {
    name: node.name,
    displayName: node.displayName,
    category: [...category],
    kind,
    access: accessWords[access],
    visibility: node.visibility,
    tooltip: node.tooltip,
    unit: node.unit,
    value: isReadable(access) ? await ifKnown(() => featureValue(node, evaluator)) : null,
    ...shownRange(range ?? { minimum: null, maximum: null, increment: null }),
    choices: entries.map(({ name, displayName }) => ({ name, displayName })),
  };
}

/** A setting that is locked while pictures are taken can be set all the same: between two of them. */
async function accessBetween(node: DescriptionNode, evaluator: Evaluator, unlocked: Evaluator): Promise<NodeAccess> {
  const access = await evaluator.access(node.name);
  if (isWritable(access) || (await lockOf(node, evaluator)) === null) return access;
  const between = await unlocked.access(node.name);
  return isWritable(between) ? between : access;
}

async function ifKnown<Result>(question: () => Promise<Result>): Promise<Result | null> {
  try {
    return await question();
  } catch (error) {
    if (concernsOneFeature(error)) return null;
    throw error;
  }
}
