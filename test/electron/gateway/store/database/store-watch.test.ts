import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../../electron/gateway/platform/errors.ts';
import { silentLogger } from '../../../../../electron/gateway/platform/logger.ts';
import { StoreWatch } from '../../../../../electron/gateway/store/database/store-watch.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { said } from '../../../../support/spoken.ts';
import { temporaryFolder } from '../../../../support/store.ts';

const failure = (code: string): Error => Object.assign(new Error('it failed'), { code });

/** A database as the watch knows it. */
async function aDatabase(): Promise<string> {
  const path = join(await temporaryFolder(), 'gateway.sqlite');
  await writeFile(path, '');
  return path;
}

test('a damaged database and a disk that is gone are told once, in their own words; all else is none of its business', async () => {
  const watch = new StoreWatch(await aDatabase());
  const told: string[] = [];
  watch.onFault(({ code }) => told.push(code));
  for (const harmless of ['SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_CONSTRAINT_UNIQUE', 'ENOSPC', 'ECONNRESET'])
    watch.note(failure(harmless));
  watch.note(null);
  watch.note('text');
  expect(watch.fault).toBeNull();
  watch.note(failure('SQLITE_IOERR_FSYNC'));
  watch.note(failure('SQLITE_CORRUPT'));
  expect(told).toEqual(['store-unavailable']);
  expect(said(watch.fault?.said).text).toContain('data disk does not work');
});

test('a failure that its owner only logs is heard too, and one that came before anybody listened', async () => {
  const path = await aDatabase();
  const watch = new StoreWatch(path);
  watch.listening(silentLogger).log('warn', 'look-failed', { error: failure('SQLITE_CORRUPT_INDEX') });
  const told: OperatorError[] = [];
  watch.onFault((fault) => told.push(fault));
  expect(told).toHaveLength(1);
  expect(told[0]).toBeInstanceOf(OperatorError);
  expect(said(told[0]?.said).text).toBe('The gateway’s database is damaged.');
  expect(said(told[0]?.said).hint).toContain(path);
});

test('of a disk that takes nothing, or has come back as another device, nothing is called damaged: it is read again', async () => {
  const gone = await aDatabase();
  const away = new StoreWatch(gone);
  await rm(join(gone, '..'), { recursive: true });
  away.note(failure('SQLITE_CORRUPT'));
  expect(away.fault?.code).toBe('store-unavailable');
  const path = await aDatabase();
  const back = new StoreWatch(path);
  // As the mount of the same disk is another file.
  await writeFile(`${path}.other`, '');
  await rename(`${path}.other`, path);
  back.note(failure('SQLITE_NOTADB'));
  expect(back.fault?.code).toBe('store-unavailable');
});

describe('where the disk takes another file, but the database fails', () => {
  async function watching(tryStore: () => void) {
    const clock = new FakeClock();
    const watch = new StoreWatch(join(await temporaryFolder(), 'gateway.sqlite'), clock.after);
    watch.tryWith(tryStore);
    const told: string[] = [];
    watch.onFault(({ code }) => told.push(code));
    return { clock, watch, told };
  }

  test('and what is then read of it is nonsense, that is told: nobody else may ever read that page', async () => {
    const { clock, watch, told } = await watching(() => {
      throw failure('SQLITE_CORRUPT');
    });
    watch.note(failure('SQLITE_IOERR_WRITE'));
    clock.advance(1_000);
    expect(told).toEqual(['store-damaged']);
  });

  test('it is tried again, and nothing is said where it works then: it met a quota that was used up', async () => {
    let tries = 0;
    const { clock, watch, told } = await watching(() => {
      tries += 1;
    });
    for (let time = 0; time < 3; time += 1) watch.note(failure('SQLITE_IOERR_WRITE'));
    clock.advance(999);
    expect(tries).toBe(0);
    clock.advance(1);
    expect({ tries, told }).toEqual({ tries: 1, told: [] });
    // The next is a doubt of its own.
    watch.note(failure('SQLITE_IOERR_WRITE'));
    clock.advance(1_000);
    expect({ tries, told }).toEqual({ tries: 2, told: [] });
  });

  test('and fails again, it is its disk', async () => {
    const { clock, watch, told } = await watching(() => {
      watch.note(failure('SQLITE_IOERR_WRITE'));
      throw failure('SQLITE_IOERR_WRITE');
    });
    watch.note(failure('SQLITE_IOERR_WRITE'));
    expect(told).toEqual([]);
    clock.advance(1_000);
    expect(told).toEqual(['store-unavailable']);
  });

  test('because it may not be written at all, that is said at once', async () => {
    const { watch, told } = await watching(() => undefined);
    watch.note(failure('SQLITE_READONLY_DBMOVED'));
    expect(told).toEqual(['store-unavailable']);
  });

  test('and turns out to be damaged meanwhile, that is said, once', async () => {
    const { clock, watch, told } = await watching(() => {
      throw failure('SQLITE_IOERR_WRITE');
    });
    watch.note(failure('SQLITE_IOERR_WRITE'));
    watch.note(failure('SQLITE_CORRUPT'));
    clock.advance(2_000);
    expect(told).toEqual(['store-damaged']);
  });
});
