import { spawn } from 'node:child_process';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OperatorError } from '../../../../../electron/gateway/platform/errors.ts';
import { openDatabase } from '../../../../../electron/gateway/store/database/database.ts';
import { schemaVersion } from '../../../../../electron/gateway/store/database/migrations.ts';
import { errorWords } from '../../../../support/spoken.ts';
import { acknowledge, newImage, openStore, temporaryFolder } from '../../../../support/store.ts';

function refusalOf(path: string): OperatorError {
  try {
    openDatabase({ path }).close();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

const fileIn = async (): Promise<string> => join(await temporaryFolder(), 'gateway.sqlite');

describe('opening the database', () => {
  it('makes it for durable commits by one process', async () => {
    const database = openDatabase({ path: await fileIn() });
    onTestFinished(() => void database.close());
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('locking_mode')).toBe('exclusive');
    expect(pragma('foreign_keys')).toBe(1);
    expect(pragma('user_version')).toBe(schemaVersion);
  });

  it('prepares each statement once, and changes nothing of what it says', async () => {
    const database = openDatabase({ path: await fileIn() });
    onTestFinished(() => void database.close());
    // SQLite looks into a bare parameter, and prepares its statement anew for each value.
    expect(database.prepare('SELECT seq FROM outbox WHERE state = ? LIMIT @most').source).toContain(
      '= +? LIMIT +@most',
    );
    const said = database.prepare(`SELECT 'why? @home' AS quoted, ? AS text, ? AS number, ? AS bytes, ? AS none`);
    const values = ['7', 7, Buffer.from([0, 1]), null];
    expect(said.get(...values)).toEqual({
      quoted: 'why? @home',
      text: '7',
      number: 7,
      bytes: values[2],
      none: null,
    });
  });

  it('keeps what is in it', async () => {
    const store = await openStore();
    store.outbox.enqueue([newImage({ name: 'a' }).image, newImage({ name: 'b' }).image], 1_000);
    acknowledge(store, 1);
    store.close();
    const again = await openStore(store.root);
    expect(again.totals()).toMatchObject({ collected: 2, pending: 1, acknowledged: 1 });
  });

  it('refuses a second opener in the same process, and lets the first go on', async () => {
    const store = await openStore();
    const refusal = refusalOf(join(store.root, 'gateway.sqlite'));
    expect(refusal).toMatchObject({ code: 'store-in-use', disposition: 'bury' });
    expect(errorWords(refusal)).toMatch(
      /^Another gateway is already using this data folder\. Look for a gateway window/,
    );
    store.outbox.enqueue([newImage().image], 1_000);
    expect(store.totals().pending).toBe(1);
  });

  it('refuses a second process, also one that never wrote', async () => {
    const store = await openStore();
    const script = `
      import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, '../../../../../electron/gateway/store/database/database.ts'))};
      try { openDatabase({ path: ${JSON.stringify(join(store.root, 'gateway.sqlite'))} }); console.log('opened'); }
      catch (error) { console.log(error.code); }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let answer = '';
    for await (const chunk of child.stdout) answer += String(chunk);
    expect(answer.trim()).toBe('store-in-use');
  });

  it('refuses a store of a newer version and changes nothing in it', async () => {
    const path = await fileIn();
    const newer = new BetterSqlite3(path);
    newer.exec(`CREATE TABLE future (x); INSERT INTO future VALUES (1); PRAGMA user_version = ${schemaVersion + 1}`);
    newer.close();
    const before = await readFile(path);
    expect(refusalOf(path)).toMatchObject({ code: 'store-newer', disposition: 'bury' });
    expect(errorWords(refusalOf(path))).toContain(
      `newer version of the gateway (store ${schemaVersion + 1}, this version knows ${schemaVersion})`,
    );
    expect(await readFile(path)).toEqual(before);
  });

  it('leaves a newer store with unfinished business in its journal as it is', async () => {
    const path = await fileIn();
    const newer = openDatabase({ path });
    newer.exec(`CREATE TABLE future (x); PRAGMA user_version = ${schemaVersion + 1}`);
    // As after a kill: the journal is not written back.
    const [file, journal] = [await readFile(path), await readFile(`${path}-wal`)];
    newer.close();
    const copy = await fileIn();
    await writeFile(copy, file);
    await writeFile(`${copy}-wal`, journal);
    expect(refusalOf(copy).code).toBe('store-newer');
    const after = new BetterSqlite3(copy);
    expect(after.pragma('user_version', { simple: true })).toBe(schemaVersion + 1);
    expect(after.prepare('SELECT count(*) AS n FROM future').get()).toEqual({ n: 0 });
    after.close();
  });

  it('refuses a file that is no database, and a cut one, without touching them', async () => {
    const noise = await fileIn();
    await writeFile(noise, Buffer.alloc(8_192, 'not a database '));
    const refusal = refusalOf(noise);
    expect(refusal.code).toBe('store-damaged');
    expect(errorWords(refusal)).toMatch(/database is damaged\..*Rebuild database/);
    expect(await readFile(noise)).toEqual(Buffer.alloc(8_192, 'not a database '));

    const store = await openStore();
    for (let index = 0; index < 200; index += 1) store.outbox.enqueue([newImage({ name: `${index}` }).image], 1_000);
    store.close();
    const cut = join(store.root, 'gateway.sqlite');
    await truncate(cut, 16_384);
    expect(refusalOf(cut).code).toBe('store-damaged');
    expect((await stat(cut)).size).toBe(16_384);
  });

  it('says what to check where the folder is missing or is no folder', async () => {
    const folder = await temporaryFolder();
    const refusal = refusalOf(join(folder, 'missing', 'gateway.sqlite'));
    expect(refusal.code).toBe('store-unavailable');
    expect(errorWords(refusal)).toMatch(/can’t be opened: .*that this user may write there \(.*does not exist/);
    // A folder in its place is no disk that may come back.
    expect(refusalOf(folder).code).toBe('store-damaged');
  });

  it('brings the schema up to date in one step or not at all', async () => {
    const path = await fileIn();
    const half = new BetterSqlite3(path);
    half.exec('CREATE TABLE payload_tally (x)');
    half.close();
    expect(refusalOf(path).code).toBe('store-damaged');
    const after = new BetterSqlite3(path);
    expect(after.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toEqual([
      { name: 'payload_tally' },
    ]);
    expect(after.pragma('user_version', { simple: true })).toBe(0);
    after.close();
  });
});
