import { expect, test } from 'vitest';
import { LossNotes } from '../../../../electron/gateway/status/loss-notes.ts';
import type { Loss } from '../../../../electron/gateway/status/losses.ts';
import { verifyLedger } from '../../../../electron/gateway/store/ledger/ledger-verify.ts';
import { openStore } from '../../../support/store.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 10, 21, 12);
const stays = (pictures: number): Loss => ({ way: 'original-stays', sourceId: 'aoi', pictures });

async function open() {
  const store = await openStore();
  let now = start;
  const logged: string[] = [];
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  const notes = new LossNotes(store.ledger, { now: () => now }, { log: (_, event) => void logged.push(event) });
  const details = () =>
    store.database
      .prepare<[], string>('SELECT detail FROM ledger ORDER BY id')
      .pluck()
      .all()
      .map((text) => JSON.parse(text) as unknown);
  return { store, notes, details, logged, pass };
}

test('what is lost has a note of its way in the ledger’s chain, which is whole with it', async () => {
  const { store, notes, details } = await open();
  notes.tick([
    stays(2),
    { way: 'orphaned', sourceId: null, pictures: 5 },
    { way: 'overwritten', sourceId: 'aoi', pictures: 9 },
  ]);
  expect(details()).toEqual([
    { loss: 'original-stays', pictures: 2 },
    { loss: 'orphaned', pictures: 5 },
    { loss: 'overwritten', pictures: 9 },
  ]);
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, rows: 3, problems: [] });
  store.database.exec("UPDATE ledger SET detail = json_set(detail, '$.pictures', 0) WHERE id = 2");
  expect((await verifyLedger(store.database)).problems).toHaveLength(1);
});

test('it is noted again in the next shift and when there are more, but not each second', async () => {
  const { notes, details, pass } = await open();
  for (let second = 0; second < 30; second += 1) {
    notes.tick([stays(2 + second)]);
    pass(1_000);
  }
  expect(details()).toEqual([{ loss: 'original-stays', pictures: 2 }]);
  pass(60_000);
  notes.tick([stays(40)]);
  pass(60_000);
  notes.tick([stays(40)]);
  expect(details()).toHaveLength(2);
  // The end comes before the minute is over.
  notes.tick([stays(41)], true);
  expect(details().at(-1)).toEqual({ loss: 'original-stays', pictures: 41 });
  pass(120_000);
  notes.tick([stays(5)]);
  expect(details()).toHaveLength(3);
  notes.tick([stays(6)]);
  expect(details()).toHaveLength(4);
  pass(day);
  notes.tick([stays(3)]);
  expect(details().at(-1)).toEqual({ loss: 'original-stays', pictures: 3 });
  expect(details()).toHaveLength(5);
});

test('a database that takes no note ends nothing, fills no log, and has it once it can be written', async () => {
  const { store, notes, details, logged, pass } = await open();
  store.database.pragma('query_only = ON');
  for (let second = 0; second < 50; second += 1) {
    notes.tick([stays(1)]);
    pass(1_000);
  }
  expect(logged).toEqual(['losses-not-noted']);
  store.database.pragma('query_only = OFF');
  pass(60_000);
  notes.tick([stays(1)]);
  expect(details()).toEqual([{ loss: 'original-stays', pictures: 1 }]);
});
