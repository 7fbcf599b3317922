import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WriteAheadLog } from '../../../../../electron/gateway/store/database/write-ahead-log.ts';
import { openStore } from '../../../../support/store.ts';

async function openLog() {
  const { database, root } = await openStore();
  database.pragma('synchronous = NORMAL');
  database.exec('CREATE TABLE notes (text TEXT) STRICT');
  const log = new WriteAheadLog(database);
  onTestFinished(() => log.close());
  const path = join(root, 'gateway.sqlite');
  const note = (text: string) => void database.prepare('INSERT INTO notes VALUES (?)').run(text);
  const logBytes = async (): Promise<number> => (await stat(`${path}-wal`)).size;
  /** Whether the database's own file has it: the log is left out. */
  const holds = async (text: string): Promise<boolean> => {
    const file = await open(path);
    const bytes = await file.readFile();
    await file.close();
    return bytes.includes(text);
  };
  return { log, path, note, logBytes, holds };
}

it('a flush leaves what was committed in the log', async () => {
  const { log, note, logBytes, holds } = await openLog();
  note('plain');
  await log.sync();
  expect(await logBytes()).toBeGreaterThan(0);
  expect(await holds('plain')).toBe(false);
});

it('after one that failed, the log is written out: the system would take it for flushed', async () => {
  const { log, path, note, logBytes, holds } = await openLog();
  note('first');
  // A log that can't be opened stands for one that can't be flushed.
  await rename(`${path}-wal`, `${path}-away`);
  const [failed] = await Promise.allSettled([log.sync(), log.sync()]);
  expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'ENOENT' } });
  await rename(`${path}-away`, `${path}-wal`);
  note('second');
  await log.sync();
  expect(await logBytes()).toBe(0);
  expect(await holds('first')).toBe(true);
  expect(await holds('second')).toBe(true);
});

it('and nobody is told that anything is durable while that fails too', async () => {
  const { log, path, note, holds } = await openLog();
  note('first');
  await rename(`${path}-wal`, `${path}-away`);
  await expect(log.sync()).rejects.toThrow('ENOENT');
  await expect(log.sync()).rejects.toThrow();
  await rename(`${path}-away`, `${path}-wal`);
  await log.sync();
  expect(await holds('first')).toBe(true);
});
