import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigInput } from '../../shared/config.ts';
import { CameraProcess } from '../support/camera-process.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { freePort } from '../support/free-port.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { VirtualScreen } from '../support/virtual-screen.ts';
import { beyond, DebianRoot, type RunAs } from './debian-root.ts';
import { deb, minimal, scratch } from './facts.ts';
import { InstalledGateway } from './installed-gateway.ts';

/** The life of the deb on one PC: each test goes on where the one before it has left that PC. */

const command = 'acusight-line-gateway';
const settings = '/etc/acusight-line-gateway';
const data = '/var/lib/acusight-line-gateway';
const cameraAddress = '127.0.0.88';

let pc: DebianRoot;
let cloud: CloudProcess;
let before: ReadonlySet<string>;
let unreachable = '';
const sent = new Set<string>();
const service = (): RunAs => ({ user: 'acusight', environment: { ACUSIGHT_DEVICE_KEY: cloud.deviceKey } });
const person: RunAs = { user: 'line' };

beforeAll(async () => {
  pc = DebianRoot.make(minimal, join(scratch, 'pc'));
  cloud = await CloudProcess.start(join(scratch, 'cloud'));
  unreachable = `http://127.0.0.1:${await freePort()}/api`;
  pc.asRoot('useradd', '--create-home', 'line');
  pc.apt('update');
  // Its own dependencies are there before the first look, so that what differs afterwards is of the package alone.
  const depends = execFileSync('dpkg-deb', ['-f', deb, 'Depends'], { encoding: 'utf8' });
  pc.apt('satisfy', depends.trim());
  before = pc.listing();
  for (const file of [deb, next()]) cpSync(file, pc.at(`tmp/${basename(file)}`));
});
afterAll(() => cloud?.stop());

let isBroken = false;
beforeEach(({ skip }) => skip(isBroken, 'a test before it has failed'));
afterEach(({ task }) => {
  isBroken ||= task.result?.state === 'fail';
});

/** The next version: the same files under a higher number, and one that tells it. */
function next(): string {
  const [folder, file] = [join(scratch, 'next'), join(scratch, 'next.deb')];
  if (existsSync(file)) return file;
  execFileSync('dpkg-deb', ['-R', deb, folder]);
  const control = join(folder, 'DEBIAN', 'control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 99.0.0'));
  writeFileSync(join(folder, 'opt', command, 'next'), '');
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', folder, file], { stdio: 'ignore' });
  rmSync(folder, { recursive: true });
  return file;
}

const install = (file: string, ...options: readonly string[]): string =>
  pc.apt('install', '--allow-downgrades', ...options, `/tmp/${basename(file)}`);
const installedVersion = (): string => /^Version: (.*)$/m.exec(pc.asRoot('dpkg', '-s', command))?.[1] ?? '';

async function configure(file: string, baseUrl: string, sources: ConfigInput['sources']): Promise<void> {
  const config: ConfigInput = { cloud: { baseUrl, mode: 'cloud', deviceId: 'simulated-device' }, sources };
  mkdirSync(join(pc.at(file), '..'), { recursive: true });
  writeFileSync(pc.at(file), JSON.stringify(config));
}

const folder = (path: string): NonNullable<ConfigInput['sources']>[number] => ({
  id: 'aoi',
  kind: 'folder',
  path,
  afterIngest: 'keep',
});

async function pictures(path: string, count: number, firstSeed: number): Promise<ReadonlySet<string>> {
  const hashes = await fillFolder(pc.at(path), { count, bytes: 60_000, firstSeed });
  for (const hash of hashes) sent.add(hash);
  return hashes;
}

const arrived = async (): Promise<ReadonlySet<string | null>> =>
  new Set((await cloud.images()).map(({ sha256 }) => sha256));

/** What the unit starts, as systemd would: word for word, as its user. */
const serviceWords = (): readonly string[] =>
  (
    /^ExecStart=(.*)$/m.exec(
      readFileSync(pc.at('usr/lib/systemd/system/acusight-line-gateway.service'), 'utf8'),
    )?.[1] ?? ''
  ).split(' ');

describe('a deb on a minimal Debian', () => {
  test('is installed by apt, and needs nothing that it does not name', () => {
    install(deb);
    const added = beyond(pc.listing(), before);
    const own =
      /^(?:opt\/acusight|usr\/(?:bin|share\/(?:doc|applications|icons\/.*\/apps))\/acusight|usr\/lib\/(?:systemd|sysctl\.d)|etc\/(?:acusight|xdg\/autostart|passwd|group))|^opt$|^usr\/share\/(?:icons|applications$)|^etc\/xdg/;
    expect(added.filter((path) => !own.test(path))).toEqual([]);
    const libraries = pc.asRoot('ldd', `/opt/${command}/${command}.bin`);
    expect(libraries).not.toContain('not found');
    expect(pc.asRoot('ls', '-l', `${settings}/environment`)).toMatch(/^-rw-r----- 1 root acusight /);
    // The service's folder, as systemd makes it.
    pc.asRoot('install', '-d', '-o', 'acusight', '-g', 'acusight', '-m', '0700', data);
  });

  test('names each fault of a start in its own words, with or without a display', async () => {
    await configure(`${settings}/wrong.json`, 'no address', []);
    await configure(`${settings}/right.json`, cloud.baseUrl, [folder('/srv/line')]);
    mkdirSync(pc.at('srv/line'), { recursive: true });
    const start = (file: string, dataDir: string) =>
      pc.run(
        service(),
        command,
        'gateway',
        '--config',
        file,
        '--data-dir',
        dataDir,
        '--headless',
        '--exit-when-drained',
      );
    const newer = `${data}/newer`;
    expect((await start(`${settings}/right.json`, newer)).code).toBe(0);
    const database = new Database(pc.at(`${newer}/gateway.sqlite`));
    database.pragma('user_version = 9999');
    database.close();
    const ends = {
      missing: await start(`${settings}/none.json`, `${data}/a`),
      wrong: await start(`${settings}/wrong.json`, `${data}/b`),
      closed: await start(`${settings}/right.json`, '/srv/closed'),
      newer: await start(`${settings}/right.json`, newer),
      screen: await pc.run(person, command),
      demo: await pc.run(person, command, 'demo'),
    };
    expect(ends).toEqual({
      missing: { code: 2, output: expect.stringMatching(/none\.json: there is no such file/) },
      wrong: { code: 2, output: expect.stringMatching(/configuration: cloud\.baseUrl: /) },
      closed: {
        code: 1,
        output: expect.stringContaining('The data folder /srv/closed can’t be used: this user may not write there.'),
      },
      newer: {
        code: 1,
        output: expect.stringContaining('were written by a newer version of the gateway (store 9,999,'),
      },
      screen: { code: 1, output: expect.stringContaining('There is no display here, so the window cannot be opened.') },
      demo: { code: 2, output: expect.stringContaining('An installed gateway has no demo.') },
    });
    expect(pc.root(command, 'gateway', 'doctor')).toEqual({
      code: 1,
      output: expect.stringContaining('does not run as root'),
    });
    rmSync(pc.at(data), { recursive: true });
    pc.asRoot('install', '-d', '-o', 'acusight', '-g', 'acusight', '-m', '0700', data);
  });

  test('has a doctor who finds camera packets read in batches, without a display', async () => {
    const camera = { id: 'top', kind: 'gige', address: cameraAddress } as const;
    await configure(`${settings}/camera.json`, cloud.baseUrl, [folder('/srv/line'), camera]);
    const { code, output } = await pc.run(
      service(),
      command,
      'gateway',
      'doctor',
      '--config',
      `${settings}/camera.json`,
      '--data-dir',
      data,
      '--json',
    );
    expect(code, output).toBe(0);
    const { checks } = JSON.parse(output) as {
      checks: readonly { readonly code: string; readonly state: string; readonly text: string }[];
    };
    const buffer = checks.find((check) => check.code === 'receive-buffer');
    expect(buffer?.text).toMatch(/may wait to be read\.$/);
    expect(buffer?.text).not.toContain('packet by packet');
    expect(output).not.toMatch(/ERROR:|FATAL:/);
  });

  test('delivers from folders and cameras as a service does, byte for byte and in the sandbox', async () => {
    const camera = await CameraProcess.start(
      '--address',
      cameraAddress,
      '--serial',
      'PACKAGE',
      '--width',
      '640',
      '--height',
      '480',
      '--frame-rate',
      '10',
    );
    try {
      const hashes = await pictures('srv/line', 30, 1);
      const gige = { id: 'top', kind: 'gige', address: cameraAddress, frames: 5 } as const;
      const usb = {
        id: 'usb',
        kind: 'usb',
        device: 'fake_device_0',
        width: 640,
        height: 480,
        trigger: { mode: 'interval', milliseconds: 300 },
        frames: 5,
      } as const;
      await configure(`${settings}/config.json`, cloud.baseUrl, [folder('/srv/line'), gige, usb]);
      const [program = '', ...words] = serviceWords();
      expect([program, ...words]).toEqual([
        `/usr/bin/${command}`,
        'gateway',
        '--config',
        `${settings}/config.json`,
        '--data-dir',
        data,
        '--headless',
      ]);
      // Chromium's own camera has to be asked for, and whoever gives switches gives them all.
      const switches = [
        '--ozone-platform=headless',
        '--disable-gpu',
        '--use-fake-device-for-media-stream=device-count=1,fps=10',
        '--',
      ];
      const gateway = new InstalledGateway(pc, service(), program, ...switches, ...words, '--exit-when-drained');
      await gateway.until('collected', (count) => count > 0);
      sandboxed(gateway.pid);
      const end = await gateway.ended;
      expect(end.code, end.stderr).toBe(0);
      const images = await cloud.images();
      const got = await arrived();
      expect([...hashes].filter((hash) => !got.has(hash))).toEqual([]);
      expect(images).toHaveLength(40);
    } finally {
      await camera.stop();
    }
  });

  test('delivers with its window, which is drawn and is the one that the menu entry names', async () => {
    await pictures('home/line/in', 12, 101);
    await configure('/home/line/config.json', cloud.baseUrl, [folder('/home/line/in')]);
    const screen = await VirtualScreen.open(1_280, 800, ['-fbdir', scratch, '-ac']);
    try {
      const environment = { DISPLAY: screen.display, ACUSIGHT_DEVICE_KEY: cloud.deviceKey };
      const words = ['gateway', '--config', '/home/line/config.json', '--data-dir', '/home/line/data'];
      const gateway = new InstalledGateway(pc, { ...person, environment }, command, ...words);
      await gateway.until('acknowledged', (count) => count === 12);
      const tree = () => execFileSync('xwininfo', ['-display', screen.display, '-root', '-tree'], { encoding: 'utf8' });
      await expect.poll(tree).toContain('"Acusight Line Gateway"');
      const entry = readFileSync(pc.at(`usr/share/applications/${command}.desktop`), 'utf8');
      const named = /^StartupWMClass=(.*)$/m.exec(entry)?.[1];
      expect(/"Acusight Line Gateway": \("[^"]*" "([^"]*)"\)/.exec(tree())?.[1]).toBe(named);
      await expect.poll(() => colours(join(scratch, 'Xvfb_screen0'))).toBeGreaterThan(100);
      sandboxed(gateway.pid);
      const end = await gateway.stop();
      expect(end.code, end.stderr).toBe(0);
      const got = await arrived();
      expect([...sent].filter((hash) => !got.has(hash))).toEqual([]);
    } finally {
      await screen.close();
    }
  });

  test('is upgraded while pictures wait: the running one goes on, the next delivers them', async () => {
    await backlog(20, 201, () => install(next()));
    expect(installedVersion()).toBe('99.0.0');
    expect(existsSync(pc.at(`opt/${command}/next`))).toBe(true);
    expect(readFileSync(pc.at(`${settings}/environment`), 'utf8')).toContain('# of this site');
    await deliverAll();
  });

  test('goes back to the version before while pictures wait', async () => {
    await backlog(20, 301, () => install(deb));
    expect(installedVersion()).not.toBe('99.0.0');
    expect(existsSync(pc.at(`opt/${command}/next`))).toBe(false);
    await deliverAll();
  });

  test.each([
    ['damaged', 'Rebuild database', (file: string) => truncateSync(file, 40_000)],
    ['lost', 'Rebuild database', (file: string) => rmSync(file)],
    ['of a newer version', 'Install the newer version again', ofNewerVersion],
  ] as const)('builds a database that is %s anew while pictures wait', async (_, said, spoil) => {
    await backlog(10, 401 + sent.size, () => undefined);
    spoil(pc.at(`${data}/gateway.sqlite`));
    const where = ['--config', `${settings}/config.json`, '--data-dir', data] as const;
    const refused = await pc.run(service(), command, 'gateway', ...where, '--headless');
    expect(refused).toEqual({ code: 1, output: expect.stringContaining(said) });
    const recovered = await pc.run(service(), command, 'recover', ...where);
    expect(recovered).toEqual({ code: 0, output: expect.stringContaining('15 pictures wait for their delivery.') });
    await deliverAll();
  });

  test('is removed, and leaves data and configuration, which it says', () => {
    const said = pc.apt('remove', command);
    expect(said).toContain(`The pictures and the queue of the gateway are left in ${data}.`);
    expect(said).toContain(`Its configuration is left in ${settings}.`);
    const left = beyond(pc.listing(), before).filter(
      (path) => !/^(?:var\/lib\/acusight|etc\/acusight|srv\/|home\/line)/.test(path),
    );
    expect(left).toEqual(['etc/xdg/autostart', `etc/xdg/autostart/${command}.desktop`, ...users()].sort());
  });

  test('is purged, and leaves the pictures, which it says, and nothing else', () => {
    const said = pc.apt('purge', command);
    expect(said).toContain(`The data folder ${data} is left`);
    const left = beyond(pc.listing(), before).filter((path) => !/^(?:srv\/|home\/line)/.test(path));
    expect(left.filter((path) => !path.startsWith(`${data.slice(1)}`))).toEqual(users());
    expect(left.filter((path) => path.startsWith(`${data.slice(1)}/payloads/`)).length).toBeGreaterThan(0);
    expect(gone()).toEqual([]);
  });

  test('leaves nothing at all where nothing was collected', () => {
    rmSync(pc.at(data), { recursive: true });
    for (const folder of ['srv/line', 'home/line']) rmSync(pc.at(folder), { recursive: true });
    install(deb);
    pc.apt('purge', command);
    const now = pc.listing();
    expect(beyond(now, before)).toEqual([]);
    expect(gone()).toEqual([]);
  });
});

function ofNewerVersion(file: string): void {
  const database = new Database(file);
  database.pragma('user_version = 9999');
  database.close();
}

const users = (): string[] => [...pc.listing()].filter((path) => /^etc\/(?:passwd|group) /.test(path)).sort();

/** What was there before the package, and is no more: dpkg takes an empty /opt away, as with any package that lies there. */
const gone = (): string[] =>
  beyond(before, pc.listing()).filter((path) => !/^(?:etc\/(?:passwd|group) |home\/line|opt$)/.test(path));

/** Pictures are collected and cannot be delivered, before and after the packages change under the running service. */
async function backlog(count: number, firstSeed: number, change: () => void): Promise<void> {
  await configure(`${settings}/config.json`, unreachable, [folder('/srv/line')]);
  const [program = '', ...words] = serviceWords();
  const gateway = new InstalledGateway(pc, service(), program, ...words);
  await pictures('srv/line', count, firstSeed);
  await gateway.until('pending', (waiting) => waiting === count);
  writeFileSync(pc.at(`${settings}/environment`), '# of this site\n');
  chmodSync(pc.at(`${settings}/environment`), 0o640);
  change();
  expect(gateway.isRunning).toBe(true);
  await pictures('srv/line', 5, firstSeed + count);
  await gateway.until('pending', (waiting) => waiting === count + 5);
  const end = await gateway.stop();
  expect(end.code, end.stderr).toBe(0);
}

async function deliverAll(): Promise<void> {
  await configure(`${settings}/config.json`, cloud.baseUrl, [folder('/srv/line')]);
  const [program = '', ...words] = serviceWords();
  const end = await new InstalledGateway(pc, service(), program, ...words, '--exit-when-drained').ended;
  expect(end.code, end.stderr).toBe(0);
  const got = await arrived();
  expect([...sent].filter((hash) => !got.has(hash))).toEqual([]);
}

/** No process has given its sandbox up, and what runs pages and the network has its system calls filtered. */
function sandboxed(pid: number): void {
  const processes = execFileSync('ps', ['-e', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+) (.*)$/.exec(line))
    .filter((match) => match?.[2]?.includes(`/opt/${command}/`))
    .map((match) => ({ pid: match?.[1] ?? '', words: match?.[2] ?? '' }));
  expect(processes.map((one) => one.pid)).toContain(String(pid));
  expect(processes.filter(({ words }) => words.includes('--no-sandbox'))).toEqual([]);
  const pages = processes.filter(({ words }) => words.includes('--type=renderer'));
  expect(pages.length).toBeGreaterThan(0);
  for (const page of pages) expect(readFileSync(`/proc/${page.pid}/status`, 'utf8')).toMatch(/^Seccomp:\t2$/m);
}

/** How many colours a screen shows: an XWD file, of 4 bytes a pixel behind its head and its colour map. */
function colours(file: string): number {
  const bytes = readFileSync(file);
  const start = bytes.readUInt32BE(0) + 12 * bytes.readUInt32BE(76);
  const seen = new Set<number>();
  for (let at = start; at + 4 <= bytes.length; at += 4) seen.add(bytes.readUInt32LE(at));
  return seen.size;
}
