import stylelint from 'stylelint';
import { expect, it } from 'vitest';
import config from '../../stylelint.config.mjs';

const faultsOf = async (/** @type {string} */ declaration) => {
  const { results } = await stylelint.lint({ code: `.a {\n  ${declaration};\n}\n`, config });
  return results.flatMap(({ warnings }) => warnings.map(({ rule }) => rule));
};

it.each([
  'padding: 0 var(--space-8) calc(var(--space-4) * -1) clamp(var(--space-12), 1.6vw, var(--space-28))',
  'gap: var(--gap)',
  'margin: auto',
  'font: 600 var(--type-note) / 1.3 var(--sans)',
  'border-radius: 0 0 var(--radius) var(--radius-small)',
  'z-index: var(--layer-bar)',
  'background: color-mix(in srgb, var(--accent), transparent 78%)',
])('a style may say %s', async (declaration) => {
  expect(await faultsOf(declaration)).toEqual([]);
});

it.each([
  ['a space of its own', 'padding: 0 5px'],
  ['a space that grows to one of its own', 'gap: clamp(var(--space-8), 1vw, 3rem)'],
  ['a step that is not in the scale', 'margin-top: var(--space-9)'],
  ['a step of another scale', 'font-size: var(--space-12)'],
  ['a font size of its own', 'font-size: 15px'],
  ['a font size of its own among other words', 'font: 400 1rem var(--sans)'],
  ['a radius of its own', 'border-radius: 4px'],
  ['a layer of its own', 'z-index: 9'],
  ['a colour by its number', 'color: #fff'],
  ['a colour by its name', '--cut: white'],
  ['a colour by its parts', 'border-color: rgb(0 0 0 / 10%)'],
])('a style may not have %s: %s', async (_what, declaration) => {
  expect(await faultsOf(declaration)).toHaveLength(1);
});
