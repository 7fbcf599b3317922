import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { root } from './setup/places.mjs';

/**
 * The part of the import rules that file-to-file checks cannot see: which file may use which half of a module. Reads the
 * syntax tree, so that comments and strings do not count. Runs on the tools' Node.
 *
 * @typedef {Readonly<Record<string, any>>} SyntaxNode
 * @typedef {{ readonly only: readonly string[], readonly what: string, readonly uses: (node: SyntaxNode) => boolean }} Rule
 */

const isNamed = (/** @type {SyntaxNode} */ node, /** @type {string} */ name) =>
  node?.type === 'Identifier' && node.name === name;

/** The names under which a `webContents` goes about: `window.webContents`, `event.sender`, `contents`. */
const isWebContents = (/** @type {SyntaxNode} */ node) => {
  const name = node?.type === 'MemberExpression' ? node.property?.name : node?.name;
  return typeof name === 'string' && /^(?:web_?contents|contents|sender)$/i.test(name);
};
const unwrap = (/** @type {SyntaxNode} */ node) => (node?.type === 'ChainExpression' ? node.expression : node);

/** @type {readonly Rule[]} */
const rules = [
  {
    only: ['electron/window/ipc.ts'],
    what: 'ipcMain',
    uses: (node) => isNamed(node, 'ipcMain'),
  },
  {
    only: ['electron/window/preload.ts', 'electron/usb-page/preload.ts'],
    what: 'ipcRenderer',
    uses: (node) => isNamed(node, 'ipcRenderer'),
  },
  {
    only: ['electron/window/snapshot-publisher.ts'],
    what: 'webContents.send',
    uses: (node) =>
      node.type === 'MemberExpression' &&
      (isNamed(node.property, 'send') || isNamed(node.property, 'sendToFrame')) &&
      isWebContents(unwrap(node.object)),
  },
  {
    only: ['renderer/gateway/bridge.ts'],
    what: 'window.gateway',
    uses: (node) => isWindowGateway(node),
  },
  {
    only: [],
    what: 'a type by import(…), which the import rules do not see (write `import type`)',
    uses: (node) => node.type === 'TSImportType',
  },
];

function isWindowGateway(/** @type {SyntaxNode} */ node) {
  const isWindow = (/** @type {SyntaxNode} */ object) =>
    ['window', 'globalThis', 'self'].includes(object?.type === 'Identifier' ? object.name : '');
  if (node.type === 'MemberExpression') return isNamed(node.property, 'gateway') && isWindow(unwrap(node.object));
  return (
    node.type === 'VariableDeclarator' &&
    node.id?.type === 'ObjectPattern' &&
    isWindow(node.init) &&
    node.id.properties.some((/** @type {SyntaxNode} */ property) => isNamed(property.key, 'gateway'))
  );
}

/**
 * @param {string} file relative to the checkout, with forward slashes
 * @param {string} source
 * @returns {readonly string[]} one line a breach, empty when there is none
 */
export function findBreaches(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) return [`${file}: cannot be read: ${errors[0]?.message}`];
  /** @type {string[]} */
  const breaches = [];
  const visit = (/** @type {any} */ node) => {
    if (Array.isArray(node)) {
      node.forEach(visit);
    } else if (node !== null && typeof node === 'object') {
      for (const { only, what, uses } of rules) {
        if (only.includes(file) || !uses(node)) continue;
        const line = source.slice(0, node.start).split('\n').length;
        breaches.push(
          `${file}:${line}: uses ${what}${only.length > 0 ? `, which is for ${only.join(' and ')} alone` : ''}`,
        );
      }
      Object.values(node).forEach(visit);
    }
  };
  visit(program);
  return [...new Set(breaches)];
}

if (import.meta.main) {
  const files = globSync('{electron,renderer,shared}/**/*.{ts,tsx}', { cwd: root }).map((file) =>
    file.split(path.sep).join('/'),
  );
  const breaches = files.flatMap((file) => findBreaches(file, readFileSync(path.join(root, file), 'utf8')));
  for (const breach of breaches) process.stdout.write(`${breach}\n`);
  process.stdout.write(`${files.length} files, ${breaches.length} breaches\n`);
  process.exitCode = breaches.length > 0 ? 1 : 0;
}
