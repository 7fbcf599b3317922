import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { waysToLose } from '../../../electron/gateway/model/ways-to-lose.ts';
import { judgements, ways } from '../../../electron/gateway/status/losses.ts';
import { chainCounts } from '../../../electron/gateway/store/ledger/ledger-chain.ts';
import { levelOf, message } from '../../../shared/messages/message.ts';
import { openGateway, startServer, temporaryFolder, until } from '../../support/gateway-fixture.ts';
import { failureWords, said, spokenSnapshot, statement } from '../../support/spoken.ts';
import { largePicture, scenes } from './ways-to-lose-scenes.ts';

/**
 * One place judges, and every loss that any part knows of reaches it: each way to lose happens in a whole gateway, and is
 * found in the state, the counts, the check-in and the ledger.
 */

const alone = (work: () => Promise<void>): Promise<void> => work();

type Note = { readonly loss: string; readonly pictures: number };

/** Of a gateway that has stopped: what its ledger's chain counts, and what it notes. */
function readChain(dataDir: string) {
  const database = new BetterSqlite3(join(dataDir, 'gateway.sqlite'), { readonly: true });
  try {
    const rows = database
      .prepare<[], { change: string; detail: string }>('SELECT change, detail FROM ledger ORDER BY id')
      .all();
    const changes = rows.map(({ change }) => JSON.parse(change) as number[]);
    return {
      sum: (name: (typeof chainCounts)[number]) =>
        changes.reduce((sum, change) => sum + (change[chainCounts.indexOf(name)] ?? 0), 0),
      notes: rows.filter(({ detail }) => detail !== '').map(({ detail }) => JSON.parse(detail) as Partial<Note>),
    };
  } finally {
    database.close();
  }
}

describe('a picture can be lost in each of these ways, and it is in state, counts, check-in and ledger', () => {
  test('every way that is known has a scene here', () => {
    expect([...new Set(scenes.map(({ way }) => way))].sort()).toEqual([...waysToLose].sort());
    expect(Object.keys(ways).sort()).toEqual([...waysToLose].sort());
  });

  for (const { way, how, isPossible = true, within = alone, checkins = 1, lose } of scenes) {
    const { headline, code: own, count, ledger } = ways[way];
    const { status, code, isUndelivered } = judgements[count];
    test.runIf(isPossible)(`${way}: ${how}`, () =>
      within(async () => {
        const { server, line, pictures, next } = await lose();
        expect(pictures).toBeGreaterThan(0);

        // State: not good, in words, with what to do.
        const { safe, flow, advice, counts } = line.gateway.snapshot();
        expect(safe.code).toBe(headline);
        expect(levelOf(safe)).toBe(levelOf({ code }));
        expect(statement(safe).headline).not.toBe('');
        expect(statement(safe).detail).toMatch(/\d/);
        if (isUndelivered) expect(statement(flow).headline).not.toBe('ALL DELIVERED');
        const told = next === undefined ? advice.find(({ message: { code: advised } }) => advised === code) : advice[0];
        expect(told?.message.code).toBe(code);
        expect(said(told?.message).hint.length).toBeGreaterThan(20);
        expect(said(message(own, { count: pictures })).hint.length).toBeGreaterThan(20);

        // Counts. A camera may lose more meanwhile.
        expect(counts[count]).toBeGreaterThanOrEqual(pictures);

        // Check-in: what the cloud was told last.
        const before = next === undefined ? server.simulator.stats().checkins : -1;
        const heard = await until(
          'the cloud is told',
          () => {
            const { checkins: all, lastCheckin } = server.simulator.stats();
            return all >= before + checkins && lastCheckin?.status === status ? lastCheckin : null;
          },
          20_000,
          () => JSON.stringify([server.simulator.stats().lastCheckin, line.gateway.snapshot().checkin]),
        );
        expect(heard.status).toBe(status);

        // Ledger, which only the next gateway can write where this one has no store any more.
        if (next === undefined) expect((await line.operate('ledger.verify', {})).problems).toEqual([]);
        const last = line.gateway.snapshot().counts[count];
        await line.stop();
        if (next !== undefined) {
          const after = await next();
          expect((await after.operate('ledger.verify', {})).problems).toEqual([]);
          await after.stop();
        }
        const chain = readChain(join(line.root, 'data'));
        if (ledger !== 'note') expect(chain.sum(ledger)).toBeGreaterThanOrEqual(last);
        const named = count === 'gone' ? 'payload-missing' : way;
        const noted = chain.notes.filter(({ loss }) => loss === named).at(-1);
        expect(noted?.pictures).toBeGreaterThanOrEqual(pictures);
        if (ledger === 'note') expect(noted?.pictures).toBe(last);
      }),
    );
  }
});

test('a gateway whose database is damaged when it starts says so to the cloud, each time', async () => {
  const server = await startServer();
  const root = await temporaryFolder();
  await mkdir(join(root, 'data'));
  await writeFile(join(root, 'data', 'gateway.sqlite'), 'x'.repeat(20_000));
  for (const time of [1, 2]) {
    expect(await failureWords(openGateway({ ...server, root }))).toContain('database is damaged');
    expect(server.simulator.stats()).toMatchObject({ checkins: time, lastCheckin: { status: 'error' } });
  }
  // Somebody puts a good one into its place: its ledger has the time without one, once.
  await rm(join(root, 'data', 'gateway.sqlite'));
  const good = await openGateway({ ...server, root });
  await good.stop();
  expect(readChain(join(root, 'data')).notes).toEqual([
    expect.objectContaining({
      loss: 'store-damaged',
      pictures: null,
      said: expect.objectContaining({ code: 'store-damaged' }),
    }),
  ]);
  expect((await readdir(join(root, 'data'))).filter((name) => name.includes('losses'))).toEqual([]);
});

test('losses that the database does not take before the end are in the ledger of the next gateway', {
  timeout: 60_000,
}, async () => {
  const server = await startServer();
  const line = await openGateway(server);
  const dataDir = join(line.root, 'data');
  // As where the database grows no more: the disk takes a line of text all the same.
  const trigger = (sql: string): void => {
    const other = new BetterSqlite3(join(dataDir, 'gateway.sqlite'), { timeout: 5_000 });
    other.exec(sql);
    other.close();
  };
  await line.stop();
  trigger("CREATE TRIGGER no_losses BEFORE INSERT ON losses BEGIN SELECT raise(FAIL, 'no room'); END");
  const full = await openGateway({ ...server, root: line.root, source: { settleMilliseconds: 4_000 } });
  full.gateway.start();
  await full.until('it watches', ({ sources }) => sources[0]?.state === 'watching');
  await full.put('gone.jpg', await largePicture(1));
  await full.until('it is seen', ({ sources }) => sources[0]?.settling === 1);
  await pause(500);
  await rm(join(full.input, 'gone.jpg'));
  const { counts } = await full.until(
    'the loss is known',
    ({ safe }) => statement(safe).headline === 'PICTURES LOST',
    20_000,
  );
  expect(counts).toMatchObject({ lost: 0, lostUnseen: 1 });
  await full.stop();
  trigger('DROP TRIGGER no_losses');
  const next = await openGateway({ ...server, root: line.root });
  expect(spokenSnapshot(next.gateway.snapshot())).toMatchObject({
    safe: { headline: 'PICTURES LOST' },
    counts: { lost: 1, lostUnseen: 1 },
  });
  expect(next.operate('ledger.page', { cursor: null, limit: 9 }).rows).toMatchObject([
    { captured: 1, lost: 1, balanced: true },
  ]);
  await next.stop();
  // Once.
  const last = await openGateway({ ...server, root: line.root });
  expect(last.gateway.snapshot().counts.lost).toBe(1);
});
