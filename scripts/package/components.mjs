import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SetupFailure } from '../setup/failure.mjs';
import { inRoot } from '../setup/places.mjs';

/**
 * What a package is made of, each part with its licence: the npm packages that the bundler took in and those that lie in
 * the package as they are, what is compiled into them, and Electron.
 *
 * @typedef {{ readonly name: string, readonly version: string, readonly licence: string, readonly texts: readonly string[],
 *   readonly kind: 'npm' | 'part', readonly note?: string }} Component `part`: of another component
 */

/** Licences that ask for nothing but to be named. Names as of https://spdx.org/licenses/. */
const allowed = new Set([
  ...['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'Zlib', 'IJG', 'libpng-2.0', 'libtiff'],
  // SQLite's: in the public domain.
  'blessing',
]);

/** Others, only for these, and why that is right. Their texts stand in the notices. */
const allowedFor = new Map([
  ['@fontsource-variable/inter', { licence: 'OFL-1.1', why: 'a font, passed on unchanged' }],
  ...['libvips', 'glib', 'libexif'].map(
    (name) =>
      /** @type {const} */ ([
        name,
        { licence: 'LGPL-3.0-only', why: 'in the file vips.wasm of its own, which anybody can exchange' },
      ]),
  ),
]);

/**
 * What is compiled into vips.wasm, as THIRD-PARTY-NOTICES.md of wasm-vips has it: by the name in its versions.json, its
 * own name and licence. Those marked null lie in other files of wasm-vips, which no package carries.
 *
 * @type {Readonly<Record<string, readonly [string, string] | null>>}
 */
const insideVips = {
  aom: null,
  brotli: ['brotli', 'MIT'],
  cgif: ['cgif', 'MIT'],
  emscripten: ['emscripten', 'MIT'],
  exif: ['libexif', 'LGPL-3.0-only'],
  expat: ['expat', 'MIT'],
  ffi: ['libffi', 'MIT'],
  glib: ['glib', 'LGPL-3.0-only'],
  heif: null,
  highway: ['highway', 'BSD-3-Clause'],
  imagequant: ['libimagequant', 'BSD-2-Clause'],
  jxl: null,
  lcms: ['lcms', 'MIT'],
  mozjpeg: ['mozjpeg', 'Zlib AND IJG AND BSD-3-Clause'],
  png: ['libpng', 'libpng-2.0'],
  resvg: null,
  tiff: ['libtiff', 'libtiff'],
  uhdr: ['libultrahdr', 'MIT'],
  vips: ['libvips', 'LGPL-3.0-only'],
  webp: ['libwebp', 'BSD-3-Clause'],
  'zlib-ng': ['zlib-ng', 'Zlib'],
};

/**
 * @param {readonly string[]} folders of npm packages, relative to the checkout
 * @returns {readonly Component[]} sorted by name
 */
export function componentsOf(folders) {
  const components = [...new Set(folders)].flatMap((folder) => [npmComponent(folder), ...insideOf(folder)]);
  return components.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The licence gate.
 *
 * @param {readonly Pick<Component, 'name' | 'version' | 'licence' | 'texts' | 'kind'>[]} components
 * @returns {readonly string[]} one line for each that may not be packed
 */
export function refusedLicences(components) {
  return components.flatMap(({ name, version, licence, texts, kind }) => {
    const named = licence.split(' AND ');
    const isAllowed = named.every((one) => allowed.has(one) || allowedFor.get(name)?.licence === one);
    if (!isAllowed) return [`${name} ${version}: ${licence || 'no licence is named'}`];
    return kind === 'npm' && texts.length === 0 ? [`${name} ${version}: ${licence}, whose text is not there`] : [];
  });
}

/** @param {readonly Component[]} components */
export function gate(components) {
  const refused = refusedLicences(components);
  if (refused.length === 0) return;
  throw new SetupFailure('licences that may not be packed', {
    detail: refused.join('\n'),
    hint: 'do without the package, or allow its licence in scripts/package/components.mjs, with the reason',
  });
}

/** @param {string} name of a licence that needs its own text */
export const licenceText = (name) => readFileSync(inRoot('scripts', 'package', 'texts', `${name}.txt`), 'utf8');

/**
 * @param {string} folder
 * @returns {Component}
 */
function npmComponent(folder) {
  const { name, version, license, licenses, author } = manifest(folder);
  // Old manifests have a list of objects.
  const named = typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type ?? '');
  const licence = String(named).replace(/^\((.*)\)$/, '$1');
  return { name, version, licence, texts: textsOf(folder, licence, author), kind: 'npm', ...noteOf(name) };
}

const noteOf = (/** @type {string} */ name) => {
  const why = allowedFor.get(name)?.why;
  return why === undefined ? {} : { note: why };
};

/**
 * @param {string} folder
 * @returns {readonly Component[]}
 */
function insideOf(folder) {
  if (folder === 'node_modules/better-sqlite3') return [sqlite(folder), npmComponent('node_modules/node-addon-api')];
  if (folder !== 'node_modules/wasm-vips') return [];
  /** @type {Readonly<Record<string, string>>} */
  const versions = JSON.parse(readFileSync(inRoot(folder, 'versions.json'), 'utf8'));
  return Object.entries(versions).flatMap(([key, version]) => {
    const part = Object.hasOwn(insideVips, key) ? insideVips[key] : undefined;
    if (part === undefined)
      throw new SetupFailure(`wasm-vips has ${key} in it, whose licence nobody has looked at`, {
        hint: 'add it to scripts/package/components.mjs',
      });
    if (part === null) return [];
    const [name, licence] = part;
    return [{ name, version, licence, texts: [], kind: /** @type {const} */ ('part'), ...noteOf(name) }];
  });
}

/**
 * @param {string} folder
 * @returns {Component}
 */
function sqlite(folder) {
  const header = readFileSync(inRoot(folder, 'deps', 'sqlite3', 'sqlite3.h'), 'utf8');
  const version = /#define SQLITE_VERSION\s+"([^"]+)"/.exec(header)?.[1] ?? '';
  return { name: 'sqlite', version, licence: 'blessing', texts: [], kind: 'part' };
}

/**
 * @param {string} folder
 * @param {string} licence
 * @param {unknown} author
 * @returns {readonly string[]}
 */
function textsOf(folder, licence, author) {
  const names = readdirSync(inRoot(folder)).filter((name) =>
    /^(?:licen[cs]e|copying|notice|third-party-notices)(?:[.-][a-z]+)*$/i.test(name),
  );
  if (names.length > 0) return names.sort().map((name) => readFileSync(inRoot(folder, name), 'utf8').trim());
  // The part of koffi that holds its binary.
  if (folder.startsWith('node_modules/@koromix/koffi-')) return textsOf('node_modules/koffi', licence, author);
  if (!existsSync(inRoot('scripts', 'package', 'texts', `${licence}.txt`))) return [];
  const person = typeof author === 'string' ? author : Object(author).name;
  return [`Copyright ${person}\n\n${licenceText(licence).trim()}`];
}

const manifest = (/** @type {string} */ folder) =>
  JSON.parse(readFileSync(path.join(inRoot(folder), 'package.json'), 'utf8'));
