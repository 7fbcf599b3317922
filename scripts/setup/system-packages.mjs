import { existsSync } from 'node:fs';
import { attempt, findProgram, lastLines } from './command.mjs';
import { SetupFailure } from './failure.mjs';

/** @typedef {import('./report.mjs').Report} Report */

/**
 * What Electron needs from a Debian-like system. Newer releases renamed packages of libraries whose time type grew to
 * 64 bits, so each need names its candidates, newest first.
 *
 * @typedef {{ readonly library?: string, readonly program?: string, readonly python?: string,
 *   readonly packages: readonly string[] }} Need `python`: a statement that Debian's Python runs without an error
 */

/** @type {readonly Need[]} */
const electronNeeds = [
  { library: 'libnss3.so', packages: ['libnss3'] },
  { library: 'libatk-1.0.so.0', packages: ['libatk1.0-0t64', 'libatk1.0-0'] },
  { library: 'libatk-bridge-2.0.so.0', packages: ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'] },
  { library: 'libcups.so.2', packages: ['libcups2t64', 'libcups2'] },
  { library: 'libgtk-3.so.0', packages: ['libgtk-3-0t64', 'libgtk-3-0'] },
  { library: 'libgbm.so.1', packages: ['libgbm1'] },
  { library: 'libasound.so.2', packages: ['libasound2t64', 'libasound2'] },
  { library: 'libXss.so.1', packages: ['libxss1'] },
  { library: 'libXtst.so.6', packages: ['libxtst6t64', 'libxtst6'] },
  { program: 'Xvfb', packages: ['xvfb'] },
  { program: 'xauth', packages: ['xauth'] },
];

/**
 * What tests run against where it is there: peers of the camera protocols, hosts of their own on this machine, and a
 * keyring. Without them those tests are skipped, and say so.
 *
 * @type {readonly Need[]}
 */
const testPeers = [
  { program: 'arv-tool-0.8', packages: ['aravis-tools-cli'] },
  { program: 'arv-fake-gv-camera-0.8', packages: ['aravis-tools'] },
  { python: 'import gi', packages: ['python3-gi'] },
  { python: "import gi; gi.require_version('Aravis', '0.8')", packages: ['gir1.2-aravis-0.8'] },
  { program: 'ip', packages: ['iproute2'] },
  { program: 'dbus-daemon', packages: ['dbus-daemon', 'dbus'] },
  { program: 'gnome-keyring-daemon', packages: ['gnome-keyring'] },
];

/** Debian's: another Python on the path does not know its packages. */
const debianPython = '/usr/bin/python3';

/**
 * Installs what tests run against, where that is allowed; where it is not, that is no failure.
 *
 * @param {Report} report
 */
export async function provideTestPeers(report) {
  if (process.platform !== 'linux') return;
  const missing = await findMissing(testPeers);
  const apt = findProgram('apt-get');
  const rights = await rightsToInstall();
  if (missing.length === 0 || !apt || !rights) return;
  await report.step(`installing peers for tests (${missing.map(nameOf).join(', ')})`, async () => {
    try {
      await install(rights, apt, missing);
    } catch (error) {
      if (!(error instanceof SetupFailure)) throw error;
      report.say(`tests against them are skipped: ${error.message}`);
    }
  });
}

/**
 * Installs the missing system packages where that is allowed, else says which they are.
 *
 * @param {Report} report
 * @param {readonly (string | Need)[]} more what is needed besides Electron's libraries; a name is a program that lies in
 *   the Debian package of that name
 */
export async function provideSystemPackages(report, more) {
  if (process.platform !== 'linux') return;
  const needs = [
    ...electronNeeds,
    ...more.map((need) => (typeof need === 'string' ? { program: need, packages: [need] } : need)),
  ];
  const missing = await findMissing(needs);
  if (missing.length === 0) return;

  const names = missing.map(nameOf).join(', ');
  const usual = missing.map((need) => need.packages.at(-1)).join(' ');
  const apt = findProgram('apt-get');
  if (!apt) {
    throw new SetupFailure(`this system lacks ${names}`, {
      hint: `install them with your system's package tool (on Debian they are in: ${usual})`,
    });
  }
  const rights = await rightsToInstall();
  if (!rights) {
    throw new SetupFailure(`this system lacks ${names}`, {
      hint: `run: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${usual}`,
    });
  }
  await report.step(`installing system packages (${names})`, () => install(rights, apt, missing));
  const left = await findMissing(needs);
  if (left.length > 0) {
    throw new SetupFailure(`still missing after installing: ${left.map(nameOf).join(', ')}`);
  }
}

/**
 * @param {readonly Need[]} needs
 * @returns {Promise<readonly Need[]>}
 */
async function findMissing(needs) {
  const ldconfig = findProgram('ldconfig');
  const listing = ldconfig ? await attempt(ldconfig, ['-p']) : undefined;
  // Without a listing nothing is known; starting Electron will tell.
  const known = listing?.code === 0 ? listing.output : undefined;
  /** @type {(need: Need) => boolean | Promise<boolean>} */
  const isThere = ({ library, program, python }) => {
    if (program) return findProgram(program) !== undefined;
    if (python) return runsInPython(python);
    return known === undefined || known.includes(`\t${library} `);
  };
  /** @type {Need[]} */
  const missing = [];
  for (const need of needs) if (!(await isThere(need))) missing.push(need);
  return missing;
}

/** @param {string} statement */
async function runsInPython(statement) {
  if (!existsSync(debianPython)) return false;
  return (await attempt(debianPython, ['-c', statement])).code === 0;
}

/** @param {Need} need */
const nameOf = (need) => need.library ?? need.program ?? need.packages.at(-1);

/** @returns {Promise<readonly string[] | undefined>} what to put before a command to run it as root; undefined: no way */
async function rightsToInstall() {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  if (!sudo) return undefined;
  const { code } = await attempt(sudo, ['-n', 'true']);
  return code === 0 ? [sudo, '-n'] : undefined;
}

/**
 * @param {readonly string[]} rights
 * @param {string} apt
 * @param {readonly Need[]} missing
 */
async function install(rights, apt, missing) {
  const asRoot = (/** @type {readonly string[]} */ command) => {
    const [program = '', ...parameters] = [...rights, ...command];
    return attempt(program, parameters);
  };
  // A stale or partly unreachable package list is no reason to stop before trying.
  const update = await asRoot([apt, 'update', '-qq', '-o', 'DPkg::Lock::Timeout=300']);
  /** @type {string[]} */
  const packages = [];
  for (const need of missing) packages.push(await choosePackage(need.packages));
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  const environment = existsSync('/usr/bin/env') ? ['/usr/bin/env', 'DEBIAN_FRONTEND=noninteractive'] : [];
  const { code, output } = await asRoot([...environment, apt, 'install', ...options, ...packages]);
  if (code === 0) return;
  throw new SetupFailure(`apt-get could not install ${packages.join(' ')}`, {
    detail: lastLines(update.code === 0 ? output : `${update.output}\n${output}`),
    hint: 'install these packages yourself, then run `npm run setup` again',
  });
}

/**
 * @param {readonly string[]} candidates
 * @returns {Promise<string>} the first that this release has
 */
async function choosePackage(candidates) {
  const cache = findProgram('apt-cache') ?? 'apt-cache';
  for (const name of candidates.slice(0, -1)) {
    const { code, output } = await attempt(cache, ['show', '--no-all-versions', name]);
    if (code === 0 && output.startsWith('Package:')) return name;
  }
  return candidates.at(-1) ?? '';
}
