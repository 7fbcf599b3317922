import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { nodeFiles } from '../../../../electron/gateway/platform/files.ts';
import { silentLogger } from '../../../../electron/gateway/platform/logger.ts';
import { type Database, openDatabase } from '../../../../electron/gateway/store/database/database.ts';
import { GatedFrames } from '../../../../electron/gateway/store/gated-frames.ts';
import { ImageQueries } from '../../../../electron/gateway/store/image-queries.ts';
import { Ledger } from '../../../../electron/gateway/store/ledger/ledger.ts';
import { DeadLetters } from '../../../../electron/gateway/store/outbox/dead-letters.ts';
import { History } from '../../../../electron/gateway/store/outbox/history.ts';
import { Outbox } from '../../../../electron/gateway/store/outbox/outbox.ts';
import { PastFiles } from '../../../../electron/gateway/store/past-files.ts';
import { PayloadAudit } from '../../../../electron/gateway/store/payload-audit.ts';
import { PayloadStore } from '../../../../electron/gateway/store/payloads/payload-store.ts';
import { Retention } from '../../../../electron/gateway/store/payloads/retention.ts';
import { RingBuffer } from '../../../../electron/gateway/store/payloads/ring-buffer.ts';
import { SourceFiles } from '../../../../electron/gateway/store/source-files.ts';
import { Tally } from '../../../../electron/gateway/store/tally.ts';
import { temporaryFolder } from '../../../support/store.ts';

/** Every statement that the store prepares, as SQLite would run it. */
async function plans(): Promise<ReadonlyMap<string, readonly string[]>> {
  const root = await temporaryFolder();
  const database = openDatabase({ path: join(root, 'gateway.sqlite') });
  onTestFinished(() => void database.close());
  const statements: string[] = [];
  const recording = new Proxy(database, {
    get: (target, name) => {
      if (name !== 'prepare') return Reflect.get(target, name, target);
      return (sql: string) => {
        statements.push(sql);
        return target.prepare(sql);
      };
    },
  }) as Database;
  const payloads = new PayloadStore(join(root, 'payloads'), nodeFiles);
  const ledger = new Ledger(recording);
  new ImageQueries(recording);
  new SourceFiles(recording, ledger);
  new PastFiles(recording).of('aoi');
  new DeadLetters(recording, payloads, ledger);
  new History(recording, ledger);
  new GatedFrames(recording, ledger);
  new RingBuffer({ database: recording, payloads, logger: silentLogger, seal: () => undefined });
  new Tally(recording);
  new Retention(recording, payloads);
  new PayloadAudit(recording, payloads, nodeFiles, new Outbox(recording, undefined, ledger));
  return new Map(
    statements.map((sql) => {
      const explain = database.prepare<unknown[], { detail: string }>(
        `EXPLAIN QUERY PLAN ${sql.replaceAll(/@\w+/g, '1').replaceAll('?', '1')}`,
      );
      return [sql.trim().replaceAll(/\s+/g, ' '), explain.all().map(({ detail }) => detail)];
    }),
  );
}

/** Tables of one row a source, of a few a source, or of one row. */
const small = /^SCAN (tally|payload_tally|unseen_losses|sqlite_sequence)\b/;
/** What was asked for by number, read from the question itself. */
const asked = /^SCAN (json_each|chosen) VIRTUAL TABLE INDEX 1:$/;
/** A partial index that holds nothing but what is asked for, read in its order. */
const exactIndex =
  /^SCAN (outbox|o|images|ledger_tally) USING (COVERING )?INDEX (outbox_delayed|outbox_open|outbox_dead|outbox_gone|outbox_evictable|images_unchecked|ledger_dirty|ledger_gaps)$/;
const sortsEntriesOfOnePayload = /WHERE i\.sha256 = \? .* ORDER BY o\.seq$/;
/** The end of a table, by its own number. */
const newest = /^SCAN ledger$/;

it('no statement of the store walks a table or sorts, however long the queue is', async () => {
  const found = await plans();
  expect(found.size).toBeGreaterThan(70);
  const bad = [...found].flatMap(([sql, steps]) =>
    (sortsEntriesOfOnePayload.test(sql) ? [] : steps)
      .filter(
        (step) => /^SCAN|TEMP B-TREE/.test(step) && ![small, asked, exactIndex, newest].some((fine) => fine.test(step)),
      )
      .map((step) => `${step}: ${sql}`),
  );
  expect(bad).toEqual([]);
});

it('what reads a whole partial index stops early, or is meant for all of it', async () => {
  const walks = [...(await plans())].filter(([, steps]) => steps.some((step) => exactIndex.test(step)));
  for (const [sql] of walks)
    expect(sql).toMatch(/LIMIT (1|\?)$|SET state = 'pending'.*WHERE state = 'dead'$|WHERE dirty = 1 ORDER BY id$/);
  expect(walks.length).toBeGreaterThan(3);
});

it('the queue of each filter is read by its own index, backwards from the cursor', async () => {
  const pages = [...(await plans())].filter(
    ([sql]) => sql.includes('ORDER BY seq DESC LIMIT ?') && sql.includes('o.state'),
  );
  const indexes = pages.map(([, steps]) => /INDEX (\w+)/.exec(steps[0] ?? '')?.[1] ?? steps[0]);
  expect(pages).toHaveLength(5);
  expect(indexes.slice(1)).toEqual(['outbox_open', 'outbox_retrying', 'outbox_dead', 'outbox_acknowledged']);
  for (const [, steps] of pages) for (const step of steps) expect(step).toMatch(/^SEARCH /);
});

it('the end of the chain is read, not the chain', async () => {
  const walks = [...(await plans())].filter(([, steps]) => steps.some((step) => newest.test(step)));
  expect(walks.map(([sql]) => sql)).toEqual(['SELECT id, hash FROM ledger ORDER BY id DESC LIMIT 1']);
});

it('claiming goes along the line of each source, and finds what is due by its time', async () => {
  const claims = [...(await plans())].filter(([sql]) => sql.includes("state = 'pending' AND next_attempt_at"));
  const choices = claims.filter(([sql]) => sql.startsWith('SELECT')).map(([, steps]) => steps);
  expect(choices).toEqual([
    ['SEARCH outbox USING COVERING INDEX outbox_fresh (source_id>?)'],
    ['SEARCH outbox USING COVERING INDEX outbox_fresh (source_id=? AND rank>?)'],
    ['SEARCH outbox USING COVERING INDEX outbox_fresh (source_id=? AND (rank,position)>(?,?))'],
    ['SEARCH outbox USING COVERING INDEX outbox_delayed (next_attempt_at>? AND next_attempt_at<?)'],
    ['SEARCH outbox USING COVERING INDEX outbox_delayed (next_attempt_at>?)'],
  ]);
});

it('what leaves the list after its time is found by that time', async () => {
  const old = [...(await plans())].filter(([sql]) => /WHERE state.* AND (acknowledged_at|stored_at) < /.test(sql));
  expect(old.map(([, steps]) => steps)).toEqual([
    ['SEARCH outbox USING INDEX outbox_delivered (acknowledged_at<?)'],
    ['SEARCH outbox USING INDEX outbox_ended (stored_at<?)'],
  ]);
});
