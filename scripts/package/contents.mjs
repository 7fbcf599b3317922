import path from 'node:path';
import { listPackage } from '@electron/asar';

/**
 * What lies in the archive of a packed product.
 *
 * @param {string} resources the folder that holds `app.asar`
 * @returns {readonly string[]} its files and folders, with forward slashes and none before them
 */
export const filesIn = (resources) =>
  listPackage(path.join(resources, 'app.asar'), { isPack: false }).map((name) =>
    name.split(path.sep).join('/').replace(/^\//, ''),
  );

/**
 * @param {readonly string[]} files of the archive
 * @param {Readonly<Record<string, readonly string[]>>} bundled what the build noted (bundled-packages.mjs)
 * @returns {readonly string[]} the folders of all npm packages that the product is made of
 */
export function packagesIn(files, bundled) {
  const whole = files
    .map((file) => /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/@]+)\/package\.json$/.exec(file)?.[1])
    .filter((folder) => folder !== undefined);
  const taken = Object.entries(bundled).flatMap(([file, folders]) => (files.includes(`out/${file}`) ? folders : []));
  return [...new Set([...whole, ...taken])].sort();
}

/** Without these the product runs all the same, only worse, and nothing would tell. */
const needed = [
  'out/main/main.cjs',
  ...['gateway', 'decode', 'reading', 'encode', 'stream'].map((name) => `out/main/${name}-worker.cjs`),
  ...['out/preload/preload.cjs', 'out/preload/camera-preload.cjs', 'out/renderer/index.html', 'out/camera/index.html'],
  'node_modules/koffi/src/koffi/src/static.cjs',
  'node_modules/wasm-vips/lib/vips.wasm',
];

/**
 * @param {readonly string[]} files of the archive
 * @param {Readonly<Record<string, readonly string[]>>} bundled
 * @param {string} target such as `linux-x64`
 * @returns {readonly string[]} one line for each fault
 */
export function faultsIn(files, bundled, target) {
  const [platform = ''] = target.split('-');
  const natives = [
    `node_modules/better-sqlite3/prebuilds/${target}.node`,
    `node_modules/@koromix/koffi-${target}/${target.replace('-', '_')}/koffi.node`,
  ];
  const scripts = files.filter((file) => /^out\/.*\.c?js$/.test(file));
  // It is copied as it is: renderer/public has no imports.
  const unknown = scripts.filter(
    (file) => bundled[file.slice(4)] === undefined && file !== 'out/renderer/theme-boot.js',
  );
  const foreign = files.filter((file) => file.endsWith('.node') && !natives.includes(file));
  return [
    ...[...needed, ...natives].filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...(files.some((file) => /^out\/renderer\/assets\/inter-.*\.woff2$/.test(file)) ? [] : ['the fonts are missing']),
    ...foreign.map((file) => `${file} is not for ${platform}, or not needed`),
    ...files.filter((file) => file.endsWith('.map')).map((file) => `${file} is a source map`),
    ...files
      .filter((file) => /^resources\/demo\b|^out\/main\/(?:demo|server-worker)\./.test(file))
      .map((file) => `${file} is the demo's`),
    ...unknown.map((file) => `${file}: what is in it is not known`),
  ];
}
