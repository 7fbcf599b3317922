import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SidecarFinder } from '../../../../electron/gateway/ingest/sidecar/finder.ts';
import { FolderListings } from '../../../../electron/gateway/ingest/sidecar/folder-listings.ts';
import { SourceFolder } from '../../../../electron/gateway/ingest/sidecar/source-file.ts';
import { temporaryFolder } from '../../../support/store.ts';

async function openListings() {
  const root = await temporaryFolder();
  let now = 1_000;
  const folder = new SourceFolder(root);
  let listed = 0;
  const names = folder.names.bind(folder);
  folder.names = (path) => {
    listed += 1;
    return names(path);
  };
  const listings = new FolderListings(folder, () => now);
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  return { root, listings, pass, listed: () => listed };
}

it('leaves out what is not in the folder, and lists it once for all who ask within the time', async () => {
  const { root, listings, pass, listed } = await openListings();
  await writeFile(join(root, 'a.json'), '{}');
  expect(await listings.possible(['a.json', 'a.xml', 'b.json'], 100)).toEqual(['a.json']);
  await writeFile(join(root, 'b.json'), '{}');
  pass(100);
  expect(await listings.possible(['b.json'], 100)).toEqual([]);
  pass(1);
  expect(await listings.possible(['b.json'], 100)).toEqual(['b.json']);
  expect(listed()).toBe(2);
});

it('overlooks nothing where nothing may be overlooked, nor after the clock was set back', async () => {
  const { root, listings, pass } = await openListings();
  await listings.possible(['a.json'], 100);
  await writeFile(join(root, 'a.json'), '{}');
  expect(await listings.possible(['a.json', 'none'], 0)).toEqual(['a.json', 'none']);
  pass(-500);
  expect(await listings.possible(['a.json'], 100)).toEqual(['a.json']);
});

it('does not tell upper from lower case, nor ways to compose a letter: whoever asks looks at the file itself', async () => {
  const { root, listings } = await openListings();
  await writeFile(join(root, 'Pr\u00fcfung.JSON'), '{}');
  expect(await listings.possible(['pru\u0308fung.json', 'other.json'], 100)).toEqual(['pru\u0308fung.json']);
});

it('knows that a folder is not there, and knows nothing of one that can’t be read or is too large', async () => {
  const { root, listings, pass } = await openListings();
  expect(await listings.possible(['labels/a.txt'], 100)).toEqual([]);
  await mkdir(join(root, 'labels'));
  await Promise.all(Array.from({ length: 8_001 }, (_, index) => writeFile(join(root, 'labels', `${index}`), '')));
  pass(200);
  expect(await listings.possible(['labels/a.txt'], 100)).toEqual(['labels/a.txt']);
  if (process.getuid?.() !== 0) {
    await mkdir(join(root, 'closed'));
    await chmod(join(root, 'closed'), 0);
    expect(await listings.possible(['closed/a.txt'], 100)).toEqual(['closed/a.txt']);
  }
});

it('in a burst the finder finds the same sidecars', async () => {
  const root = await temporaryFolder();
  const box = { class_value: 'scratch', confidence: 0.9, x_center: 0.5, y_center: 0.5, width: 0.2, height: 0.1 };
  await mkdir(join(root, 'images'));
  await mkdir(join(root, 'labels'));
  await writeFile(join(root, 'images/a.json'), JSON.stringify({ annotations: [box] }));
  await writeFile(join(root, 'labels/b.txt'), '0 0.5 0.5 0.2 0.2\n');
  const finder = new SidecarFinder(root);
  const facts = (filename: string) => ({ filename, width: 100, height: 100 });
  const find = (name: string) => finder.find(`images/${name}.jpg`, facts(`${name}.jpg`), 1_000);
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(find));
  expect([a?.relativePath, b?.relativePath, c]).toEqual(['images/a.json', 'labels/b.txt', null]);
});
