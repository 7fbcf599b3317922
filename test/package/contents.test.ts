import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractFile, listPackage } from '@electron/asar';
import { beforeAll, describe, expect, test } from 'vitest';
import { wrongFuses } from '../../scripts/package/fuses.mjs';
import { deb, scratch } from './facts.ts';

/** The package, opened: what every customer gets, and what nobody should. */
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const opened = join(scratch, 'opened');
const product = join(opened, 'opt', 'acusight-line-gateway');
const archive = join(product, 'resources', 'app.asar');

let files: readonly string[] = [];
beforeAll(() => {
  execFileSync('dpkg-deb', ['-x', deb, opened]);
  files = listPackage(archive, { isPack: false }).map((name) => name.slice(1));
});

const all = (): readonly string[] =>
  globSync('**/*', { cwd: opened, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(opened, join(entry.parentPath, entry.name)));

describe('the package', () => {
  test('has its threads, pages, fonts and the native files of this platform, and of no other', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'out/main/main.cjs',
        ...['gateway', 'decode', 'reading', 'encode', 'stream'].map((name) => `out/main/${name}-worker.cjs`),
        'out/renderer/index.html',
        'out/camera/index.html',
        'node_modules/koffi/src/koffi/src/static.cjs',
        'node_modules/wasm-vips/lib/vips.wasm',
      ]),
    );
    expect(files.filter((file) => /^out\/renderer\/assets\/inter-.*\.woff2$/.test(file)).length).toBeGreaterThan(3);
    expect(files.filter((file) => file.endsWith('.node'))).toEqual([
      'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node',
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ]);
    for (const file of all().filter((name) => name.endsWith('.node')))
      expect(readFileSync(join(opened, file)).subarray(0, 4).toString('latin1'), file).toBe('\x7fELF');
  });

  test('has no source map, no source in C, nothing of the demo, and no language that the product has not', () => {
    const unwanted = /\.map$|\.(?:cc|hh|c|h|cpp|hpp)$|(?:^|\/)demo|server-worker|resources\/app\/|complete\.json/;
    expect([...files, ...all()].filter((file) => unwanted.test(file))).toEqual([]);
    expect(extractFile(archive, 'out/main/main.cjs').toString()).not.toContain('SimulatedCloud');
    expect(all().filter((file) => file.includes('/locales/'))).toEqual(['opt/acusight-line-gateway/locales/en-US.pak']);
  });

  test('has every fuse as declared', async () => {
    expect(await wrongFuses(join(product, 'acusight-line-gateway.bin'))).toEqual([]);
  });

  test('names everything that others wrote, with its licence', () => {
    const bill = JSON.parse(readFileSync(join(product, 'resources', 'sbom.cdx.json'), 'utf8')) as {
      readonly components: readonly { readonly name: string; readonly version: string }[];
    };
    const notices = readFileSync(join(product, 'resources', 'third-party-notices.txt'), 'utf8');
    const billed = new Set(bill.components.map(({ name, version }) => `${name} ${version}`));
    // Asked of others than those who made the bill: the source maps, and the manifests in the archive.
    const mapped = globSync('out/**/*.map', { cwd: checkout })
      .filter((file) => files.includes(file.slice(0, -'.map'.length)))
      .flatMap((file) => (JSON.parse(readFileSync(join(checkout, file), 'utf8')) as { sources: string[] }).sources)
      .map((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(source)?.[1])
      .filter((name) => name !== undefined);
    const whole = files
      .map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(file)?.[1])
      .filter((name) => name !== undefined);
    expect(whole).toEqual(['@koromix/koffi-linux-x64', 'better-sqlite3', 'koffi', 'wasm-vips']);
    const names = [...new Set([...mapped, ...whole, '@fontsource-variable/inter', 'assemblyscript'])];
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) {
      const manifest = readFileSync(join(checkout, 'node_modules', name, 'package.json'), 'utf8');
      const { version } = JSON.parse(manifest) as { version: string };
      expect(billed, name).toContain(`${name} ${version}`);
      expect(notices, name).toContain(`\n${name} ${version}\n`);
    }
    for (const name of ['libvips', 'glib', 'sqlite', 'Electron', 'Chromium', 'Node.js'])
      expect(
        [...billed].some((one) => one.startsWith(`${name} `)),
        name,
      ).toBe(true);
    for (const text of [
      'GNU LESSER GENERAL PUBLIC LICENSE',
      'SIL OPEN FONT LICENSE',
      'Copyright Louis-Dominique Dubeau',
    ])
      expect(notices).toContain(text);
    // A package of the demo's alone.
    expect([...billed].some((one) => one.startsWith('busboy '))).toBe(false);
    expect(statSync(join(product, 'LICENSES.chromium.html')).size).toBeGreaterThan(1_000_000);
  });

  test('lets only root write, and holds no file that only root may read', () => {
    const modes = execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8', maxBuffer: 1e8 });
    const lines = modes.split('\n').filter((line) => line !== '');
    expect(lines.filter((line) => !/^[-d]rw[x-]r-[x-]r-[x-] root\/root /.test(line))).toEqual([]);
  });

  test('puts a menu entry and its icons where desktops look', () => {
    const entry = readFileSync(join(opened, 'usr/share/applications/acusight-line-gateway.desktop'), 'utf8');
    expect(entry).toContain('\nName=Acusight Line Gateway\n');
    expect(entry).toContain('\nExec=/opt/acusight-line-gateway/acusight-line-gateway %U\n');
    const sizes = all().flatMap(
      (file) => /hicolor\/(\d+)x\d+\/apps\/acusight-line-gateway\.png$/.exec(file)?.[1] ?? [],
    );
    expect(sizes).toEqual(expect.arrayContaining(['16', '32', '48', '256']));
  });

  test('starts nothing that nobody chose', () => {
    expect(readFileSync(join(opened, 'etc/xdg/autostart/acusight-line-gateway.desktop'), 'utf8')).toMatch(
      /^Hidden=true$/m,
    );
    expect(all().filter((file) => /\.wants\//.test(file))).toEqual([]);
  });
});
