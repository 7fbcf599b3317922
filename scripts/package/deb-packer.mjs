#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/**
 * Makes a deb of a folder, with Debian's own dpkg-deb. electron-builder calls it in the place of fpm (CUSTOM_FPM_PATH),
 * which no Debian package brings: it understands the words that electron-builder's FpmTarget passes, and no others.
 */

/**
 * @typedef {{ readonly options: ReadonlyMap<string, readonly string[]>,
 *   readonly mappings: readonly { readonly from: string, readonly to: string }[] }} Request
 * `from` with `/` at its end is what lies in that folder; `to` is a place in the system
 */

const flags = new Set(['--force']);
const known = new Set([
  ...['-s', '-t', '-d', '--deb-recommends', '--deb-compression', '--deb-priority', '--architecture', '--category'],
  ...['--after-install', '--after-remove', '--before-remove', '--description', '--version', '--iteration', '--package'],
  ...['--name', '--maintainer', '--vendor', '--url', '--license'],
]);
const scripts = /** @type {const} */ ({
  'after-install': 'postinst',
  'before-remove': 'prerm',
  'after-remove': 'postrm',
});

/**
 * @param {readonly string[]} words
 * @returns {Request}
 */
export function readRequest(words) {
  /** @type {Map<string, string[]>} */
  const options = new Map();
  /** @type {{ from: string, to: string }[]} */
  const mappings = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (flags.has(word)) continue;
    if (word.startsWith('-')) {
      const [, name = word, inline] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
      if (!known.has(name)) throw new Error(`the deb packer does not know ${name}`);
      if (inline === undefined) index += 1;
      const value = inline ?? words[index] ?? '';
      const key = name.replace(/^-+/, '');
      options.set(key, [...(options.get(key) ?? []), value]);
      continue;
    }
    const at = word.lastIndexOf('=');
    if (at < 0) throw new Error(`the deb packer was given ${word}, which names no place to install to`);
    mappings.push({ from: word.slice(0, at), to: word.slice(at + 1) });
  }
  if (options.get('t')?.[0] !== 'deb') throw new Error('the deb packer makes nothing but debs');
  return { options, mappings };
}

/**
 * The `control` file, as Debian's policy (5.3) has it.
 *
 * @param {Request['options']} options
 * @param {number} kilobytes of all files together
 * @returns {string}
 */
export function controlText(options, kilobytes) {
  const one = (/** @type {string} */ name) => options.get(name)?.[0] ?? '';
  const iteration = one('iteration');
  const [first = '', ...rest] = one('description').split('\n');
  const long = rest.map((line) => (line.trim() === '' ? ' .' : ` ${line.trim()}`));
  /** @type {readonly (readonly [string, string])[]} */
  const fields = [
    ['Package', one('name')],
    ['Version', iteration === '' ? one('version') : `${one('version')}-${iteration}`],
    ['Architecture', one('architecture')],
    ['Maintainer', one('maintainer')],
    ['Installed-Size', String(kilobytes)],
    ['Depends', (options.get('d') ?? []).join(', ')],
    ['Recommends', (options.get('deb-recommends') ?? []).join(', ')],
    ['Section', one('category')],
    ['Priority', one('deb-priority')],
    ['Homepage', one('url')],
    ['Description', [first.trim(), ...long].join('\n')],
  ];
  return fields.map(([name, value]) => (value === '' ? '' : `${name}: ${value}\n`)).join('');
}

/**
 * @param {Request} request
 * @returns {string} the package's file
 */
function pack({ options, mappings }) {
  const target = options.get('package')?.[0] ?? '';
  // Beside the package: on the same disk the files can be linked instead of copied.
  const root = mkdtempSync(path.join(path.dirname(target), '.deb-'));
  try {
    chmodSync(root, 0o755);
    for (const { from, to } of mappings) place(from, path.join(root, to));
    const files = filesOf(root);
    const control = path.join(root, 'DEBIAN');
    mkdirSync(control);
    const bytes = files.reduce((sum, file) => sum + lstatSync(path.join(root, file)).size, 0);
    writeFileSync(path.join(control, 'control'), controlText(options, Math.ceil(bytes / 1024)));
    writeFileSync(
      path.join(control, 'md5sums'),
      files.map((file) => `${md5(path.join(root, file))}  ${file}\n`).join(''),
    );
    // What stands in /etc is the site's: an upgrade must not overwrite it.
    const settings = files.filter((file) => file.startsWith('etc/'));
    writeFileSync(path.join(control, 'conffiles'), settings.map((file) => `/${file}\n`).join(''));
    for (const [option, name] of Object.entries(scripts)) {
      const script = options.get(option)?.[0];
      if (script === undefined) continue;
      copyFileSync(script, path.join(control, name));
      chmodSync(path.join(control, name), 0o755);
    }
    execFileSync('dpkg-deb', ['--root-owner-group', ...compression(options), '--build', root, target], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return target;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** @param {Request['options']} options */
function compression(options) {
  const wanted = options.get('deb-compression')?.[0] ?? 'xz';
  // A quick one is asked for by name, for a package that nobody downloads.
  return wanted === 'gz' ? ['-Zgzip', '-z1'] : [`-Z${wanted}`];
}

/**
 * @param {string} from
 * @param {string} to
 */
function place(from, to) {
  mkdirSync(from.endsWith('/') ? to : path.dirname(to), { recursive: true });
  execFileSync('cp', ['-a', '--no-preserve=ownership', from.endsWith('/') ? `${from}.` : from, to]);
  // Whatever the rights were where it was packed.
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', to]);
}

/**
 * @param {string} root
 * @param {string} below
 * @returns {readonly string[]} files below `root`, relative, sorted
 */
function filesOf(root, below = '') {
  return readdirSync(path.join(root, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = path.posix.join(below, entry.name);
      if (entry.isDirectory()) return filesOf(root, name);
      return entry.isFile() ? [name] : [];
    });
}

const md5 = (/** @type {string} */ file) => createHash('md5').update(readFileSync(file)).digest('hex');

if (process.argv[1] === import.meta.filename) pack(readRequest(process.argv.slice(2)));
