import { describe, expect, it } from 'vitest';
import { GatedFrames } from '../../../../../electron/gateway/store/gated-frames.ts';
import { chainHash, genesisHash } from '../../../../../electron/gateway/store/ledger/ledger-chain.ts';
import { verifyLedger } from '../../../../../electron/gateway/store/ledger/ledger-verify.ts';
import { shiftsOf } from '../../../../../electron/gateway/store/ledger/shifts.ts';
import { type LedgerRow, ledgerRowSchema, ledgerVerdictSchema } from '../../../../../shared/contract.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { texts } from '../../../../support/spoken.ts';
import { acknowledge, cutOff, newImage, openStore, type TestStore } from '../../../../support/store.ts';

const day = 86_400_000;
const minute = 60_000;
const at = Date.UTC(2026, 10, 21, 12);
const error = { message: message('internal-error'), technical: 'x', at };
const nothing = {
  acknowledged: 0,
  pending: 0,
  dead: 0,
  refused: 0,
  dropped: 0,
  gated: 0,
  deleted: 0,
  lost: 0,
  balanced: true,
};

const put = (store: TestStore, name: string, time = at, sourceId = 'aoi') =>
  store.outbox.enqueue([newImage({ name, sourceId }).image], time);
const gate = async (store: TestStore, sourceId: string, count: number, time: number): Promise<void> => {
  const gated = new GatedFrames(store.database, store.ledger);
  const fileOf = (index: number) => ({ path: `gated-${index}.jpg`, bytes: 1, modifiedMs: 1 });
  const frames = Array.from({ length: count }, (_, index) => ({ sourceId, file: fileOf(index), sidecar: null }));
  await Promise.all(frames.map((frame) => gated.count({ ...frame, originalStays: true }, time)));
};
const bury = (store: TestStore, limit: number): void => {
  const settlement = { kind: 'bury', error } as const;
  const leased = store.outbox.lease(limit, at, minute);
  store.outbox.settle(
    leased.map(({ seq, token }) => ({ seq, token, settlement })),
    at,
  );
};
const rows = (store: TestStore): LedgerRow[] => {
  const { rows: found } = store.ledger.page(null, 200);
  for (const row of found) expect(ledgerRowSchema.parse(row)).toEqual(row);
  return found;
};
const verdict = async (store: TestStore) => ledgerVerdictSchema.parse(await verifyLedger(store.database));
type Chain = { id: number; at: number; source_id: string; shift: string; change: string; detail: string; hash: string };
const chain = (store: TestStore): Chain[] =>
  store.database.prepare<[], Chain>('SELECT * FROM ledger ORDER BY id').all();

/** Something of everything: two sources, two shifts, every state; the chain has several rows. */
async function fullStore(): Promise<TestStore> {
  const store = await openStore();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) put(store, name, at - day);
  put(store, 'left', at, 'left');
  acknowledge(store, 2, at + minute);
  bury(store, 1);
  store.outbox.lease(1, at, minute);
  store.sourceFiles.refuse('aoi', { path: 'x.jpg', bytes: 1, modifiedMs: 1 }, cutOff, at);
  await gate(store, 'left', 3, at + 3 * minute);
  store.ledger.sealNow(at + 4 * minute);
  return store;
}

describe('the counts of a shift', () => {
  it('follow every image, refusal and gated frame into what became of it', async () => {
    const store = await openStore();
    for (const name of ['a', 'b', 'c', 'd']) put(store, name);
    expect(rows(store)).toEqual([{ ...nothing, sourceId: 'aoi', shift: '2026-11-21', captured: 4, pending: 4 }]);
    acknowledge(store, 1, at);
    bury(store, 1);
    store.outbox.lease(1, at, minute);
    store.sourceFiles.refuse('aoi', { path: 'x.jpg', bytes: 1, modifiedMs: 1 }, cutOff, at);
    store.sourceFiles.refuse('aoi', { path: 'y.txt', bytes: 1, modifiedMs: 1 }, { ...cutOff, severity: 'notice' }, at);
    await gate(store, 'aoi', 5, at);
    const counts = { captured: 10, acknowledged: 1, pending: 2, dead: 1, refused: 1, gated: 5 };
    expect(rows(store)).toEqual([{ ...nothing, ...counts, sourceId: 'aoi', shift: '2026-11-21' }]);
    expect(store.totals()).toMatchObject({ collected: 4, refused: 1, gated: 5 });
    // The file was taken after all.
    put(store, 'x.jpg', at + minute);
    expect(rows(store)[0]).toMatchObject({ captured: 10, refused: 0, pending: 3, balanced: true });
    expect(await verdict(store)).toMatchObject({ ok: true, problems: [] });
  });

  it('stay in the shift in which the gateway took the frame, whenever it is delivered', async () => {
    const shiftOf = shiftsOf({ timeZone: 'UTC', shifts: [{ name: 'early', from: '06:00', to: '14:00' }] });
    const store = await openStore(undefined, undefined, { shiftOf });
    put(store, 'a', at);
    put(store, 'b', at + 3 * 3_600_000);
    acknowledge(store, 2, at + day);
    expect(rows(store)).toEqual([
      { ...nothing, sourceId: 'aoi', shift: '2026-11-21 off', captured: 1, acknowledged: 1 },
      { ...nothing, sourceId: 'aoi', shift: '2026-11-21 early', captured: 1, acknowledged: 1 },
    ]);
  });

  it('are read newest shift first, in pages that are complete', async () => {
    const store = await openStore();
    for (let index = 0; index < 11; index += 1)
      for (const source of ['a', 'b']) put(store, `${index}`, at + index * day, source);
    const all = rows(store).map(({ sourceId, shift }) => `${shift} ${sourceId}`);
    expect(all).toHaveLength(22);
    expect(all.map((name) => name.slice(0, 10))).toEqual(
      all
        .map((name) => name.slice(0, 10))
        .sort()
        .reverse(),
    );
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: ReturnType<TestStore['ledger']['page']> = store.ledger.page(cursor, 4);
      found.push(...page.rows.map(({ sourceId, shift }) => `${shift} ${sourceId}`));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(all);
    expect(store.ledger.page('abc', 5)).toEqual({ rows: [], nextCursor: null });
  });

  it('that do not add up are found at once, however many shifts there are', async () => {
    const store = await openStore();
    for (let index = 0; index < 30; index += 1) put(store, `${index}`, at + index * day);
    expect(store.ledger.check(at)).toEqual([]);
    store.database.exec("UPDATE ledger_tally SET pending = 0 WHERE shift = '2026-11-25'");
    expect(texts(store.ledger.check(at))).toEqual([
      'Source “aoi”, shift 2026-11-25: 1 captured, but 0 accounted for (0 acknowledged, 0 pending, 0 dead, 0 refused, 0 dropped, 0 gated, 0 deleted, 0 lost).',
    ]);
    expect(rows(store).filter(({ balanced }) => !balanced)).toHaveLength(1);
  });
});

describe('the chain', () => {
  it('has a row for each source and shift that changed, each covering the one before it', async () => {
    const store = await openStore();
    put(store, 'a');
    put(store, 'b', at + 30_000, 'left');
    put(store, 'c', at + 61_000);
    acknowledge(store, 1, at + 122_000);
    const found = chain(store);
    expect(found.map(({ source_id, change }) => [source_id, JSON.parse(change).slice(0, 3)])).toEqual([
      ['aoi', [1, 0, 1]],
      ['aoi', [1, 0, 1]],
      ['left', [1, 0, 1]],
      ['aoi', [0, 1, -1]],
    ]);
    let hash = genesisHash;
    for (const row of found) {
      hash = chainHash(hash, row);
      expect(row.hash).toBe(hash);
    }
    expect(await verdict(store)).toEqual({ ok: true, rows: 4, problems: [], head: hash });
  });

  it('grows once a minute and not with every frame', async () => {
    const store = await openStore();
    store.database.pragma('synchronous = OFF');
    for (let index = 0; index < 180; index += 1) {
      put(store, `${index}`, at + index * 1_000);
      acknowledge(store, 1, at + index * 1_000 + 500);
    }
    expect(chain(store)).toHaveLength(3);
    expect(await verdict(store)).toMatchObject({ ok: true });
    store.ledger.sealNow(at + 180_000);
    store.ledger.sealNow(at + 180_000);
    expect(chain(store)).toHaveLength(4);
    expect(await verdict(store)).toMatchObject({ ok: true, rows: 4 });
  });

  it('goes on after a clock that jumped back', async () => {
    const store = await openStore();
    put(store, 'a', at);
    put(store, 'b', at - day);
    expect(chain(store)).toHaveLength(2);
  });

  it('takes up after a kill what was counted and not yet chained', async () => {
    const store = await openStore();
    put(store, 'a');
    put(store, 'b');
    acknowledge(store, 1, at + 1_000);
    store.close();
    const again = await openStore(store.root);
    expect(await verdict(again)).toMatchObject({ ok: true, rows: 1 });
    again.ledger.sealNow(at + 2_000);
    expect(chain(again).map(({ change }) => JSON.parse(change).slice(0, 3))).toEqual([
      [1, 0, 1],
      [1, 1, 0],
    ]);
    expect(await verdict(again)).toMatchObject({ ok: true, rows: 2 });
  });

  it('says what a person did, apart from what happened before it by itself', async () => {
    const store = await openStore();
    put(store, 'a');
    put(store, 'b');
    bury(store, 1);
    expect(store.deadLetters.requeue('all', at + 1_000)).toBe(1);
    expect(chain(store).map(({ change, detail }) => [JSON.parse(change).slice(0, 4), detail])).toEqual([
      [[1, 0, 1, 0], ''],
      [[1, 0, 0, 1], ''],
      [[0, 0, 1, -1], '{"who":"operator","did":"requeue","images":1}'],
    ]);
    expect(store.deadLetters.requeue('all', at + 2_000)).toBe(0);
    expect(chain(store)).toHaveLength(3);
  });

  it('gets no row from a transaction that failed', async () => {
    const store = await openStore();
    const bad = { ...newImage({ name: 'bad' }).image, format: 'webp' as unknown as 'jpeg' };
    expect(() => store.outbox.enqueue([newImage({ name: 'a' }).image, bad], at)).toThrow(/CHECK/);
    expect(chain(store)).toEqual([]);
    expect(rows(store)).toEqual([]);
    expect(await verdict(store)).toMatchObject({ ok: true, rows: 0 });
  });
});

describe('verifying', () => {
  it('finds nothing in an honest store', async () => {
    const store = await fullStore();
    expect(chain(store).length).toBeGreaterThan(4);
    expect(await verdict(store)).toMatchObject({ ok: true, problems: [], rows: chain(store).length });
  });

  const rechained =
    'UPDATE ledger_tally SET chained = json_array(captured, acknowledged, pending, dead, refused, dropped, gated, deleted, pruned_acknowledged, pruned_dropped, pruned_deleted)';
  const tampering: readonly (readonly [string, string, RegExp])[] = [
    [
      'a changed count in the chain',
      "UPDATE ledger SET change = json_set(change, '$[0]', 9) WHERE id = 2",
      /^Row 2 of the chain does not match its hash/,
    ],
    [
      'a changed time in the chain',
      'UPDATE ledger SET at = at + 1 WHERE id = 3',
      /^Row 3 of the chain does not match its hash/,
    ],
    [
      'a changed detail in the chain',
      "UPDATE ledger SET detail = 'x' WHERE id = 1",
      /^Row 1 of the chain does not match its hash/,
    ],
    [
      'an unreadable row of the chain',
      "UPDATE ledger SET change = '[1' WHERE id = 2",
      /^Row 2 of the chain has no readable counts/,
    ],
    [
      'a row taken from the middle of the chain',
      'DELETE FROM ledger WHERE id = 2',
      /^Of the chain, 1 row before row 3 is missing/,
    ],
    [
      'the last row taken from the chain',
      'DELETE FROM ledger WHERE id = (SELECT max(id) FROM ledger)',
      /^The chain does not add up/,
    ],
    ['the whole chain taken away', 'DELETE FROM ledger', /^The chain does not add up/],
    [
      'a row added to the chain',
      "INSERT INTO ledger SELECT max(id) + 1, at, source_id, shift, '[1,0,1,0,0,0,0,0,0,0,0]', '', hash FROM ledger",
      /^Row \d+ of the chain does not match its hash/,
    ],
    [
      'two rows of the chain changed for each other',
      'UPDATE ledger SET id = CASE id WHEN 2 THEN -3 WHEN 3 THEN -2 END WHERE id IN (2, 3); UPDATE ledger SET id = -id WHERE id < 0',
      /^Row 2 of the chain does not match its hash/,
    ],
    [
      'a picture that waits, deleted',
      "DELETE FROM outbox WHERE seq = (SELECT max(seq) FROM outbox WHERE state = 'pending' AND source_id = 'aoi')",
      /^2?3? ?.*pending are counted for source “aoi”.*are found/,
    ],
    [
      'a delivered picture, deleted',
      "DELETE FROM outbox WHERE seq = (SELECT max(seq) FROM outbox WHERE state = 'acknowledged')",
      /acknowledged are counted for source .* are found/,
    ],
    [
      'a dead letter deleted with its image',
      "PRAGMA foreign_keys = OFF; DELETE FROM images WHERE seq IN (SELECT seq FROM outbox WHERE state = 'dead'); DELETE FROM outbox WHERE state = 'dead'",
      /pictures are counted for source/,
    ],
    [
      'a refused file taken off the list without a trace',
      'DROP TRIGGER refusals_ledger_delete; DELETE FROM refusals',
      /^1 refused are counted for source “aoi”, shift 2026-11-21, but 0 are found/,
    ],
    [
      'a count changed by hand',
      "UPDATE ledger_tally SET captured = captured - 1 WHERE source_id = 'left'",
      /^Source “left”, shift 2026-11-21: 3 captured, but 4 accounted for/,
    ],
    [
      'two counts changed by hand so that they balance',
      "UPDATE ledger_tally SET captured = captured - 1, gated = gated - 1 WHERE source_id = 'left'",
      /^The chain says 4 captured for source “left”, shift 2026-11-21, but 3 are counted/,
    ],
    [
      'counts and what is chained changed by hand',
      `UPDATE ledger_tally SET captured = captured - 1, gated = gated - 1 WHERE source_id = 'left'; ${rechained}`,
      /^The chain does not add up/,
    ],
    [
      'a row of the counts taken away',
      "DELETE FROM ledger_tally WHERE source_id = 'left'",
      /^The chain has rows for source “left”/,
    ],
    [
      'the counts of the window changed by hand',
      "UPDATE tally SET acknowledged = acknowledged + 1 WHERE source_id = 'aoi'",
      /^The window shows \d acknowledged for source “aoi”, but the ledger has \d/,
    ],
    [
      'a picture moved to another state without a trace',
      "DROP TRIGGER outbox_ledger; DROP TRIGGER outbox_update; UPDATE outbox SET state = 'acknowledged' WHERE state = 'pending'",
      /pending are counted for source/,
    ],
  ];

  it.each(tampering)('finds %s', async (_name, sql, problem) => {
    const store = await fullStore();
    store.database.exec(sql);
    const found = await verdict(store);
    expect(found.ok).toBe(false);
    const problems = texts(found.problems);
    expect(problems.filter((text) => problem.test(text))).not.toEqual([]);
    for (const text of problems) expect(text).toMatch(/^[A-Z0-9].*\.$/);
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    const store = await fullStore();
    const abort = new AbortController();
    const stopped = verifyLedger(store.database, {
      signal: abort.signal,
      pause: async () => abort.abort(new Error('the gateway stops')),
    });
    await expect(stopped).rejects.toThrow('the gateway stops');
    expect(store.database.prepare("SELECT name FROM sqlite_temp_master WHERE name NOT GLOB 'journal_*'").all()).toEqual(
      [],
    );
    expect(await verdict(store)).toMatchObject({ ok: true });
  });

  it('tells fifty problems at most', async () => {
    const store = await openStore();
    store.database.pragma('synchronous = OFF');
    for (let index = 0; index < 60; index += 1) put(store, `${index}`, at + index * day);
    store.database.exec('UPDATE ledger_tally SET captured = 7; UPDATE ledger SET at = at + 1');
    const found = await verdict(store);
    expect(found).toMatchObject({ ok: false, rows: 60 });
    expect(found.problems).toHaveLength(50);
  });

  it('is right about a store that goes on while it looks, and lets it go on', async () => {
    const store = await openStore();
    store.database.pragma('synchronous = OFF');
    const images = Array.from({ length: 6_000 }, (_, index) => newImage({ name: `${index}` }).image);
    store.outbox.enqueue(images, at);
    let turns = 0;
    const done = verifyLedger(store.database, {
      pause: async () => {
        turns += 1;
        put(store, `new ${turns}`, at + turns * minute);
        // Entries that were counted already, and some that were not.
        const leased = store.outbox.lease(50, at, minute);
        store.outbox.settle(
          leased.map(({ seq, token }, index) => ({
            seq,
            token,
            settlement:
              index % 2 === 0
                ? { kind: 'bury', error }
                : { kind: 'acknowledge', duplicate: false, serverImageId: null, serverBatchId: null },
          })),
          at + turns * minute,
        );
        const seq = 6_000 - turns;
        store.database.exec(
          `UPDATE outbox SET state = 'acknowledged', acknowledged_at = 5, payload_present = 0 WHERE seq = ${seq}`,
        );
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    expect(verifyLedger(store.database)).toBe(done);
    expect(await done).toMatchObject({ ok: true, problems: [] });
    expect(turns).toBeGreaterThan(2);
    // It left nothing behind that would cost later changes anything.
    expect(store.database.prepare("SELECT name FROM sqlite_temp_master WHERE name NOT GLOB 'journal_*'").all()).toEqual(
      [],
    );
    expect(await verdict(store)).toMatchObject({ ok: true });
  });
});
