import { createHash } from 'node:crypto';
import { licenceText } from './components.mjs';

/**
 * The two lists that every package carries of what others wrote: one for people, one for programs.
 *
 * @typedef {import('./components.mjs').Component} Component
 * @typedef {{ readonly name: string, readonly version: string, readonly description: string,
 *   readonly license: string, readonly homepage: string }} Product
 * @typedef {Readonly<Record<string, string>>} RuntimeVersions of Electron and its parts, as `process.versions` has them
 */

/** Parts of Electron by their names in `process.versions`. */
const runtimeParts = /** @type {const} */ ([
  ['chrome', 'Chromium', 'BSD-3-Clause'],
  ['node', 'Node.js', 'MIT'],
]);

/**
 * @param {readonly Component[]} components
 * @param {RuntimeVersions} runtime
 * @returns {string} third-party-notices.txt
 */
export function noticesText(components, runtime) {
  const rule = '-'.repeat(78);
  const heading = (/** @type {Component} */ { name, version, licence, note }) =>
    `${name} ${version}\n${licence}${note === undefined ? '' : ` (${note})`}`;
  const own = components.filter(({ kind }) => kind === 'npm');
  const parts = components.filter(({ kind }) => kind === 'part');
  return [
    'What others wrote and this product carries',
    [
      `Electron ${runtime['electron']}, MIT: LICENSE.electron.txt. Chromium ${runtime['chrome'] ?? ''} and all that is in it:`,
      'LICENSES.chromium.html. Both lie in the folder of the program.',
    ].join('\n'),
    ...own.map((component) => [rule, heading(component), ...component.texts].join('\n\n')),
    [rule, 'Compiled into the packages above', parts.map(heading).join('\n\n')].join('\n\n'),
    ...['LGPL-3.0-only', 'GPL-3.0-only'].map((name) => [rule, name, licenceText(name).trimEnd()].join('\n\n')),
    '',
  ].join('\n\n');
}

/**
 * A bill of materials by CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). The same content gives the same bytes.
 *
 * @param {Product} product
 * @param {readonly Component[]} components
 * @param {RuntimeVersions} runtime
 * @returns {string} JSON
 */
export function bill(product, components, runtime) {
  const root = `pkg:npm/${product.name}@${product.version}`;
  const parts = [
    entry('framework', 'Electron', runtime['electron'] ?? '', 'MIT', `pkg:npm/electron@${runtime['electron']}`),
    ...runtimeParts.flatMap(([key, name, licence]) => {
      const version = runtime[key];
      return version === undefined ? [] : [entry('framework', name, version, licence, `pkg:generic/${key}@${version}`)];
    }),
    ...components.map(({ name, version, licence, kind }) =>
      entry(
        'library',
        name,
        version,
        licence,
        `pkg:${kind === 'npm' ? 'npm' : 'generic'}/${purlName(name)}@${version}`,
      ),
    ),
  ];
  const { name, version, description, license, homepage } = product;
  const content = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        ...entry('application', name, version, license, root),
        description,
        externalReferences: [{ type: 'website', url: homepage }],
      },
    },
    components: parts,
    dependencies: [
      { ref: root, dependsOn: parts.map((part) => part['bom-ref']) },
      ...parts.map((part) => ({ ref: part['bom-ref'] })),
    ],
  };
  return `${JSON.stringify({ serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`, ...content }, null, 2)}\n`;
}

/**
 * @param {'application' | 'framework' | 'library'} type
 * @param {string} name
 * @param {string} version
 * @param {string} licence
 * @param {string} purl
 */
const entry = (type, name, version, licence, purl) => ({
  type,
  'bom-ref': purl,
  name,
  version,
  licenses: licence.includes(' AND ') ? [{ expression: licence }] : [{ license: { id: licence } }],
  purl,
});

/** @param {string} name as of https://github.com/package-url/purl-spec: a scope's sign is written in percents */
const purlName = (name) => name.replace('@', '%40');

/** @param {string} text @returns {string} a UUID of version 8 (RFC 9562), made of the text */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
