import { watch } from 'node:fs';
import { chmod, chown, link, lstat, mkdir, readdir, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Admission } from '../../../electron/gateway/ingest/admission/admission.ts';
import { FillForecast } from '../../../electron/gateway/ingest/admission/fill-forecast.ts';
import { closeToOthers } from '../../../electron/gateway/maintenance/own-rights.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { logFile } from '../../../electron/runtime/log-file.ts';
import { openGateway, startServer, temporaryFolder, until } from '../../support/gateway-fixture.ts';
import { openStore } from '../../support/store.ts';

/** What other users have rights to, below this folder: `rwx------` is nothing. */
async function openPaths(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const found: string[] = [];
  for (const path of [folder, ...names.map((name) => join(folder, name))]) {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) found.push(`${relative(folder, path)} ${(mode & 0o777).toString(8)}`);
  }
  return found;
}
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

/** The least protection that a PC may have. */
function withoutMask(): void {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
}

it.skipIf(process.platform === 'win32')(
  'what lies in the data folder is for nobody else, in a folder that was there and with what an earlier version left',
  async () => {
    withoutMask();
    const root = await temporaryFolder();
    const data = join(root, 'data');
    for (const folder of ['', 'log', 'previews', 'previews/00', 'cameras', 'payloads']) {
      await mkdir(join(data, folder), { recursive: true });
      await chmod(join(data, folder), 0o755);
    }
    for (const file of ['log/gateway.jsonl.1', 'config.json', 'cameras/top.json'])
      await writeFile(join(data, file), '');
    const server = await startServer();
    const write = logFile(join(data, 'log', 'gateway.jsonl'));
    const line = await openGateway({
      ...server,
      root,
      decodes: true,
      source: { afterIngest: 'archive', archivePath: join(root, 'archive') },
    });
    write('{}\n');
    line.gateway.start();
    await line.putPictures(3);
    await line.untilDrained();
    await until('there are previews', async () =>
      (await readdir(join(data, 'previews'), { recursive: true })).some((name) => name.endsWith('.jpg')) ? true : null,
    );
    expect(await modeOf(join(data, 'gateway.sqlite-wal'))).toBe('600');
    await line.stop();
    expect(await openPaths(data)).toEqual([]);
    // Not ours: the watched folder and the archive are as everybody else makes them.
    expect([await modeOf(join(root, 'in')), await modeOf(join(root, 'archive'))]).toEqual(['777', '777']);
    expect(line.log.map(({ event }) => event)).not.toContain('data-folder-open');
  },
  30_000,
);

it.skipIf(process.platform === 'win32')(
  'a folder with other things in it keeps its rights; ours in it lose theirs',
  async () => {
    withoutMask();
    const root = await temporaryFolder();
    const data = join(root, 'data');
    await mkdir(join(data, 'a colleague’s'), { recursive: true });
    await writeFile(join(data, 'a colleague’s', 'list.txt'), '');
    await symlink(join(data, 'a colleague’s'), join(data, 'link'));
    const line = await openGateway({ ...(await startServer()), root });
    expect(await modeOf(data)).toBe('777');
    expect(await modeOf(join(data, 'a colleague’s', 'list.txt'))).toBe('666');
    for (const own of ['gateway.sqlite', 'payloads']) expect((await stat(join(data, own))).mode & 0o077, own).toBe(0);
    expect(line.log.map(({ event }) => event)).not.toContain('data-folder-open');
  },
);

it.skipIf(process.getuid?.() !== 0)('what is another user’s is left to him, and that is said once', async () => {
  withoutMask();
  const root = await temporaryFolder();
  const data = join(root, 'data');
  await mkdir(join(data, 'previews'), { recursive: true });
  for (const path of [data, join(data, 'previews')]) await chown(path, 65_534, 65_534);
  const line = await openGateway({ ...(await startServer()), root });
  expect([await modeOf(data), await modeOf(join(data, 'previews'))]).toEqual(['777', '777']);
  const said = line.log.filter(({ event }) => event === 'data-folder-open');
  expect(said.map(({ fields }) => fields['paths'])).toEqual([[data, join(data, 'previews')]]);
});

/** Others' rights to a folder and a file beside the data folder, which the site has for something else. */
async function startBeside() {
  withoutMask();
  const root = await temporaryFolder();
  const data = join(root, 'data');
  const beside = join(root, 'beside');
  await mkdir(join(beside, 'inner'), { recursive: true });
  await mkdir(data);
  await writeFile(join(beside, 'other.conf'), 'theirs');
  return { root, data, beside, isUntouched: async () => (await openPaths(beside)).length === 3 };
}

it.skipIf(process.platform === 'win32')('a link in the data folder takes no rights from what it leads to', async () => {
  const { root, data, beside, isUntouched } = await startBeside();
  await mkdir(join(data, 'payloads'));
  await symlink(beside, join(data, 'log'));
  await symlink(join(beside, 'other.conf'), join(data, 'payloads', 'a file'));
  await symlink(join(beside, 'inner'), join(data, 'payloads', 'a folder'));
  await symlink(join(beside, 'other.conf'), join(data, 'config.json'));
  await mkdir(join(data, 'cameras'));
  await link(join(beside, 'other.conf'), join(data, 'cameras', 'top.json'));
  await openGateway({ ...(await startServer()), root });
  expect(await isUntouched()).toBe(true);
  expect([await modeOf(join(data, 'payloads')), await modeOf(join(data, 'cameras'))]).toEqual(['700', '700']);
});

it.skipIf(process.platform === 'win32')(
  'pictures that the site keeps on a bigger disk, by a link, are taken and delivered; that others may read there is said',
  async () => {
    const { root, data, beside, isUntouched } = await startBeside();
    await symlink(beside, join(data, 'payloads'));
    const line = await openGateway({ ...(await startServer()), root });
    line.gateway.start();
    await line.putPictures(2);
    await line.untilDrained();
    await line.stop();
    expect((await lstat(join(data, 'payloads'))).isSymbolicLink()).toBe(true);
    expect(await isUntouched()).toBe(true);
    const said = line.log.filter(({ event }) => event === 'data-folder-open');
    expect(said.map(({ fields }) => fields['paths'])).toEqual([[join(data, 'payloads')]]);
  },
  30_000,
);

it.skipIf(process.platform === 'win32')(
  'a data folder that is a link works, and leaves the folder its rights',
  async () => {
    withoutMask();
    const root = await temporaryFolder();
    const disk = join(root, 'disk');
    await mkdir(join(disk, 'log'), { recursive: true });
    await symlink(disk, join(root, 'data'));
    const line = await openGateway({ ...(await startServer()), root });
    line.gateway.start();
    await line.putPictures(1);
    await line.untilDrained();
    await line.stop();
    // As it may be written on a command line.
    await closeToOthers(`${join(root, 'data')}/`);
    expect([await modeOf(disk), await modeOf(join(disk, 'log')), await modeOf(join(disk, 'gateway.sqlite'))]).toEqual([
      '777',
      '700',
      '600',
    ]);
  },
);

it.skipIf(process.platform === 'win32')(
  'what a kill leaves of a try whether the disk is full, now or by an earlier version, keeps no data folder open',
  async () => {
    withoutMask();
    const root = await temporaryFolder();
    const data = join(root, 'data');
    await mkdir(data);
    await writeFile(join(data, 'gateway.room'), Buffer.alloc(8_192, 1));
    const line = await openGateway({ ...(await startServer()), root });
    await line.stop();
    expect(await openPaths(data)).toEqual([]);
    expect(await readdir(data)).not.toContain('gateway.room');
  },
);

it('somebody’s own file of such a name stays', async () => {
  const root = await temporaryFolder();
  const data = join(root, 'data');
  await mkdir(join(data, 'gateway.room'), { recursive: true });
  await closeToOthers(data);
  expect(await readdir(data)).toEqual(['gateway.room']);
  await rmdir(join(data, 'gateway.room'));
  await writeFile(join(data, 'gateway.room'), 'plan of the room');
  await closeToOthers(data);
  expect(await readdir(data)).toEqual(['gateway.room']);
});

it.skipIf(process.platform !== 'linux')('the file by which a full disk is told has a name of the gateway', async () => {
  withoutMask();
  const store = await openStore();
  const { tally, retention, root } = store;
  const admission = new Admission({
    limits: { maxBytes: 1e9, minFreeBytes: 0 },
    tally,
    retention,
    ring: null,
    forecast: new FillForecast(),
    files: nodeFiles,
    root,
    clock: systemClock,
  });
  const names: string[] = [];
  const watcher = watch(root, (_, name) => void names.push(String(name)));
  onTestFinished(() => watcher.close());
  expect(admission.takesNothingMore()).toBe(false);
  const name = await until('it was there', () => names[0] ?? null);
  const data = join(await temporaryFolder(), 'data');
  await mkdir(data);
  await writeFile(join(data, name), '');
  expect(await closeToOthers(data)).toEqual([]);
  expect(await openPaths(data)).toEqual([]);
});
