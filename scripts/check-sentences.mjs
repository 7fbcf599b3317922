import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { root } from './setup/places.mjs';

/**
 * Words stand in `shared/messages/en.json` and nowhere else in the core: what a person reads is made of a code and what
 * fills it, at the edge, in the viewer's language. A text of the core that begins with a capital letter and has three
 * words or more is a sentence that no translator would find. Texts of the programmer (`technical`, a log's detail, an
 * assertion) begin in lower case. Reads the syntax tree, so that comments do not count.
 */
const sentence = /^\p{Lu}[\p{Ll}’'-]+(?:[\s,]+\S+){2,}/u;

/** They speak to the gateway as a server or a camera of others does: their texts are its own words. */
const isForeign = (/** @type {string} */ file) => file.startsWith('electron/simulators/');

/**
 * @param {string} file relative to the checkout, with forward slashes
 * @param {string} source
 * @returns {readonly string[]} one line a sentence, empty when there is none
 */
export function findSentences(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) return [`${file}: cannot be read: ${errors[0]?.message}`];
  /** @type {string[]} */
  const found = [];
  const tell = (/** @type {number} */ start, /** @type {string} */ text) => {
    if (!sentence.test(text)) return;
    const line = source.slice(0, start).split('\n').length;
    found.push(
      `${file}:${line}: “${text.slice(0, 60)}” is a sentence: give it a code and its words in shared/messages/en.json`,
    );
  };
  const visit = (/** @type {any} */ node) => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (typeof node?.type !== 'string') return;
    if (node.type === 'Literal' && typeof node.value === 'string') tell(node.start, node.value);
    if (node.type === 'TemplateLiteral')
      tell(node.start, node.quasis.map((/** @type {any} */ quasi) => quasi.value.cooked ?? '').join('…'));
    for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) visit(child);
  };
  visit(program);
  return found;
}

if (process.argv[1] === import.meta.filename) {
  const files = globSync('{electron,shared}/**/*.{ts,tsx}', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !isForeign(file));
  const found = files.flatMap((file) => findSentences(file, readFileSync(path.join(root, file), 'utf8')));
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
  else console.log(`${files.length} files: no sentence outside the words`);
}
