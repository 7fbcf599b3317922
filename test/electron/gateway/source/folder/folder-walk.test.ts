import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { versionOf, type WalkFinding, walkFolder } from '../../../../../electron/gateway/source/folder/folder-walk.ts';
import { asNobody } from '../../../../support/as-nobody.ts';
import { said } from '../../../../support/spoken.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'acusight-walk-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function walk(
  root: string,
  wanted: (path: string, isFolder: boolean) => boolean = () => true,
): Promise<WalkFinding[]> {
  const found: WalkFinding[] = [];
  for await (const finding of walkFolder(root, wanted)) found.push(finding);
  return found.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
const nameOf = (finding: WalkFinding): string => ('path' in finding ? finding.path : finding.file.path);

const names = [
  'plain.jpg',
  'größe-検査-изделие-🏭.jpg',
  `${'é'.repeat(125)}.jpg`,
  'with "quotes".jpg',
  'line\nbreak.jpg',
  '-rf',
  '.dot',
  'nfd-u\u0308.jpg',
  'nfc-\u00fc.jpg',
];

test('every file is found under its own name, with its size and time', async () => {
  const root = await folder();
  await mkdir(join(root, 'sub/deep'), { recursive: true });
  for (const name of names) {
    await writeFile(join(root, name), name);
    await writeFile(join(root, 'sub/deep', name), 'x');
  }
  const found = await walk(root);
  expect(found.map(nameOf)).toEqual([...names, ...names.map((name) => `sub/deep/${name}`)].sort());
  for (const finding of found) {
    if (finding.kind !== 'file') throw new Error(finding.kind);
    expect(await versionOf(root, finding.file.path)).toEqual(finding.file);
  }
});

test('what was taken aside is told from other hidden files, and a folder of its own is not looked into', async () => {
  const root = await folder();
  const aside = '.acusight-aside-0123456789ab';
  const old = '.acusight-01234567-89ab-4cde-8f01-23456789abcd';
  await mkdir(join(root, 'sub'));
  await mkdir(join(root, aside));
  await mkdir(join(root, '.acusight-archive'));
  for (const path of [`${aside}/x.jpg`, `sub/${aside}-größe.jpg`, old, '.acusight-archive/y.jpg', '.acusight-z'])
    await writeFile(join(root, path), 'x');
  const found = await walk(root, (path) => !path.startsWith('.'));
  expect(found).toEqual([
    { kind: 'aside', path: old },
    { kind: 'aside', path: aside },
    { kind: 'aside', path: `sub/${aside}-größe.jpg` },
  ]);
});

test.runIf(process.platform === 'linux')(
  'a name that is no Unicode is listed, and not opened under another',
  async () => {
    const root = await folder();
    await writeFile(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe]), Buffer.from('.jpg')]), 'x');
    expect(await walk(root)).toMatchObject([{ kind: 'unusable', message: { code: 'name-unreadable' } }]);
  },
);

test('links are listed and never followed, not even in a circle', async () => {
  const root = await folder();
  const elsewhere = await folder();
  await writeFile(join(elsewhere, 'secret.jpg'), 'x');
  await mkdir(join(root, 'sub'));
  await symlink(root, join(root, 'sub/circle'));
  await symlink(elsewhere, join(root, 'out'));
  await symlink(join(elsewhere, 'secret.jpg'), join(root, 'linked.jpg'));
  await symlink('/nowhere/at/all.jpg', join(root, 'broken.jpg'));
  const found = await walk(root);
  expect(found.map(nameOf)).toEqual(['broken.jpg', 'linked.jpg', 'out', 'sub/circle']);
  expect(found.every((finding) => finding.kind === 'unusable' && finding.message.code === 'link')).toBe(true);
  expect(found.map((finding) => (finding.kind === 'unusable' ? said(finding.message).text : ''))).toEqual([
    'This is a link to something that is not there.',
    'This is a link to a file, not a file.',
    'This is a link to a folder, not a folder.',
    'This is a link to a folder, not a folder.',
  ]);
});

test('a link to a file that is looked at under its own name is nothing of its own, also while that is gone', async () => {
  const root = await folder();
  await mkdir(join(root, 'sub'));
  await mkdir(join(root, 'no'));
  await writeFile(join(root, 'sub/a.jpg'), 'x');
  await writeFile(join(root, 'no/hidden.jpg'), 'x');
  await symlink('sub/a.jpg', join(root, 'latest.jpg'));
  await symlink(join(root, 'sub/a.jpg'), join(root, 'sub/absolute.jpg'));
  await symlink('gone.jpg', join(root, 'sub/dangling.jpg'));
  await symlink('../no/hidden.jpg', join(root, 'sub/other.jpg'));
  const found = await walk(root, (path, isFolder) => (isFolder ? path !== 'no' : path.endsWith('.jpg')));
  expect(found.map(nameOf)).toEqual(['sub/a.jpg', 'sub/other.jpg']);
});

test('a link is seen to lead to a file of the folder also where the folder is watched by another path', async () => {
  const real = await folder();
  const parent = await folder();
  const root = join(parent, 'watched');
  await symlink(real, root);
  await mkdir(join(real, 'sub'));
  await writeFile(join(real, 'sub/a.jpg'), 'x');
  await symlink(join(real, 'sub/a.jpg'), join(real, 'latest.jpg'));
  await symlink(join(parent, 'b.jpg'), join(real, 'out.jpg'));
  expect((await walk(root)).map(nameOf)).toEqual(['out.jpg', 'sub/a.jpg']);
});

test.runIf(process.platform !== 'win32')(
  'pipes and sockets are listed, and nobody waits for their other end',
  async () => {
    const root = await folder();
    execFileSync('mkfifo', [join(root, 'pipe.jpg')]);
    const server = createServer().listen(join(root, 'socket.jpg'));
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const found = await walk(root);
    expect(found.map((finding) => (finding.kind === 'unusable' ? said(finding.message).text : ''))).toEqual([
      'This is a pipe, not a file.',
      'This is a socket, not a file.',
    ]);
  },
);

test('what is not wanted is neither entered nor examined', async () => {
  const root = await folder();
  await mkdir(join(root, 'no/deep'), { recursive: true });
  await writeFile(join(root, 'no/deep/a.jpg'), 'x');
  await writeFile(join(root, 'a.txt'), 'x');
  await writeFile(join(root, 'a.jpg'), 'x');
  const found = await walk(root, (path, isFolder) => (isFolder ? path !== 'no' : path.endsWith('.jpg')));
  expect(found.map(nameOf)).toEqual(['a.jpg']);
});

test.runIf(process.platform !== 'win32')('a subfolder that can’t be read is named, and the rest is found', async () => {
  const root = await folder();
  await chmod(root, 0o755);
  await mkdir(join(root, 'locked'));
  await writeFile(join(root, 'a.jpg'), 'x');
  await chmod(join(root, 'locked'), 0);
  onTestFinished(() => chmod(join(root, 'locked'), 0o700));
  expect((await asNobody(() => walk(root))).map((finding) => [finding.kind, nameOf(finding)])).toEqual([
    ['file', 'a.jpg'],
    ['unreadable-folder', 'locked'],
  ]);
});

test.runIf(process.platform !== 'win32').each([1, 5, 40])(
  'a subfolder whose %d files can be listed and not looked at is named, and no failure goes astray',
  async (count) => {
    const root = await folder();
    await chmod(root, 0o755);
    await mkdir(join(root, 'names'));
    await writeFile(join(root, 'a.jpg'), 'x');
    for (let file = 0; file < count; file += 1) await writeFile(join(root, 'names', `${file}.jpg`), 'x');
    await chmod(join(root, 'names'), 0o444);
    onTestFinished(() => chmod(join(root, 'names'), 0o700));
    const astray: unknown[] = [];
    const note = (error: unknown) => void astray.push(error);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const found = await asNobody(() => walk(root));
    expect(found.map((finding) => [finding.kind, nameOf(finding)])).toEqual([
      ['file', 'a.jpg'],
      ['unreadable-folder', 'names'],
    ]);
    expect(astray).toEqual([]);
  },
);

test('a folder that is not there is said so by an error', async () => {
  await expect(walk(join(await folder(), 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a deep tree is walked without recursion', async () => {
  const root = await folder();
  await mkdir(join(root, ...Array.from({ length: 300 }, () => 'd')), { recursive: true });
  await writeFile(join(root, ...Array.from({ length: 300 }, () => 'd'), 'a.jpg'), 'x');
  expect(await walk(root)).toHaveLength(1);
});
