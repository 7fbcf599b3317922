import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import asc from 'assemblyscript/asc';
import type { InlineConfig, Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * Three builds and six test projects. `npm run …` drives the builds through scripts/build.mjs; `vite` by itself sees
 * the renderer, `vitest` the tests.
 */

const inRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Hot replacement works with inline scripts and styles and a socket, all of which the page's own policy forbids. */
const withoutPolicyInDevelopment: Plugin = {
  name: 'without-policy-in-development',
  apply: 'serve',
  transformIndexHtml: {
    order: 'pre',
    handler: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
  },
};

/** AssemblyScript (`.as`) becomes the bytes of a WebAssembly module, within the script: nothing has to be fetched. */
const assemblyScript: Plugin = {
  name: 'assembly-script',
  // Its module is made of more files than the one that is imported, which the cache of tests does not know.
  configureVitest: ({ defineCacheKeyGenerator }) =>
    defineCacheKeyGenerator(({ id }) => (id.endsWith('.as') ? false : undefined)),
  async load(id) {
    if (!id.endsWith('.as')) return null;
    let module = new Uint8Array();
    const { error, stderr } = await asc.main(
      [
        `${basename(id, '.as')}.ts`,
        '--outFile',
        'module.wasm',
        '-O3',
        '--runtime',
        'stub',
        '--noAssert',
        '--enable',
        'simd',
      ],
      {
        // The compiler knows its language by the name that all others know another one by.
        readFile: (name) => {
          const file = join(dirname(id), name.replace(/\.ts$/, '.as'));
          if (!existsSync(file)) return null;
          this.addWatchFile(file);
          return readFile(file, 'utf8');
        },
        writeFile: (_name, contents) => {
          module = Uint8Array.from(contents as Uint8Array);
        },
        listFiles: () => [],
      },
    );
    if (error !== null) throw new Error(`${id}: ${stderr.toString()}`, { cause: error });
    const text = Buffer.from(module).toString('base64');
    return { code: `export default Uint8Array.from(atob('${text}'), (letter) => letter.charCodeAt(0));`, map: null };
  },
};

/**
 * The window. Scripts, styles and fonts are files of their own, so that a policy of `'self'` without exceptions holds.
 */
export const rendererBuild: InlineConfig = {
  configFile: false,
  root: inRoot('renderer'),
  base: './',
  plugins: [react(), withoutPolicyInDevelopment],
  build: {
    outDir: inRoot('out/renderer'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    // The older of the two Chromiums that the product runs in.
    target: 'chrome130',
  },
};

/** What stays outside of the bundles: Electron itself, and packages whose binary files lie in their own folder. */
const electronOwn = ['electron', /^electron\//];
const withBinaries = ['better-sqlite3', 'koffi', 'wasm-vips'];
const nodeOwn = [...builtinModules, /^node:/];

function nodeBuild(entry: string, output: string, externals: readonly (string | RegExp)[]): InlineConfig {
  const [folder = '', name = ''] = output.split('/');
  return {
    configFile: false,
    root: inRoot('.'),
    publicDir: false,
    // Everything is bundled that is not named as external: the packaged product carries no node_modules tree for it.
    ssr: { noExternal: true },
    build: {
      ssr: inRoot(entry),
      outDir: inRoot(`out/${folder}`),
      emptyOutDir: false,
      sourcemap: true,
      // Stack traces in logs are read by people.
      minify: false,
      // The older of the two Nodes that the product runs in.
      target: 'node20',
      rolldownOptions: {
        external: [...externals],
        output: { format: 'cjs', entryFileNames: name, codeSplitting: false },
      },
    },
  };
}

const mainEntries = [
  ['electron/main.ts', 'main/main.cjs'],
  ['electron/gateway-thread/worker.ts', 'main/gateway-worker.cjs'],
  ['electron/gateway/ingest/codec/decode-worker.ts', 'main/decode-worker.cjs'],
  ['electron/gateway/platform/reading-worker.ts', 'main/reading-worker.cjs'],
  ['electron/gateway/ingest/codec/encode-worker.ts', 'main/encode-worker.cjs'],
  ['electron/gateway/source/gige/gvsp/stream-worker.ts', 'main/stream-worker.cjs'],
  ['electron/gateway-thread/recover-worker.ts', 'main/recover-worker.cjs'],
  ['electron/gateway/store/database/check-worker.ts', 'main/check-worker.cjs'],
  ['electron/demo/demo.ts', 'main/demo.cjs'],
  ['electron/simulators/cloud/server-worker.ts', 'main/server-worker.cjs'],
] as const;

/** The hidden page that reads USB cameras, with its worker: an origin and a policy of its own. */
const cameraPageBuild: InlineConfig = {
  configFile: false,
  root: inRoot('renderer/usb-page'),
  base: './',
  publicDir: false,
  build: {
    outDir: inRoot('out/camera'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    target: 'chrome130',
  },
  worker: { format: 'es', plugins: () => [assemblyScript] },
};

/**
 * The main process and its worker threads: each one file, because a worker is started by its file's name. And what main
 * drives USB cameras with, which even in development comes from no server.
 */
export const mainBuilds: readonly InlineConfig[] = [
  ...mainEntries
    .filter(([entry]) => existsSync(inRoot(entry)))
    .map(([entry, output]) => nodeBuild(entry, output, [...electronOwn, ...withBinaries, ...nodeOwn])),
  nodeBuild('electron/usb-page/preload.ts', 'preload/camera-preload.cjs', electronOwn),
  cameraPageBuild,
];

/** Runs sandboxed, where only `electron` can be required. */
export const preloadBuild: InlineConfig = nodeBuild('electron/window/preload.ts', 'preload/preload.cjs', electronOwn);

/**
 * Times after which a test counts as hanging, and nothing more: the runner's own five seconds, and the one second of its
 * `expect.poll`, are short beside other work. A test that has to be quick says so by a number of its own.
 */
const hangsAfter = (milliseconds: number) => ({
  testTimeout: milliseconds,
  hookTimeout: milliseconds,
  expect: { poll: { timeout: 30_000 } },
});

const buildFirst = 'test/support/build-first.mjs';
const slow = [
  'test/e2e/**',
  'test/crash/**',
  'test/integration/**',
  'test/wine/**',
  'test/bench/**',
  'test/package/**',
];

export default defineConfig(({ mode }) => {
  if (mode !== 'test') return { ...rendererBuild };
  return {
    test: {
      // Most of these tests wait for real servers, disks and clocks: with fewer at a time, half of the machine would idle.
      maxWorkers: 3,
      projects: [
        {
          plugins: [assemblyScript],
          test: {
            name: 'unit',
            globalSetup: buildFirst,
            include: ['test/**/*.test.{ts,tsx,mjs}'],
            exclude: slow,
            ...hangsAfter(60_000),
          },
        },
        {
          test: {
            name: 'integration',
            globalSetup: buildFirst,
            include: ['test/integration/**/*.test.ts'],
            ...hangsAfter(120_000),
          },
        },
        {
          test: {
            name: 'e2e',
            include: ['test/e2e/**/*.test.ts'],
            fileParallelism: false,
            ...hangsAfter(120_000),
          },
        },
        {
          test: {
            name: 'crash',
            include: ['test/crash/**/*.test.ts'],
            fileParallelism: false,
            ...hangsAfter(600_000),
          },
        },
        {
          test: {
            // The core as a Windows program: `npm run test:wine`.
            name: 'wine',
            globalSetup: buildFirst,
            include: ['test/wine/**/*.test.ts'],
            fileParallelism: false,
            ...hangsAfter(240_000),
          },
        },
        {
          // `npm run test:package` alone: as root, in a place of its own.
          test: {
            name: 'package',
            include: ['test/package/**/*.test.ts'],
            ...hangsAfter(300_000),
          },
        },
      ],
    },
  };
});
