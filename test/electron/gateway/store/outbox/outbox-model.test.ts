import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LeasedEntry, Settlement } from '../../../../../electron/gateway/model/outbox-entry.ts';
import type { Database } from '../../../../../electron/gateway/store/database/database.ts';
import { verifyLedger } from '../../../../../electron/gateway/store/ledger/ledger-verify.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { cutOff, fileOf, newImage, openStore, type TestStore } from '../../../../support/store.ts';

/*
 * Random sequences of everything that can be done to an outbox, beside a model that is too simple to be wrong. After
 * each step the counts that the triggers keep must equal a recount, and the model must hold what the store holds.
 */

type ModelEntry = {
  state: 'pending' | 'leased' | 'acknowledged' | 'dead';
  attempts: number;
  dueAt: number;
  ambiguous: boolean;
  stuck: boolean;
  token: string;
  expiresAt: number;
};

class Model {
  readonly entries = new Map<string, ModelEntry>();
  now = 1_000;
  /** Every lease that was ever given, valid or not. */
  readonly leases: LeasedEntry[] = [];

  in(state: ModelEntry['state']): ModelEntry[] {
    return [...this.entries.values()].filter((entry) => entry.state === state);
  }
}

const error = { message: message('internal-error'), technical: 'x', at: 1 };
const nameOf = (index: number): string => `${index % 3 === 0 ? 'left' : 'right'}-${index}.jpg`;
/** Two sources; some files share their bytes. */
const imageOf = (index: number) =>
  newImage({
    name: nameOf(index),
    sourceId: index % 3 === 0 ? 'left' : 'right',
    bytes: Buffer.from(`content ${index % 5}`.repeat((index % 5) + 1)),
  }).image;

class Step implements fc.Command<Model, TestStore> {
  readonly check = (): boolean => true;
  readonly #name: string;
  readonly #run: (model: Model, store: TestStore) => void;
  constructor(name: string, run: (model: Model, store: TestStore) => void) {
    this.#name = name;
    this.#run = run;
  }
  run(model: Model, store: TestStore): void {
    this.#run(model, store);
    compare(model, store);
  }
  toString = (): string => this.#name;
}

function compare(model: Model, store: TestStore): void {
  const rows = store.database
    .prepare<[], Record<string, string | number | null>>(
      `SELECT i.filename, o.state, o.attempts, o.next_attempt_at AS dueAt, o.ambiguous, o.stuck,
         coalesce(o.lease_token, '') AS token FROM outbox o JOIN images i USING (seq)`,
    )
    .all();
  // Nothing ever disappears, nothing appears by itself.
  expect(rows).toHaveLength(model.entries.size);
  for (const { filename, ...row } of rows) {
    const { expiresAt: _expiresAt, ...entry } = model.entries.get(String(filename)) as ModelEntry;
    expect({ filename, ...row, ambiguous: row['ambiguous'] === 1, stuck: row['stuck'] === 1 }).toEqual({
      filename,
      ...entry,
    });
  }
  expect(countedByTriggers(store.database)).toEqual(recount(store.database));
  expect(ledgerOf(store.database)).toEqual(recountedLedger(store.database));
  expect(store.ledger.check(model.now)).toEqual([]);
  expect(store.tally.payloads()).toEqual(
    store.database.prepare('SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM payloads').get(),
  );
}

function countedByTriggers(database: Database): unknown {
  return database
    .prepare(
      `SELECT source_id, collected, pending, leased, acknowledged, dead, ambiguous, retrying, stuck, duplicates,
         payloads_removed,
         waiting_bytes, acknowledged_bytes, dead_bytes FROM tally WHERE collected > 0 ORDER BY source_id`,
    )
    .all();
}

function recount(database: Database): unknown {
  const count = (condition: string): string => `count(*) FILTER (WHERE ${condition})`;
  const sum = (condition: string): string => `coalesce(sum(bytes) FILTER (WHERE ${condition}), 0)`;
  return database
    .prepare(
      `SELECT source_id, count(*) AS collected, ${count("state = 'pending'")} AS pending,
         ${count("state = 'leased'")} AS leased, ${count("state = 'acknowledged'")} AS acknowledged,
         ${count("state = 'dead'")} AS dead, ${count("state = 'pending' AND ambiguous = 1")} AS ambiguous,
         ${count("state = 'pending' AND attempts > 0")} AS retrying,
         ${count("state = 'pending' AND stuck = 1")} AS stuck,
         ${count("state = 'acknowledged' AND duplicate = 1")} AS duplicates,
         ${count('payload_present = 0')} AS payloads_removed,
         ${sum("state IN ('pending', 'leased')")} AS waiting_bytes, ${sum("state = 'acknowledged'")} AS acknowledged_bytes,
         ${sum("state = 'dead'")} AS dead_bytes
       FROM outbox GROUP BY source_id ORDER BY source_id`,
    )
    .all();
}

function ledgerOf(database: Database): unknown {
  return database
    .prepare(
      `SELECT source_id, shift, captured - refused AS images, acknowledged, pending, dead, refused
       FROM ledger_tally WHERE captured > 0 ORDER BY source_id, shift`,
    )
    .all();
}

function recountedLedger(database: Database): unknown {
  const count = (condition: string): string => `count(*) FILTER (WHERE ${condition})`;
  return database
    .prepare(
      `SELECT source_id, shift, ${count("kind <> 'refused'")} AS images, ${count("kind = 'acknowledged'")} AS acknowledged,
         ${count("kind IN ('pending', 'leased')")} AS pending, ${count("kind = 'dead'")} AS dead,
         ${count("kind = 'refused'")} AS refused
       FROM (SELECT source_id, shift, state AS kind FROM outbox
             UNION ALL SELECT source_id, shift, severity FROM refusals WHERE severity = 'refused')
       GROUP BY source_id, shift ORDER BY source_id, shift`,
    )
    .all();
}

const enqueue = (indexes: readonly number[]): Step =>
  new Step(`enqueue ${indexes.join(',')}`, (model, store) => {
    const outcomes = store.outbox.enqueue(indexes.map(imageOf), model.now);
    indexes.forEach((index, position) => {
      const name = nameOf(index);
      expect(outcomes[position]?.isNew).toBe(!model.entries.has(name));
      if (!model.entries.has(name)) {
        model.entries.set(name, {
          state: 'pending',
          attempts: 0,
          dueAt: 0,
          ambiguous: false,
          stuck: false,
          token: '',
          expiresAt: 0,
        });
      }
    });
  });

const lease = (limit: number, milliseconds: number): Step =>
  new Step(`lease ${limit} for ${milliseconds}`, (model, store) => {
    const due = model.in('pending').filter(({ dueAt }) => dueAt <= model.now);
    const leased = store.outbox.lease(limit, model.now, milliseconds);
    expect(leased).toHaveLength(Math.min(limit, due.length));
    for (const entry of leased) {
      const known = model.entries.get(entry.filename) as ModelEntry;
      expect(due).toContain(known);
      expect(entry).toMatchObject({ attempts: known.attempts, ambiguous: known.ambiguous });
      Object.assign(known, { state: 'leased', token: entry.token, expiresAt: model.now + milliseconds });
      model.leases.push(entry);
    }
  });

const settlements: readonly ((model: Model) => {
  readonly settlement: Settlement;
  apply: (entry: ModelEntry) => void;
})[] = [
  () => ({
    settlement: { kind: 'acknowledge', duplicate: true, serverImageId: null, serverBatchId: null },
    apply: (entry) => Object.assign(entry, { state: 'acknowledged', stuck: false }),
  }),
  ({ now }) => ({
    settlement: { kind: 'retry', nextAttemptAt: now + 50, ambiguous: true, stuck: true, error },
    apply: (entry) =>
      Object.assign(entry, {
        state: 'pending',
        attempts: entry.attempts + 1,
        dueAt: now + 50,
        ambiguous: true,
        stuck: true,
      }),
  }),
  ({ now }) => ({
    settlement: { kind: 'retry', nextAttemptAt: now, ambiguous: false, stuck: false, error },
    apply: (entry) =>
      Object.assign(entry, { state: 'pending', attempts: entry.attempts + 1, dueAt: now, stuck: false }),
  }),
  () => ({
    settlement: { kind: 'release', ambiguous: false, error: null },
    apply: (entry) => Object.assign(entry, { state: 'pending' }),
  }),
  () => ({
    settlement: { kind: 'bury', error },
    apply: (entry) => Object.assign(entry, { state: 'dead', attempts: entry.attempts + 1, stuck: false }),
  }),
];

const settle = (which: number, kind: number): Step =>
  new Step(`settle lease ${which} as ${kind}`, (model, store) => {
    const entry = model.leases[which % Math.max(1, model.leases.length)];
    const make = settlements[kind];
    if (entry === undefined || make === undefined) return;
    const { settlement, apply } = make(model);
    const known = model.entries.get(entry.filename) as ModelEntry;
    const valid = known.state === 'leased' && known.token === entry.token;
    const { seq, token } = entry;
    expect(store.outbox.settle([{ seq, token, settlement }], model.now)).toBe(valid ? 1 : 0);
    if (valid) {
      apply(known);
      known.token = '';
    }
  });

const renew = (which: number): Step =>
  new Step(`renew lease ${which}`, (model, store) => {
    const entry = model.leases[which % Math.max(1, model.leases.length)];
    if (entry === undefined) return;
    store.outbox.renew([entry], model.now + 500);
    const known = model.entries.get(entry.filename) as ModelEntry;
    if (known.state === 'leased' && known.token === entry.token) known.expiresAt = model.now + 500;
  });

const abandon = (entry: ModelEntry): void =>
  void Object.assign(entry, { state: 'pending', ambiguous: true, token: '' });

const expire = new Step('expire leases', (model, store) => {
  const ended = model.in('leased').filter(({ expiresAt }) => expiresAt < model.now);
  expect(store.outbox.expireLeases(model.now)).toBe(ended.length);
  ended.forEach(abandon);
});

const restart = new Step('start again', (model, store) => {
  expect(store.outbox.releaseAllLeases()).toBe(model.in('leased').length);
  model.in('leased').forEach(abandon);
});

const pass = (milliseconds: number): Step =>
  new Step(`${milliseconds} ms pass`, (model) => {
    model.now += milliseconds;
  });

const jumpBack = new Step('the clock jumps back', (model, store) => {
  model.now = 1_000;
  const far = model.in('pending').filter(({ dueAt }) => dueAt > model.now + 100);
  expect(store.outbox.clampWaits(model.now, 100)).toBe(far.length);
  for (const entry of far) entry.dueAt = model.now;
});

const retryNow = (index: number): Step =>
  new Step(`retry ${index} now`, (model, store) => {
    const known = model.entries.get(nameOf(index));
    const changed = store.outbox.retryNow(imageOf(index).imageId);
    expect(changed).toBe(known?.state === 'pending' ? 1 : 0);
    if (known?.state === 'pending') known.dueAt = 0;
  });

const clean = { state: 'pending', attempts: 0, dueAt: 0, stuck: false } as const;

const requeue = (index: number): Step =>
  new Step(`requeue ${index}`, (model, store) => {
    const known = model.entries.get(nameOf(index));
    expect(store.deadLetters.requeue([imageOf(index).imageId], model.now)).toBe(known?.state === 'dead' ? 1 : 0);
    if (known?.state === 'dead') Object.assign(known, clean);
  });

const requeueAll = new Step('requeue all', (model, store) => {
  const dead = model.in('dead');
  expect(store.deadLetters.requeue('all', model.now)).toBe(dead.length);
  for (const entry of dead) Object.assign(entry, clean);
});

/** A file that is refused; where its picture comes later, or was there, it is refused in another version. */
const refuse = (index: number, code: 'truncated' | 'unreadable'): Step =>
  new Step(`refuse ${index} as ${code}`, (model, store) => {
    const image = imageOf(index);
    const { sourceId } = image;
    const file = fileOf(image);
    const unreadable = { severity: 'refused', message: message('unreadable', { technical: 'x' }) } as const;
    const reason = code === 'truncated' ? cutOff : unreadable;
    store.sourceFiles.refuse(sourceId, { ...file, modifiedMs: 99 }, reason, model.now);
    store.totals();
  });

const forgive = (index: number): Step =>
  new Step(`forgive ${index}`, (_model, store) => {
    const image = imageOf(index);
    const { sourceId } = image;
    const file = fileOf(image);
    store.sourceFiles.forgetRefusal(sourceId, file.path);
    store.totals();
  });

const index = fc.nat({ max: 14 });
const steps = [
  fc.tuple(index, fc.constantFrom('truncated' as const, 'unreadable' as const)).map((wish) => refuse(...wish)),
  index.map(forgive),
  fc.uniqueArray(index, { minLength: 1, maxLength: 5 }).map(enqueue),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(10, 300)).map((wish) => lease(...wish)),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(10, 300)).map((wish) => lease(...wish)),
  fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: settlements.length - 1 })).map((wish) => settle(...wish)),
  fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: settlements.length - 1 })).map((wish) => settle(...wish)),
  fc.nat({ max: 30 }).map(renew),
  fc.constant(expire),
  fc.constant(restart),
  fc.integer({ min: 1, max: 400 }).map(pass),
  fc.constant(jumpBack),
  index.map(retryNow),
  index.map(requeue),
  fc.constant(requeueAll),
];

it('keeps every entry and every count through any sequence of operations', async () => {
  // A shift lasts 200 ms here.
  const shiftOf = (time: number): string => `shift ${Math.floor(time / 200)}`;
  const store = await openStore(undefined, undefined, { shiftOf });
  // The durability of each of thousands of commits is not what is tested here.
  store.database.pragma('synchronous = OFF');
  const empty = store.database.transaction(() => {
    for (const table of [
      'outbox',
      'images',
      'payloads',
      'source_files',
      'refusals',
      'tally',
      'ledger_tally',
      'ledger',
    ]) {
      store.database.exec(`DELETE FROM ${table}`);
    }
  });
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 120, size: 'max' }), (commands) => {
      empty();
      fc.modelRun(() => ({ model: new Model(), real: store }), commands);
    }),
    { numRuns: 100 },
  );
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, problems: [] });
});
