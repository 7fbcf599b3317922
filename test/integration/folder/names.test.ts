import { mkdir, readdir, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openGateway, smallPicture, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { statement } from '../../support/spoken.ts';

const names = [
  'plain.jpg',
  'with space .jpg',
  'größe-Ø-検査-изделие-صورة-รูป.jpg',
  'emoji-🏭👩‍🏭.jpg',
  `${'é'.repeat(125)}.jpg`,
  `${'x'.repeat(251)}.jpg`,
  'say "hi" \'there\'.jpg',
  'line\nbreak.jpg',
  'tab\there.jpg',
  'back\\slash.jpg',
  'ends with backslash\\',
  '-rf.jpg',
  '--help.jpg',
  'a..b.jpg',
  'percent%20%00.jpg',
  'semi;colon=x.jpg',
  '<angle>&amp;.jpg',
  '$HOME$(id)`id`.jpg',
  '[1]{2}(3)!*.jpg',
  'nfd-u\u0308.jpg',
  'nfc-\u00fc.jpg',
  'control-\u0001.jpg',
  'bidi-\u202Egpj.exe.jpg',
];

describe.runIf(process.platform === 'linux')('names', () => {
  test('in any language and of any kind come to the server as they are', async () => {
    const server = await startServer();
    const { gateway, input, untilDrained, refusals } = await openGateway(server);
    for (const [index, name] of names.entries()) await writeFile(join(input, name), await smallPicture(index));
    await mkdir(join(input, 'línea\n1 "🏭"'));
    await writeFile(join(input, 'línea\n1 "🏭"', 'in a folder.jpg'), await smallPicture(999));
    gateway.start();
    await untilDrained();
    expect(refusals()).toEqual([]);
    const filenames = (await server.images()).map(({ filename }) => filename);
    expect(filenames.sort()).toEqual([...names, 'in a folder.jpg'].sort());
  });

  test('arrive by events as well as by a scan', async () => {
    const server = await startServer();
    const { gateway, input, until } = await openGateway(server);
    gateway.start();
    await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
    for (const [index, name] of names.entries()) await writeFile(join(input, name), await smallPicture(index));
    await until('all are delivered', ({ counts }) => counts.acknowledged === names.length);
  });

  test('that are no Unicode are listed as long as they are there, and a right name beside them is collected', async () => {
    const server = await startServer();
    const { gateway, input, put, until, refusals } = await openGateway({ ...server, source: { rescanSeconds: 1 } });
    const bad = Buffer.concat([Buffer.from(`${input}/bad-`), Buffer.from([0xff, 0xfe]), Buffer.from('.jpg')]);
    await writeFile(bad, await smallPicture(1));
    await put('good.jpg', await smallPicture(2));
    gateway.start();
    await until('the good one is delivered', ({ counts }) => counts.acknowledged === 1);
    for (let scan = 0; scan < 4; scan += 1) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(refusals()).toMatchObject([{ code: 'name-unreadable', severity: 'refused' }]);
    }
    expect(statement(gateway.snapshot().safe).headline).toBe('CHECK FILES');
    await unlink(bad);
    await until('nothing is listed any more', ({ counts }) => counts.refused === 0, 5_000);
    expect(statement(gateway.snapshot().safe).headline).toBe('SAFE');
  });
});

describe('links', () => {
  test('that a camera leads to its newest picture, over and over, are no error that stays', async () => {
    const server = await startServer();
    const { gateway, input, until, refusals } = await openGateway({ ...server, source: { rescanSeconds: 1 } });
    const elsewhere = await temporaryFolder();
    const lead = async (name: string, target: string): Promise<void> => {
      await symlink(target, join(input, '.next'));
      await rename(join(input, '.next'), join(input, name));
    };
    gateway.start();
    for (let picture = 0; picture < 3; picture += 1) {
      await writeFile(join(input, `snap-${picture}.jpg`), await smallPicture(picture));
      await lead('lastsnap.jpg', `snap-${picture}.jpg`);
      await until('it is delivered', ({ counts }) => counts.acknowledged === picture + 1);
    }
    await lead('outside.jpg', join(elsewhere, 'first.jpg'));
    await until('a link that leads out of the folder is listed', ({ counts }) => counts.refused === 1);
    expect(refusals()).toMatchObject([{ path: 'outside.jpg', code: 'link' }]);
    await lead('outside.jpg', join(elsewhere, 'second.jpg'));
    const { safe } = await until('it leads elsewhere', ({ counts }) => counts.refused === 0);
    expect(statement(safe).headline).toBe('SAFE');
    expect(refusals()).toMatchObject([{ path: 'outside.jpg', severity: 'notice' }]);
  });

  test('are listed and never followed', async () => {
    const server = await startServer();
    const { gateway, input, put, until, refusals } = await openGateway({ ...server, source: { rescanSeconds: 1 } });
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, 'secret.jpg'), await smallPicture(1));
    await symlink(join(elsewhere, 'secret.jpg'), join(input, 'linked.jpg'));
    await symlink(elsewhere, join(input, 'linked-folder'));
    await symlink(input, join(input, 'circle'));
    await put('own.jpg', await smallPicture(2));
    gateway.start();
    await until('its own is delivered', ({ counts }) => counts.acknowledged === 1);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(gateway.snapshot().counts).toMatchObject({ collected: 1, refused: 3 });
    expect(
      refusals()
        .map(({ path, code }) => [path, code])
        .sort(),
    ).toEqual([
      ['circle', 'link'],
      ['linked-folder', 'link'],
      ['linked.jpg', 'link'],
    ]);
    for (const name of ['linked.jpg', 'linked-folder', 'circle']) await unlink(join(input, name));
    await until('nothing is listed any more', ({ counts }) => counts.refused === 0, 5_000);
  });

  test('in the place of the watched folder itself are followed, with their events', async () => {
    const server = await startServer();
    const real = await temporaryFolder();
    const link = join(await temporaryFolder(), 'in');
    await symlink(real, link);
    const { gateway, until } = await openGateway({ ...server, source: { path: link } });
    gateway.start();
    await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
    await writeFile(join(real, 'a.jpg'), await smallPicture(1));
    await mkdir(join(real, 'sub'));
    await writeFile(join(real, 'sub/b.jpg'), await smallPicture(2));
    await until('two are delivered', ({ counts }) => counts.acknowledged === 2);
  });
});

describe('what is not to be collected', () => {
  test('is left alone without a word: hidden files, unfinished copies, excluded names', async () => {
    const server = await startServer();
    const { gateway, input, put, untilDrained, refusals } = await openGateway({
      ...server,
      source: { exclude: ['rejected', '**/*.bmp', '**/thumb-*'] },
    });
    const bytes = await smallPicture(1);
    const left = ['.hidden.jpg', 'a.jpg.part', 'b.tmp', 'c.crdownload', 'Thumbs.db', 'd.bmp', 'thumb-1.jpg', '~$e.jpg'];
    for (const name of left) await put(name, bytes);
    await mkdir(join(input, 'rejected/deep'), { recursive: true });
    await writeFile(join(input, 'rejected/deep/f.jpg'), bytes);
    await mkdir(join(input, '.trash'));
    await writeFile(join(input, '.trash/g.jpg'), bytes);
    await put('taken.jpg', bytes);
    gateway.start();
    await untilDrained();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await server.images()).map(({ filename }) => filename)).toEqual(['taken.jpg']);
    expect(refusals()).toEqual([]);
    expect(await readdir(input)).toHaveLength(left.length + 3);
  });

  test('is what no include pattern names', async () => {
    const server = await startServer();
    const { gateway, input, put, untilDrained } = await openGateway({
      ...server,
      source: { include: ['**/*.jpg', 'cam-?/*'] },
    });
    await put('a.JPG', await smallPicture(1));
    await put('b.jpeg', await smallPicture(2));
    await mkdir(join(input, 'cam-1'));
    await writeFile(join(input, 'cam-1/raw'), await smallPicture(3));
    gateway.start();
    await untilDrained();
    expect((await server.images()).map(({ filename }) => filename).sort()).toEqual(['a.JPG', 'raw']);
  });

  test('an unfinished copy is collected when it gets its name', async () => {
    const server = await startServer();
    const { gateway, input, until } = await openGateway(server);
    gateway.start();
    await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
    const { rename } = await import('node:fs/promises');
    await writeFile(join(input, 'a.jpg.part'), await smallPicture(1));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(gateway.snapshot().counts.collected).toBe(0);
    await rename(join(input, 'a.jpg.part'), join(input, 'a.jpg'));
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
  });

  test('is listed no more once the settings leave it out, as the advice says', async () => {
    const server = await startServer();
    const root = await temporaryFolder();
    const first = await openGateway({ ...server, root });
    await mkdir(join(first.input, 'notes'));
    await writeFile(join(first.input, 'notes/sketch.bmp'), 'no picture');
    await first.put('sketch.bmp', Buffer.from('no picture'));
    first.gateway.start();
    await first.until('two are listed', ({ counts }) => counts.refused === 2);
    await first.stop();
    const second = await openGateway({ ...server, root, source: { exclude: ['*.bmp', 'notes'] } });
    second.gateway.start();
    await second.until(
      'nothing is listed',
      ({ counts, sources }) => sources[0]?.state === 'watching' && counts.refused === 0,
    );
  });
});
