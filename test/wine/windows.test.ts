import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createWords } from '../../shared/messages/words.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { makeJpeg } from '../support/pictures.ts';
import { doctorOf, picturesIn, stopped, WineLine, type WineSource } from './line.ts';
import { asWindows, Wine, type WineProgram } from './wine.ts';

let wine: Wine;
let cloud: CloudProcess;
beforeAll(async () => {
  wine = await Wine.open();
  cloud = await CloudProcess.start(wine.pathOnC('cloud'));
});
afterAll(async () => {
  await cloud.stop();
  await wine.close();
});

const folder = (id: string, path: string, more: WineSource = {}): WineSource => ({ id, kind: 'folder', path, ...more });

function ends(program: WineProgram): WineProgram {
  onTestFinished(() => program.kill());
  return program;
}

test('a folder under a second name is refused, whatever gives it that name', async () => {
  await mkdir(wine.pathOnC('twice', 'in', 'deeper'), { recursive: true });
  await wine.giveLetter('s:', wine.pathOnC('twice', 'in'));
  const names: readonly (readonly [string, 'same' | 'inside'])[] = [
    ['c:\\TWICE\\IN', 'same'],
    ['C:\\twice\\in\\', 'same'],
    ['C:\\twice\\other\\..\\in', 'same'],
    ['C:/twice/in', 'same'],
    ['\\\\?\\C:\\twice\\in', 'same'],
    [asWindows(wine.pathOnC('twice', 'in')), 'same'],
    ['S:\\', 'same'],
    ['c:\\Twice\\In\\DEEPER', 'inside'],
    ['S:\\Deeper', 'inside'],
  ];
  const found = [];
  for (const [index, [path]] of names.entries()) {
    const line = new WineLine(wine, `twice-${index}`, cloud, [folder('one', 'C:\\twice\\in'), folder('two', path)]);
    const gateway = ends(await line.start());
    found.push({ path, refused: await gateway.said('refused') });
    expect(await gateway.ended).toBe(2);
  }
  expect(found).toEqual(
    names.map(([path, how]) => ({
      path,
      refused: [
        {
          path: 'sources[1].path',
          text: expect.stringContaining(
            how === 'same' ? 'is the folder of sources[0] already' : 'lies in the folder of sources[0]',
          ),
        },
      ],
    })),
  );
});

test('names are those of the disk: a new spelling is no new picture, long names and reserved ones are taken', async () => {
  const line = new WineLine(wine, 'names', cloud, [
    folder('kept', 'C:\\names\\kept', { rescanSeconds: 1 }),
    folder('moved', 'C:\\names\\moved', { afterIngest: 'archive', rescanSeconds: 1 }),
  ]);
  const deep = Array.from({ length: 6 }, (_, index) => `${index}`.repeat(50));
  await fillFolder(line.path('kept'), { count: 3, bytes: 30_000, firstSeed: 500 });
  await fillFolder(line.path('moved', ...deep), { count: 1, bytes: 30_000, firstSeed: 510 });
  const gateway = ends(await line.start());
  await expect.poll(async () => (await cloud.images()).length, { timeout: 60_000 }).toBe(4);
  const renamer = wine.start(
    'holder',
    ['C:\\names\\kept\\frame-000500.jpg', 'C:\\names\\kept\\FRAME-000500.JPG'],
    line.path('renamer.log'),
  );
  expect(await renamer.ended).toBe(0);
  // A scan looks through everything again.
  await after(4_000);
  const { counts } = await stopped(gateway);
  expect(await cloud.images()).toHaveLength(4);
  expect(counts).toMatchObject({ acknowledged: 4, lost: 0, refused: 0, duplicates: 0, originalsStay: 0 });
  const [archived, ...others] = await picturesIn(line.path('moved', '.acusight-archive'));
  expect(others).toEqual([]);
  expect(archived?.endsWith(join(...deep, 'frame-000510.jpg'))).toBe(true);
});

test('a file that its camera program holds is waited for, and archived once it is let go', async () => {
  const line = new WineLine(wine, 'held', cloud, [
    folder('held', 'C:\\held\\in', { afterIngest: 'archive', rescanSeconds: 1 }),
  ]);
  const before = (await cloud.images()).length;
  await fillFolder(line.path('in'), { count: 2, bytes: 30_000, firstSeed: 600 });
  const holder = ends(wine.start('holder', ['C:\\held\\in\\frame-000600.jpg'], line.path('holder.log')));
  await holder.said('holds');
  const gateway = ends(await line.start());
  await expect.poll(async () => (await cloud.images()).length, { timeout: 60_000 }).toBe(before + 1);
  await after(3_000);
  expect(await picturesIn(line.path('in', '.acusight-archive'))).toHaveLength(1);
  await holder.stop();
  await expect.poll(() => picturesIn(line.path('in', '.acusight-archive')), { timeout: 30_000 }).toHaveLength(2);
  const { counts } = await stopped(gateway);
  expect(counts).toMatchObject({ acknowledged: 2, lost: 0, refused: 0, originalsStay: 0 });
  expect(await cloud.images()).toHaveLength(before + 2);
});

test('the doctor knows a network drive by its letter, and it is polled', async () => {
  await mkdir(wine.pathOnC('share', 'in'), { recursive: true });
  await wine.mapNetworkDrive('y:', wine.pathOnC('share'));
  const line = new WineLine(wine, 'mapped', cloud, [folder('far', 'Y:\\in'), folder('near', 'C:\\mapped\\in')]);
  await mkdir(line.path('in'), { recursive: true });
  const gateway = ends(await line.start());
  await gateway.said('log');
  const checks = await doctorOf(gateway);
  const words = createWords();
  const of = (code: string) => checks.filter((check) => check.code === code).map(({ message }) => words.text(message));
  expect(of('folder:far')).toEqual([expect.stringContaining('is on the network drive Y:')]);
  expect(of('folder:near')).toEqual(['C:\\mapped\\in can be read.']);
  const { sources } = await stopped(gateway);
  expect(sources).toMatchObject([
    { id: 'far', polling: true },
    { id: 'near', polling: false },
  ]);
});

test('a process that is killed at any moment, ten times, loses nothing and sends nothing twice', async () => {
  const line = new WineLine(wine, 'killed', cloud, [folder('killed', 'C:\\killed\\in', { afterIngest: 'archive' })]);
  const before = (await cloud.images()).length;
  await mkdir(line.path('in'), { recursive: true });
  const expected = new Set<string>();
  for (let round = 0; round < 10; round += 1) {
    const gateway = ends(await line.start());
    await gateway.said('log');
    for (let index = 0; index < 6; index += 1) {
      const name = `${round}-${index}.jpg`;
      await writeFile(
        line.path(`${name}.tmp`),
        await makeJpeg({ width: 320, height: 240, seed: 1_000 + round * 10 + index }),
      );
      await rename(line.path(`${name}.tmp`), line.path('in', name));
      expected.add(name);
    }
    await after(300 + round * 150);
    await gateway.kill();
  }
  const gateway = ends(await line.start());
  await expect.poll(async () => (await cloud.images()).length, { timeout: 90_000 }).toBe(before + expected.size);
  await expect.poll(() => picturesIn(line.path('in', '.acusight-archive')), { timeout: 30_000 }).toHaveLength(60);
  const isAudited = () => gateway.lines.some(({ log }) => JSON.stringify(log)?.includes('audit-done'));
  await expect.poll(isAudited).toBe(true);
  const { counts } = await stopped(gateway);
  expect(counts).toMatchObject({ acknowledged: expected.size, pending: 0, lost: 0, dead: 0, orphans: 0 });
  expect(await line.payloads('.part')).toEqual([]);
});
