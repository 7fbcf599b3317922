import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, it } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { openGateway, startServer, temporaryFolder, until } from '../../support/gateway-fixture.ts';

/** What waits for minutes waits for a moment, and days pass when the test says so. */
function hurriedClock() {
  let ahead = 0;
  return {
    passDay: (): void => {
      ahead += 86_400_000;
    },
    clock: {
      ...systemClock,
      now: () => Date.now() + ahead,
      after: (milliseconds: number, callback: () => void) =>
        systemClock.after(milliseconds >= 600_000 ? 50 : milliseconds, callback),
    },
  };
}

it.each(['keep', 'delete'] as const)(
  'a gateway forgets files that are gone, and takes none anew that still lies there (%s)',
  async (afterIngest) => {
    const server = await startServer();
    const root = await temporaryFolder();
    const source = { afterIngest };
    const path = join(root, 'data', 'gateway.sqlite');
    const known = (): string[] => {
      const database = new BetterSqlite3(path, { readonly: true });
      const rows = database.prepare<[], { path: string }>('SELECT path FROM source_files ORDER BY path').all();
      database.close();
      return rows.map((row) => row.path);
    };
    const first = await openGateway({ ...server, root, source });
    first.gateway.start();
    await first.putPictures(4);
    await first.untilDrained();
    await first.stop();
    expect(known()).toHaveLength(4);
    if (afterIngest === 'keep') for (const index of [0, 1]) await rm(join(first.input, `frame-${index}.jpg`));
    // They have left the list, as they do after their time.
    const database = new BetterSqlite3(path);
    database.exec('PRAGMA foreign_keys = OFF; DELETE FROM outbox; DELETE FROM images');
    database.close();
    const { clock, passDay } = hurriedClock();
    const line = await openGateway({ ...server, root, source, clock });
    line.gateway.start();
    const forgotten = await until(
      'they are forgotten',
      () => {
        passDay();
        return line.log.find(({ event }) => event === 'gone-files-forgotten') ?? null;
      },
      30_000,
    );
    expect(forgotten.fields).toMatchObject({ source: 'aoi', files: afterIngest === 'keep' ? 2 : 4 });
    await line.stop();
    expect(known()).toEqual(afterIngest === 'keep' ? ['frame-2.jpg', 'frame-3.jpg'] : []);
    expect(await server.images()).toHaveLength(4);
  },
  60_000,
);
