import { chmod, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SidecarFinder } from '../../../../../electron/gateway/ingest/sidecar/finder.ts';
import { FolderViews } from '../../../../../electron/gateway/ingest/sidecar/folder-views.ts';
import { SourceFolder } from '../../../../../electron/gateway/ingest/sidecar/source-file.ts';
import { asNobody } from '../../../../support/as-nobody.ts';
import { temporaryFolder } from '../../../../support/store.ts';

/** Views of a real folder, with a count of what its file system was asked. Its names have not changed for a day. */
async function openViews(pictures = 0) {
  const root = await temporaryFolder();
  for (let index = 0; index < pictures; index += 1) await writeFile(join(root, `p${index}.jpg`), '');
  const yesterday = new Date(Date.now() - 86_400_000);
  const rest = (folder = ''): Promise<void> => utimes(join(root, folder), yesterday, yesterday);
  await rest();
  let now = Date.now();
  const folder = new SourceFolder(root);
  const asked = { listings: 0, times: 0 };
  const names = folder.names.bind(folder);
  folder.names = (path) => {
    asked.listings += 1;
    return names(path);
  };
  const modified = folder.folderModified.bind(folder);
  folder.folderModified = (path) => {
    asked.times += 1;
    return modified(path);
  };
  const views = new FolderViews(folder, () => now);
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  /** `a.json`: listed. `?`: it may be there though it is not listed. */
  const look = async (name: string, maxAge: number): Promise<string | null> => {
    const view = await views.view('', maxAge);
    return view.names.written(name) ?? (view.isCurrent ? null : '?');
  };
  return { root, views, pass, rest, look, asked };
}

it('one listing answers for all who ask within the allowed age, and one look at the folder’s time after it', async () => {
  const { root, look, pass, asked } = await openViews(3);
  expect(await Promise.all(['a.json', 'b.json', 'c.json'].map((name) => look(name, 100)))).toEqual([null, null, null]);
  expect(asked).toEqual({ listings: 1, times: 1 });
  await writeFile(join(root, 'b.json'), '{}');
  pass(100);
  expect(await look('b.json', 100)).toBeNull();
  expect(asked).toEqual({ listings: 1, times: 1 });
  pass(1);
  expect(await look('b.json', 100)).toBe('b.json');
  expect(asked.listings).toBe(2);
});

it('a folder at rest is listed once, however often it is asked for', async () => {
  const { look, asked } = await openViews(200);
  for (let index = 0; index < 100; index += 1) expect(await look('a.json', 0)).toBeNull();
  expect(asked).toEqual({ listings: 1, times: 100 });
});

it('a large folder that grows by each picture is not listed for each, and calls nothing absent that may be there', async () => {
  const { root, look, asked } = await openViews(1_000);
  await look('x.json', 0);
  for (let index = 0; index < 30; index += 1) {
    await writeFile(join(root, `new${index}.txt`), '');
    expect(['?', `new${index}.txt`]).toContain(await look(`new${index}.txt`, 0));
  }
  expect(asked.listings).toBeLessThanOrEqual(3);
});

it('what was noted is there without another look', async () => {
  const { root, views, look, asked } = await openViews(1_000);
  await look('x.json', 0);
  await writeFile(join(root, 'a.jpg.json'), '');
  views.note('a.jpg.json');
  expect(await look('a.jpg.json', 100)).toBe('a.jpg.json');
  expect(asked.listings).toBe(1);
});

it('a change in the same instant as the listing is found though the folder’s time does not show it', async () => {
  const { root, look, rest, pass } = await openViews();
  const now = new Date();
  await utimes(root, now, now);
  await look('a.json', 0);
  await writeFile(join(root, 'a.json'), '');
  await utimes(root, now, now);
  expect(await look('a.json', 0)).toBe('a.json');
  // A file system that never changes a folder's time: found after ten seconds.
  await rest();
  pass(10_000);
  await look('b.json', 0);
  await writeFile(join(root, 'b.json'), '');
  await rest();
  expect(await look('b.json', 0)).toBeNull();
  pass(10_000);
  expect(await look('b.json', 0)).toBe('b.json');
});

it('nothing is overlooked after the clock was set back', async () => {
  const { root, look, pass } = await openViews();
  await look('a.json', 100);
  await writeFile(join(root, 'a.json'), '{}');
  pass(-500);
  expect(await look('a.json', 100)).toBe('a.json');
});

it('upper and lower case are the same, and ways to compose a letter', async () => {
  const { root, look } = await openViews();
  await writeFile(join(root, 'Pr\u00fcfung.JSON'), '{}');
  expect(await look('pru\u0308fung.json', 100)).toBe('Pr\u00fcfung.JSON');
});

it('a folder that is not there has no names, and of one that can’t be listed nothing is known', async () => {
  const { root, views, pass } = await openViews();
  expect(await views.view('labels', 100)).toMatchObject({ isCurrent: true });
  await mkdir(join(root, 'labels'));
  await writeFile(join(root, 'labels/a.txt'), '');
  await chmod(join(root, 'labels'), 0o311);
  await chmod(root, 0o755);
  pass(200);
  const { isCurrent } = await asNobody(() => views.view('labels', 100));
  expect(isCurrent).toBe(false);
  await rm(join(root, 'labels'), { recursive: true });
});

it('of a folder that grows the finder finds the same sidecars', async () => {
  const root = await temporaryFolder();
  await Promise.all(Array.from({ length: 300 }, (_, index) => writeFile(join(root, `old${index}.jpg`), '')));
  const finder = new SidecarFinder(root);
  const find = (name: string) => finder.find(`${name}.jpg`, { filename: `${name}.jpg`, width: 100, height: 100 });
  await find('old0');
  for (let index = 0; index < 12; index += 1) {
    await writeFile(join(root, `n${index}.txt`), '0 0.5 0.5 0.2 0.2\n');
    expect((await find(`n${index}`))?.relativePath).toBe(`n${index}.txt`);
    expect(await find(`old${index}`)).toBeNull();
  }
});
