import { readFileSync } from 'node:fs';

/** Sizes and colours come from renderer/styles/tokens.css: a style that needs another one gives it a name there first. */
const tokens = readFileSync(new URL('renderer/styles/tokens.css', import.meta.url), 'utf8');

/** @param {string} name @returns {string} a pattern of the steps that there are, so that one misspelt is none */
const scale = (name) => {
  const steps = [...tokens.matchAll(new RegExp(`^  --(${name}-[a-z0-9-]+):`, 'gm'))].map(([, step]) => step);
  return String.raw`var\(--(?:${steps.join('|')})\)`;
};

const space = `(?:${scale('space')}|${String.raw`var\(--gap\)`})`;
/** A step of the scale, a multiple of one, two of them, or what grows with the window between two of them. */
const spaces = [
  '0|auto',
  space,
  String.raw`calc\(${space} \* -?[\d.]+\)`,
  String.raw`calc\(${space} \+ ${space}\)`,
  String.raw`clamp\((?:${space}|0rem), [\d.]+v[wh], ${space}\)`,
].join('|');
const radius = String.raw`0|var\(--radius\)|${scale('radius')}`;

/** @param {string} one @param {number} most */
const upTo = (one, most) => new RegExp(`^(?:${one})(?: (?:${one})){0,${most - 1}}$`);

const values = {
  '/^(?:padding|margin|(?:row-|column-)?gap)/': [upTo(spaces, 4)],
  '/^border-(?:.+-)?radius$/': [upTo(radius, 4)],
  'font-size': ['inherit', new RegExp(`^${scale('type')}$`)],
  font: ['inherit', new RegExp(String.raw`^(?:\d+ )?${scale('type')}(?: / [\d.]+)? var\(--(?:sans|mono)\)$`)],
  'z-index': [new RegExp(`^${scale('layer')}$`)],
};

export default {
  reportUnscopedDisables: true,
  reportNeedlessDisables: true,
  reportDescriptionlessDisables: true,
  rules: {
    'block-no-empty': true,
    'color-named': 'never',
    'color-no-hex': true,
    'custom-property-no-missing-var-function': true,
    'declaration-block-no-duplicate-properties': true,
    'declaration-block-no-shorthand-property-overrides': true,
    'declaration-property-value-allowed-list': values,
    'function-disallowed-list': ['/^(?:rgb|hsl)a?$/', 'hwb', '/^(?:ok)?l(?:ab|ch)$/', 'color'],
    'no-duplicate-selectors': true,
    'no-invalid-double-slash-comments': true,
    'property-no-unknown': true,
    'unit-no-unknown': true,
  },
  overrides: [
    {
      files: ['renderer/styles/tokens.css'],
      rules: {
        'color-no-hex': null,
        // Everything is measured in rem: a larger root makes the window larger.
        'declaration-property-value-allowed-list': { ...values, 'font-size': [/^\d+%$/] },
      },
    },
  ],
};
