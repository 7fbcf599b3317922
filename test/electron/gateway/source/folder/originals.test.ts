import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FileRegistry } from '../../../../../electron/gateway/model/file-sink.ts';
import { type FileVersion, sameVersion } from '../../../../../electron/gateway/model/file-version.ts';
import { systemClock } from '../../../../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../../../../electron/gateway/platform/logger.ts';
import { takeAside } from '../../../../../electron/gateway/source/folder/aside.ts';
import { AsideRecovery } from '../../../../../electron/gateway/source/folder/aside-recovery.ts';
import { versionOf } from '../../../../../electron/gateway/source/folder/folder-walk.ts';
import { OriginalTroubles } from '../../../../../electron/gateway/source/folder/original-troubles.ts';
import { Originals } from '../../../../../electron/gateway/source/folder/originals.ts';
import { SourceCondition } from '../../../../../electron/gateway/source/frame-source.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { said } from '../../../../support/spoken.ts';

/** A folder whose originals are deleted, and a store that knows one version of its one file. */
async function openOriginals() {
  const root = await mkdtemp(join(tmpdir(), 'acusight-originals-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  let stored: FileVersion | null = null;
  const finished: string[] = [];
  const registry: FileRegistry = {
    status: (file) => (stored !== null && sameVersion(stored, file) ? 'stored' : 'new'),
    finish: (path) => void finished.push(path),
    storedAs: async () => null,
    lose: () => undefined,
    refuse: () => undefined,
    refusedPaths: () => [],
    forgetRefusal: () => undefined,
  };
  const condition = new SourceCondition('aoi', silentLogger);
  const common = { root, after: { action: 'delete' }, registry, clock: systemClock, condition } as const;
  const recovery = new AsideRecovery({ ...common, signal: new AbortController().signal });
  return {
    root,
    finished,
    originals: new Originals({ ...common, recovery }),
    /** A version of the file comes, and is stored. */
    put: async (text: string): Promise<FileVersion> => {
      await writeFile(join(root, 'latest.jpg'), text);
      const version = await versionOf(root, 'latest.jpg');
      if (version === null) throw new Error('not written');
      stored = version;
      return version;
    },
  };
}

test('a picture that took the name of one whose original is being deleted is deleted after it', async () => {
  const { root, originals, finished, put } = await openOriginals();
  const first = await put('one');
  const second = await put('second');
  const running = originals.finish(first);
  await originals.finish(second);
  await running;
  expect(await readdir(root)).toEqual([]);
  expect(finished).toEqual(['latest.jpg']);
});

test('a name that stands for the next picture by now is not noted as finished with the one before', async () => {
  const { root, originals, finished, put } = await openOriginals();
  const first = await put('one');
  await put('second');
  await rm(join(root, 'latest.jpg'));
  await originals.finish(first);
  expect(finished).toEqual([]);
});

test('what a kill left aside waits for the next picture of its name, whose original is being deleted, and is not passed over', async () => {
  const { root, originals, put } = await openOriginals();
  await put('one');
  const aside = await takeAside(join(root, 'latest.jpg'));
  const next = originals.finish(await put('second'));
  expect(await originals.recover(basename(aside?.path ?? ''))).toEqual(['latest.jpg']);
  await next;
  expect(await readdir(root)).toEqual(['latest.jpg']);
  expect(await readFile(join(root, 'latest.jpg'), 'utf8')).toBe('one');
});

test('one original that can’t be dealt with once, because a program holds it open, is no advice; twice, it is', () => {
  const condition = new SourceCondition('aoi', silentLogger);
  const troubles = new OriginalTroubles({ action: 'delete' }, systemClock, condition);
  const busy = Object.assign(new Error('busy'), { code: 'EBUSY', path: '/in/a.jpg' });
  troubles.scanBegins();
  troubles.failed('a.jpg', busy);
  troubles.scanEnds();
  expect(condition.warnings).toEqual([]);
  troubles.scanBegins();
  troubles.failed('a.jpg', busy);
  troubles.scanEnds();
  expect(condition.warnings.map(({ message }) => said(message).text)).toEqual(['1 original can’t be deleted']);
  expect(said(condition.warnings[0]?.message).hint).toMatch(/^Another program holds them open/);
  troubles.scanBegins();
  troubles.scanEnds();
  expect(condition.warnings).toEqual([]);
});

test('after three in a row that fail no other is tried for a while; once one works, a scan is owed', () => {
  const clock = new FakeClock();
  const troubles = new OriginalTroubles({ action: 'delete' }, clock, new SourceCondition('aoi', silentLogger));
  for (const path of ['a', 'b', 'c']) troubles.failed(path, new Error('no'));
  expect(troubles.mayTry('d')).toBe(false);
  clock.advance(10_000);
  expect(troubles.mayTry('d')).toBe(true);
  expect(troubles.mayTry('e')).toBe(false);
  expect(troubles.takeOwedScan()).toBe(false);
  troubles.passed('d');
  expect(troubles.mayTry('e')).toBe(true);
  expect(troubles.takeOwedScan()).toBe(true);
  expect(troubles.takeOwedScan()).toBe(false);
});
