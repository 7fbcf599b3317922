import { expect, it } from 'vitest';
import { verifyLedger } from '../../../../../electron/gateway/store/ledger/ledger-verify.ts';
import { DeadLetters } from '../../../../../electron/gateway/store/outbox/dead-letters.ts';
import { History } from '../../../../../electron/gateway/store/outbox/history.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { texts } from '../../../../support/spoken.ts';
import {
  acknowledge,
  cutOff,
  fileOf,
  newImage,
  openStore,
  storeImage,
  type TestStore,
} from '../../../../support/store.ts';

const error = { message: message('internal-error'), technical: 'x', at: 1 };
const names = (store: TestStore): string[] =>
  store.catalogue
    .page('all', null, 200)
    .rows.map(({ filename }) => filename)
    .sort();

/** One entry of each end: what was delivered (its payload here or gone), dropped, deleted, and what is open. */
async function storeOfEnds() {
  const store = await openStore();
  const history = new History(store.database, store.ledger);
  for (const name of ['evicted', 'late evicted', 'kept']) await storeImage(store, { name });
  acknowledge(store, 1, 10_000);
  acknowledge(store, 1, 50_000);
  await store.retention.makeRoom(1_000_000);
  acknowledge(store, 1, 10_000);
  for (const name of ['deleted', 'dead']) await storeImage(store, { name }, 12_000);
  for (const { seq, token } of store.outbox.lease(2, 13_000, 60_000))
    store.outbox.settle([{ seq, token, settlement: { kind: 'bury', error } }], 13_000);
  const letters = new DeadLetters(store.database, store.payloads, store.ledger);
  await letters.deleteDead([newImage({ name: 'deleted' }).image.imageId], 14_000);
  for (const name of ['dropped', 'waiting', 'leased']) await storeImage(store, { name }, 15_000);
  store.database.exec(`UPDATE outbox SET state = 'dropped', payload_present = 0
    WHERE seq = (SELECT seq FROM images WHERE filename = 'dropped')`);
  store.outbox.lease(1, 16_000, 60_000);
  store.sourceFiles.refuse('aoi', { path: 'x', bytes: 1, modifiedMs: 1 }, cutOff, 16_000);
  store.ledger.sealNow(16_000);
  return { store, history };
}

it('what is over leaves the list after its time, and only that', async () => {
  const { store, history } = await storeOfEnds();
  const all = ['dead', 'deleted', 'dropped', 'evicted', 'kept', 'late evicted', 'leased', 'waiting'];
  expect(history.pruneHistory(10_000, 100, 20_000)).toBe(0);
  expect(names(store)).toEqual(all);
  expect(history.pruneHistory(13_000, 100, 20_000)).toBe(2);
  expect(names(store)).toEqual(all.filter((name) => name !== 'evicted' && name !== 'deleted'));
  expect(history.pruneHistory(1_000_000, 100, 60_000)).toBe(2);
  expect(names(store)).toEqual(['dead', 'kept', 'leased', 'waiting']);
  expect(history.pruneHistory(1_000_000, 100, 60_000)).toBe(0);
});

it('the counts of what left stay, and the ledger still verifies, before and after its chain is written', async () => {
  const { store, history } = await storeOfEnds();
  const before = store.totals();
  const [counts] = store.ledger.page(null, 1).rows;
  history.pruneHistory(1_000_000, 100, 1_000_000);
  expect(store.totals()).toEqual(before);
  expect(store.ledger.page(null, 1).rows).toEqual([counts]);
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, problems: [] });
  store.ledger.sealNow(2_000_000);
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, problems: [] });
  // Somebody who takes rows away and says that they were pruned is found out by the chain.
  store.database.exec(`DELETE FROM outbox WHERE state = 'acknowledged';
    DELETE FROM images WHERE filename = 'kept';
    UPDATE ledger_tally SET pruned_acknowledged = pruned_acknowledged + 1`);
  const { ok, problems } = await verifyLedger(store.database);
  expect(ok).toBe(false);
  expect(texts(problems)).toEqual([expect.stringContaining('pruned acknowledged')]);
});

it('the original of what left is not collected again, and foreign keys hold', async () => {
  const { store, history } = await storeOfEnds();
  history.pruneHistory(1_000_000, 100, 20_000);
  for (const name of ['evicted', 'deleted', 'dropped'])
    expect(store.sourceFiles.status('aoi', fileOf(newImage({ name }).image)), name).toBe('finished');
  expect(store.database.pragma('foreign_key_check')).toEqual([]);
  expect(store.catalogue.detail(newImage({ name: 'evicted' }).image.imageId)).toBeNull();
  // A payload is there for each row that has one.
  expect(store.database.prepare('SELECT sum(refs) AS refs FROM payloads').get()).toEqual({ refs: 5 });
});

it('no more leave at once than is asked for, and troubles of what left are nobody’s any more', async () => {
  const store = await openStore();
  const history = new History(store.database, store.ledger);
  for (const name of ['a', 'b', 'c']) {
    const image = await storeImage(store, { name, content: { problems: [message('stored-annotations-damaged')] } });
    store.catalogue.recordCheck(image.sha256, 'damaged', 'cut');
  }
  acknowledge(store, 3);
  await store.retention.makeRoom(1_000_000);
  expect(store.totals()).toMatchObject({ damaged: 3, sidecarProblems: 3 });
  expect([1, 2, 3].map(() => history.pruneHistory(1_000_000, 2, 20_000))).toEqual([2, 1, 0]);
  expect(store.totals()).toMatchObject({ collected: 3, acknowledged: 3, damaged: 0, sidecarProblems: 0 });
});
