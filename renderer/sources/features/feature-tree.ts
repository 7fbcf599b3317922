import type { Feature } from '../../../shared/camera.ts';
import { categoryWords } from './feature-text.ts';

export const levels = ['beginner', 'expert', 'guru'] as const;
/** Whose settings are shown: each sees those of the ones before, too. */
export type Level = (typeof levels)[number];

export type Category = {
  /** Names from the outermost, joined: tells it from others of the same name. */
  readonly key: string;
  readonly title: string;
  readonly features: readonly Feature[];
  readonly children: readonly Category[];
  /** Settings in it and below. */
  readonly count: number;
};

export type FeatureTree = {
  readonly categories: readonly Category[];
  readonly found: number;
  /** Those the search finds at a higher level, and the lowest level that shows one of them. */
  readonly hidden: number;
  readonly hiddenAt: Level | null;
};

const rank = (visibility: Feature['visibility']): number =>
  visibility === 'invisible' ? 9 : levels.indexOf(visibility);

function matches(feature: Feature, words: readonly string[]): boolean {
  const text = `${feature.name} ${feature.displayName} ${feature.tooltip} ${feature.category.join(' ')}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The camera names the path: one without end must not be followed. */
const DEEPEST = 8;

type Draft = { readonly key: string; readonly title: string; readonly features: Feature[]; readonly children: Draft[] };

/** The settings of a level that fit a search (all its words), in the camera's own order. */
export function featureTree(features: readonly Feature[], level: Level, search: string): FeatureTree {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const fitting = features.filter((feature) => feature.visibility !== 'invisible' && matches(feature, words));
  const shown = fitting.filter(({ visibility }) => rank(visibility) <= rank(level));
  const hidden = fitting.filter(({ visibility }) => rank(visibility) > rank(level));
  const roots: Draft[] = [];
  for (const feature of shown) categoryOf(roots, feature.category).features.push(feature);
  const lowest = Math.min(...hidden.map(({ visibility }) => rank(visibility)));
  return {
    categories: roots.map(finish),
    found: shown.length,
    hidden: hidden.length,
    hiddenAt: levels[lowest] ?? null,
  };
}

function categoryOf(roots: Draft[], path: readonly string[]): Draft {
  let siblings = roots;
  let key = '';
  let found: Draft | undefined;
  for (const name of path.length === 0 ? ['Other'] : path.slice(0, DEEPEST)) {
    key = `${key}/${name}`;
    const known = siblings.find((one) => one.key === key);
    found = known ?? { key, title: categoryWords(name), features: [], children: [] };
    if (known === undefined) siblings.push(found);
    siblings = found.children;
  }
  return found as Draft;
}

function finish({ key, title, features, children }: Draft): Category {
  const below = children.map(finish);
  return {
    key,
    title,
    features,
    children: below,
    count: features.length + below.reduce((sum, { count }) => sum + count, 0),
  };
}
