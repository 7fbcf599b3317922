import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { WriteBatch } from '../../../../../electron/gateway/store/database/write-batch.ts';
import { verifyLedger } from '../../../../../electron/gateway/store/ledger/ledger-verify.ts';
import { Losses } from '../../../../../electron/gateway/store/ledger/losses.ts';
import { texts } from '../../../../support/spoken.ts';
import { openStore } from '../../../../support/store.ts';

const day = 86_400_000;
const at = Date.UTC(2026, 10, 21, 12);

it('lost frames are counted for their source, shift and cause, in the ledger’s equation too', async () => {
  const store = await openStore();
  const losses = new Losses(store.database, store.ledger);
  await Promise.all([
    losses.count('aoi', 'overwritten', 'last.jpg', at),
    losses.count('aoi', 'overwritten', 'last.jpg', at + 1),
    losses.count('aoi', 'vanished', 'gone.jpg', at + 2),
    losses.count('press', 'overwritten', 'x.jpg', at + day),
  ]);
  expect(store.totals()).toMatchObject({ lost: 4, collected: 0 });
  expect(store.ledger.page(null, 9).rows).toMatchObject([
    { sourceId: 'press', captured: 1, lost: 1, balanced: true },
    { sourceId: 'aoi', captured: 3, lost: 3, balanced: true },
  ]);
  expect(store.ledger.check(at)).toEqual([]);
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, problems: [] });
  store.ledger.sealNow(at + day);
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, problems: [] });
});

it('they are told by source and cause until somebody has taken note, over shifts', async () => {
  const store = await openStore();
  const losses = new Losses(store.database, store.ledger);
  await losses.count('aoi', 'overwritten', 'a.jpg', at);
  await losses.count('aoi', 'overwritten', 'b.jpg', at + day);
  const told = { sourceId: 'aoi', cause: 'overwritten' };
  expect(losses.unseen()).toEqual([{ ...told, frames: 2, lastAt: at + day, lastPath: 'b.jpg' }]);
  expect(losses.acknowledge(at + day)).toBe(2);
  expect(losses.unseen()).toEqual([]);
  expect(losses.acknowledge(at + day)).toBe(0);
  await losses.count('aoi', 'overwritten', 'c.jpg', at + day + 1);
  expect(losses.unseen()).toMatchObject([{ ...told, frames: 1, lastPath: 'c.jpg' }]);
  const notes = store.database.prepare("SELECT at, source_id, detail FROM ledger WHERE detail <> ''").all();
  expect(notes).toEqual([
    { source_id: 'aoi', at: at + day, detail: JSON.stringify({ seen: 'overwritten', pictures: 2 }) },
  ]);
  // What was noted stays counted.
  expect(store.totals().lost).toBe(3);
});

it('a ledger whose losses were changed behind its back says so', async () => {
  const store = await openStore();
  const losses = new Losses(store.database, store.ledger);
  await losses.count('aoi', 'vanished', 'a.jpg', at);
  store.database.exec('DELETE FROM losses');
  expect(texts((await verifyLedger(store.database)).problems).join(' ')).toContain('1 lost are counted');
});

it('what can’t be written is shown all the same, and written as soon as it can be', async () => {
  const store = await openStore();
  const losses = new Losses(store.database, store.ledger);
  await losses.count('aoi', 'vanished', 'a.jpg', at);
  store.database.pragma('query_only = ON');
  await expect(losses.count('aoi', 'vanished', 'b.jpg', at + 1)).rejects.toThrow('readonly');
  expect(losses.unseen()).toMatchObject([{ cause: 'vanished', frames: 2, lastPath: 'b.jpg' }]);
  expect(store.totals().lost).toBe(1);
  // At each look, also while it is tried again.
  for (let look = 0; look < 20; look += 1) {
    expect(losses.unseen()).toMatchObject([{ frames: 2 }]);
    await turn();
  }
  store.database.pragma('query_only = OFF');
  await vi.waitFor(() => {
    expect(losses.unseen()).toMatchObject([{ frames: 2, lastAt: at + 1 }]);
    expect(store.totals().lost).toBe(2);
  });
  expect(store.ledger.check(at)).toEqual([]);
});

it('one that is counted and whose flush fails is counted once', async () => {
  const store = await openStore();
  const flushes = [() => Promise.reject(Object.assign(new Error('i/o error, fsync'), { code: 'EIO' }))];
  const group = new WriteBatch(store.database, undefined, {
    sync: () => flushes.pop()?.() ?? Promise.resolve(),
    close: async () => undefined,
  });
  const losses = new Losses(store.database, store.ledger, group);
  await expect(losses.count('aoi', 'vanished', 'a.jpg', at)).rejects.toThrow('EIO');
  expect(losses.unseen()).toMatchObject([{ frames: 1 }]);
  await losses.count('aoi', 'vanished', 'b.jpg', at + 1);
  expect(losses.unseen()).toMatchObject([{ frames: 2 }]);
  expect(store.totals().lost).toBe(2);
});

it('one that is counted together with what fails is counted all the same', async () => {
  const store = await openStore();
  const group = WriteBatch.of(store.database);
  const losses = new Losses(store.database, store.ledger, group);
  for (const write of ['run', 'runSoon'] as const) {
    const counted = losses.count('aoi', 'frame-no-room', `${write}.jpg`, at, 5);
    const full = (): never => {
      throw new Error('database or disk is full');
    };
    expect(() => group[write](full)).toThrow('full');
    // At no instant is it forgotten.
    expect(losses.unseen()).toMatchObject([{ frames: write === 'run' ? 5 : 10 }]);
    await counted;
  }
  expect(losses.unseen()).toMatchObject([{ frames: 10 }]);
  expect(store.totals().lost).toBe(10);
});
