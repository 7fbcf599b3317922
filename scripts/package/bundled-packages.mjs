import path from 'node:path';
import { root } from '../setup/places.mjs';

/** Which npm packages have become part of the built product: asked of the bundler itself, for nothing else knows. */

/** What compilers put in of their own: their modules have no file. */
const ownCode = /** @type {const} */ ([
  [/^\0.*rolldown.*runtime/, 'node_modules/rolldown'],
  [/^\0?vite\//, 'node_modules/vite'],
  [/\.as$/, 'node_modules/assemblyscript'],
]);

/**
 * @param {string} id of a module or a file, as the bundler names it
 * @param {string} base what a name is relative to that is no whole path
 * @returns {string | undefined} the folder of its package, relative to the checkout with forward slashes; undefined for
 *   our own code
 */
export function packageOf(id, base = root) {
  const [, own] = ownCode.find(([pattern]) => pattern.test(id)) ?? [];
  if (own !== undefined) return own;
  const file = path
    .relative(root, path.resolve(base, id.replace(/^\0/, '').replace(/[?#].*$/, '')))
    .split(path.sep)
    .join('/');
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
}

/**
 * @returns {{ readonly plugin: (target: import('vite').InlineConfig) => import('vite').Plugin,
 *   readonly list: () => Readonly<Record<string, readonly string[]>> }} `list`: of each built script, below `out/`, the
 *   folders of the packages in it; of files that are no scripts, of those that come from a package
 */
export function bundledPackages() {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  return {
    plugin: ({ root: base = root, build }) => ({
      name: 'bundled-packages',
      generateBundle(_options, bundle) {
        for (const [name, output] of Object.entries(bundle)) {
          const ids = output.type === 'chunk' ? output.moduleIds : output.originalFileNames;
          const folders = ids.map((id) => packageOf(id, base)).filter((folder) => folder !== undefined);
          if (output.type === 'asset' && folders.length === 0) continue;
          const file = path
            .relative(path.join(root, 'out'), path.resolve(build?.outDir ?? '', name))
            .split(path.sep)
            .join('/');
          found.set(file, new Set([...(found.get(file) ?? []), ...folders]));
        }
      },
    }),
    list: () =>
      Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, set]) => [file, [...set].sort()])),
  };
}
