import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, type LoadedConfig, loadConfig, saveConfig } from '../../../electron/settings/config-file.ts';
import { inOneLine } from '../../support/spoken.ts';
import { temporaryFolder } from '../../support/store.ts';

const input = {
  cloud: { baseUrl: 'http://127.0.0.1:8080/api', mode: 'cloud' as const, deviceId: 'line-7' },
  sources: [{ id: 'aoi', kind: 'folder' as const, path: '/data/in' }],
};
const faultsOf = (loaded: LoadedConfig) =>
  loaded.kind === 'faulty'
    ? loaded.faults.map(({ path, message }) => ({ path, message: inOneLine(message) }))
    : loaded.kind;
const withSources = async (...sources: readonly Record<string, unknown>[]) =>
  faultsOf(
    await checkConfig({
      ...input,
      sources: sources.map((source, index) => ({ id: `s${index}`, kind: 'folder', ...source })),
    }),
  );

async function load(content: string | Buffer): Promise<LoadedConfig> {
  const path = join(await temporaryFolder(), 'config.json');
  await writeFile(path, content);
  return loadConfig(path);
}

describe('reading the file', () => {
  it('gives the settings with their defaults, and the file as it was written', async () => {
    expect(await load(JSON.stringify(input))).toMatchObject({
      kind: 'loaded',
      input,
      config: { sync: { concurrency: 4 } },
    });
  });

  it('forgives a byte-order mark', async () => {
    expect((await load(`\uFEFF${JSON.stringify(input)}`)).kind).toBe('loaded');
  });

  it('says when there is no file', async () => {
    expect(await loadConfig(join(await temporaryFolder(), 'config.json'))).toEqual({ kind: 'missing' });
  });

  it('says where the JSON is wrong', async () => {
    const faults = faultsOf(await load('{ "cloud": {\n  "baseUrl": "x",,\n} }'));
    expect(faults).toEqual([
      { path: '(the file)', message: expect.stringMatching(/not valid JSON: .*(line 2|position)/) },
    ]);
    expect(faultsOf(await load(''))).toMatchObject([{ message: expect.stringContaining('not valid JSON') }]);
  });

  it('says when the file can’t be read', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'config.json'));
    expect(faultsOf(await loadConfig(join(folder, 'config.json')))).toMatchObject([
      { path: '(the file)', message: expect.stringContaining('EISDIR') },
    ]);
  });

  it('names each fault with its path', async () => {
    const loaded = await load(JSON.stringify({ ...input, sync: { concurrency: 0 }, stroe: {} }));
    expect(faultsOf(loaded)).toMatchObject([{ path: 'sync.concurrency' }, { path: 'stroe' }]);
    expect(loaded).toMatchObject({ input: { stroe: {} } });
  });
});

describe('the folders of the sources', () => {
  it('are absolute', async () => {
    expect(await withSources({ path: 'in' }, { path: '/b', archivePath: 'done' })).toEqual([
      { path: 'sources[0].path', message: 'must be an absolute path, not “in”' },
      { path: 'sources[1].archivePath', message: 'must be an absolute path, not “done”' },
    ]);
  });

  it('do not lie in each other, in either order: a picture would be collected twice', async () => {
    expect(await withSources({ path: '/data/in' }, { path: '/data/in/' })).toMatchObject([
      { path: 'sources[1].path', message: 'is the folder of sources[0] already' },
    ]);
    expect(await withSources({ path: '/data/in' }, { path: '/data/in/top' })).toMatchObject([
      { path: 'sources[1].path' },
    ]);
    expect(await withSources({ path: '/data/in/top' }, { path: '/data/x/../in' })).toMatchObject([
      { path: 'sources[0].path' },
    ]);
    expect(await withSources({ path: '/data/in' }, { path: '/data/in2' }, { path: '/data/..in' })).toBe('loaded');
  });

  it('do not archive into what is watched: it would be collected again, for ever', async () => {
    const archive = { afterIngest: 'archive' };
    expect(await withSources({ ...archive, path: '/data/in', archivePath: '/data/in' })).toMatchObject([
      { path: 'sources[0].archivePath' },
    ]);
    expect(await withSources({ ...archive, path: '/a', archivePath: '/b/done' }, { path: '/b' })).toMatchObject([
      { path: 'sources[0].archivePath', message: expect.stringContaining('sources[1]') },
    ]);
    // Inside of its own folder it is left out of the collection.
    expect(await withSources({ ...archive, path: '/a', archivePath: '/a/done' })).toBe('loaded');
    expect(await withSources({ ...archive, path: '/a/in', archivePath: '/a' })).toBe('loaded');
  });

  it.runIf(process.platform !== 'win32')('are looked up on the disk: a link gives a folder a second path', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'real/top'), { recursive: true });
    await mkdir(join(root, 'other'));
    await symlink(join(root, 'real'), join(root, 'link'));
    const paths = (...names: readonly string[]) => names.map((name) => ({ path: join(root, name) }));
    expect(await withSources(...paths('real', 'link'))).toMatchObject([
      { path: 'sources[1].path', message: 'is the folder of sources[0] already' },
    ]);
    expect(await withSources(...paths('link', 'real/top'))).toMatchObject([
      { path: 'sources[1].path', message: expect.stringContaining('lies in the folder of sources[0]') },
    ]);
    const [other = { path: '' }, link = { path: '' }] = paths('other', 'link');
    const archive = { afterIngest: 'archive', archivePath: join(root, 'real/done') };
    expect(await withSources({ ...other, ...archive }, link)).toMatchObject([{ path: 'sources[0].archivePath' }]);
    expect(await withSources({ ...other, afterIngest: 'archive', archivePath: join(root, 'other2') }, link)).toBe(
      'loaded',
    );
  });
});

describe('writing the file', () => {
  it('replaces it in one step, readable for this user alone', async () => {
    const folder = join(await temporaryFolder(), 'new');
    const path = join(folder, 'config.json');
    await saveConfig(path, input);
    await saveConfig(path, { ...input, sync: { concurrency: 2 } });
    expect(await readdir(folder)).toEqual(['config.json']);
    expect(await loadConfig(path)).toMatchObject({ kind: 'loaded', config: { sync: { concurrency: 2 } } });
    expect((await readFile(path, 'utf8')).endsWith('}\n')).toBe(true);
  });
});
