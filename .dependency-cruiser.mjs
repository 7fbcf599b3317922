/**
 * The import rules of docs/architecture.md. Each module names what it may import, and everything else is refused; a
 * folder that is not named here may import nothing from other folders, so that a new one has to be given its place.
 * Imports of types count as well: they tie the modules together just the same.
 */

const nodeOwn = { dependencyTypesNot: ['core'] };
/** Electron is a library too, but one that only the shell may know. */
const libraries = '^node_modules/(?!(electron|@types/electron)/)';

/**
 * @param {string} name
 * @param {string} from pattern of the module's own files
 * @param {readonly string[]} allowed patterns of what they may import, besides each other
 * @param {object} exempt further conditions on what counts as an import
 */
const mayImport = (name, from, allowed, exempt = {}) => ({
  name: `imports-of-${name}`,
  severity: 'error',
  comment: `${name} may import only what the table in docs/architecture.md grants it`,
  from: { path: from },
  // What is not there at all is the business of the rule `resolvable`.
  to: { pathNot: [from, ...allowed], couldNotResolve: false, ...exempt },
});

const gateway = '^electron/gateway/';
const stage = (/** @type {string} */ name) => `${gateway}${name}/`;
const model = stage('model');
const platform = stage('platform');
const shared = '^shared/';
const keyring = '^electron/keyring/';
/** Of the keyring, what stands between it and Electron; the rest can be tested without. */
const withElectron = '(?:reader|system-keyring)\\.ts$';
const simulators = '^electron/simulators/';
const preload = '^electron/(?:window|usb-page)/preload\\.ts$';
/** Everything around the core: `main.ts` and the rooms that are not named here by themselves. */
const shell = '^electron/(?!gateway/|keyring/|simulators/|(?:window|usb-page)/preload\\.ts$)';
/** What of the core is not one of its rooms. */
const doors = `${gateway}[^/]+$`;
const foundation = [model, platform, shared, libraries];
const stages = ['model', 'platform', 'source', 'ingest', 'store', 'sync', 'cloud', 'doctor'];
const [status, maintenance, wiring] = [stage('status'), stage('maintenance'), stage('wiring')];
const rooms = [...stages.map(stage), status, maintenance, wiring];

export default {
  forbidden: [
    mayImport('shared', shared, ['^node_modules/(zod|i18next)/']),
    mayImport('platform', platform, ['^node_modules/koffi/', '^shared/(?:messages/message|result)\\.ts$'], nodeOwn),
    mayImport('model', model, [shared]),
    mayImport('source', stage('source'), foundation, nodeOwn),
    mayImport('store', stage('store'), foundation, nodeOwn),
    mayImport('cloud', stage('cloud'), foundation, nodeOwn),
    mayImport('ingest', stage('ingest'), [...foundation, stage('store')], nodeOwn),
    mayImport('sync', stage('sync'), [...foundation, stage('store'), stage('cloud')], nodeOwn),
    mayImport('doctor', stage('doctor'), [...foundation, stage('cloud')], nodeOwn),
    mayImport('status', status, [...stages.map(stage), shared, libraries], nodeOwn),
    mayImport('maintenance', maintenance, [...stages.map(stage), status, doors, shared, libraries], nodeOwn),
    mayImport('wiring', wiring, [...stages.map(stage), status, maintenance, doors, shared, libraries], nodeOwn),
    mayImport('gateway', doors, [...rooms, shared, libraries], nodeOwn),
    ...['camera', 'cloud'].map((name) =>
      mayImport(`simulated-${name}`, `${simulators}${name}/`, [platform, shared, libraries], nodeOwn),
    ),
    mayImport('keyring', `${keyring}(?!${withElectron})`, [keyring, platform], nodeOwn),
    mayImport(
      'keyring-in-electron',
      `${keyring}${withElectron}`,
      [keyring, platform, '^node_modules/electron/'],
      nodeOwn,
    ),
    mayImport('preload', preload, ['^node_modules/electron/', '^shared/(?:camera-channel|channels)\\.ts$']),
    mayImport(
      'shell',
      shell,
      [doors, status, maintenance, wiring, platform, keyring, simulators, shared, '^node_modules/'],
      nodeOwn,
    ),
    mayImport('renderer', '^renderer/', [shared, libraries]),
    {
      name: 'unnamed-module',
      severity: 'error',
      comment: 'a new folder of the gateway needs its line in the table of docs/architecture.md and in this file',
      from: { path: `${gateway}[^/]+/`, pathNot: rooms },
      to: {},
    },
    {
      name: 'nothing-imports-test',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'a file or package that is not there, or not in package.json',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 offers no parser to other tools; swc reads the sources instead.
    parser: 'swc',
    doNotFollow: { path: ['^node_modules/', '^out/'] },
    exclude: { path: ['^out/'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
