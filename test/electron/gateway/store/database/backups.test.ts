import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../../../electron/gateway/platform/files.ts';
import { type BackupKind, listBackups, makeBackup } from '../../../../../electron/gateway/store/database/backups.ts';
import { openDatabase } from '../../../../../electron/gateway/store/database/database.ts';
import { soundnessOf } from '../../../../../electron/gateway/store/database/integrity.ts';
import { openStore, storeImage, type TestStore } from '../../../../support/store.ts';

const minute = 60_000;
const at = Date.UTC(2026, 10, 30, 21, 53, 1);
const back = (store: TestStore, minutes: number, kind: BackupKind = 'daily', files = nodeFiles) =>
  makeBackup({
    database: store.database,
    folder: join(store.root, 'backups'),
    files,
    kind,
    at: at + minutes * minute,
    check: async (path) => soundnessOf(path),
  });

describe('backups of the database', () => {
  it('are whole databases, and three of each kind are kept', async () => {
    const store = await openStore();
    await storeImage(store, { name: 'a.jpg' });
    for (let minutes = 0; minutes < 5; minutes += 1) expect(await back(store, minutes)).toMatchObject({ kind: 'made' });
    await back(store, 1, 'schema');
    const folder = join(store.root, 'backups');
    expect((await readdir(folder)).sort()).toEqual([
      'daily-20261130T215501Z-s8.sqlite',
      'daily-20261130T215601Z-s8.sqlite',
      'daily-20261130T215701Z-s8.sqlite',
      'schema-20261130T215401Z-s8.sqlite',
    ]);
    const [newest] = await listBackups(folder, nodeFiles);
    expect(newest).toMatchObject({ kind: 'daily', at: at + 4 * minute, schema: 8 });
    const copy = openDatabase({ path: newest?.path ?? '' });
    expect(copy.prepare('SELECT count(*) FROM images').pluck().get()).toBe(1);
    copy.close();
  });

  it('are no backups where the database is damaged: the good ones stay', async () => {
    const store = await openStore();
    await back(store, 0);
    await back(store, 1);
    await back(store, 2);
    const found = await makeBackup({
      database: store.database,
      folder: join(store.root, 'backups'),
      files: nodeFiles,
      kind: 'daily',
      at: at + 3 * minute,
      check: async (path) => {
        await writeFile(path, 'noise');
        return soundnessOf(path);
      },
    });
    expect(found).toMatchObject({ kind: 'damaged' });
    expect((await listBackups(join(store.root, 'backups'), nodeFiles)).map((backup) => backup.at)).toEqual([
      at + 2 * minute,
      at + minute,
      at,
    ]);
    expect(await readdir(join(store.root, 'backups'))).toHaveLength(3);
  });

  it('are not begun where they would fill the disk', async () => {
    const store = await openStore();
    const full = { ...nodeFiles, space: async () => ({ freeBytes: 200_000_000, totalBytes: 1e12 }) };
    expect(await back(store, 0, 'daily', full)).toMatchObject({ kind: 'no-room' });
    expect(await readdir(join(store.root, 'backups'))).toEqual([]);
  });

  it('hold what was committed while they were made', async () => {
    const store = await openStore();
    store.database.pragma('synchronous = OFF');
    for (let index = 0; index < 300; index += 1) await storeImage(store, { name: `${index}.jpg` });
    const backup = back(store, 0);
    await new Promise((resolve) => setImmediate(resolve));
    await storeImage(store, { name: 'during.jpg' });
    const made = await backup;
    expect(made).toMatchObject({ kind: 'made' });
    const path = made.kind === 'made' ? made.backup.path : '';
    expect(soundnessOf(path)).toMatchObject({ kind: 'sound' });
  });
});
