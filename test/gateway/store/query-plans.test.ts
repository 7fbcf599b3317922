import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { Catalogue } from '../../../electron/gateway/store/catalogue.ts';
import { type Database, openDatabase } from '../../../electron/gateway/store/database.ts';
import { Outbox } from '../../../electron/gateway/store/outbox.ts';
import { PayloadStore } from '../../../electron/gateway/store/payload-store.ts';
import { Audit } from '../../../electron/gateway/store/recovery.ts';
import { Retention } from '../../../electron/gateway/store/retention.ts';
import { SourceFiles } from '../../../electron/gateway/store/source-files.ts';
import { Tally } from '../../../electron/gateway/store/tally.ts';
import { temporaryFolder } from '../../support/store.ts';

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
  new Catalogue(recording);
  new SourceFiles(recording);
  new Tally(recording);
  new Retention(recording, payloads);
  new Audit(recording, payloads, nodeFiles, new Outbox(recording));
  return new Map(
    statements.map((sql) => {
      const explain = database.prepare<unknown[], { detail: string }>(
        `EXPLAIN QUERY PLAN ${sql.replaceAll(/@\w+/g, '1').replaceAll('?', '1')}`,
      );
      return [sql.trim().replaceAll(/\s+/g, ' '), explain.all().map(({ detail }) => detail)];
    }),
  );
}

/** Tables of one row a source, or of one row. */
const small = /^SCAN (tally|payload_tally)\b/;
/** A partial index that holds nothing but what is asked for, read in its order. */
const exactIndex =
  /^SCAN (outbox|o|images) USING (COVERING )?INDEX (outbox_ready|outbox_open|outbox_dead|outbox_evictable|images_unchecked)$/;

it('no statement of the store walks a table or sorts, however long the queue is', async () => {
  const found = await plans();
  expect(found.size).toBeGreaterThan(40);
  const bad = [...found].flatMap(([sql, steps]) =>
    steps
      .filter((step) => /^SCAN|TEMP B-TREE/.test(step) && !small.test(step) && !exactIndex.test(step))
      .map((step) => `${step}: ${sql}`),
  );
  expect(bad).toEqual([]);
});

it('what reads a whole partial index stops early, or is meant for all of it', async () => {
  const walks = [...(await plans())].filter(([, steps]) => steps.some((step) => exactIndex.test(step)));
  for (const [sql] of walks) expect(sql).toMatch(/LIMIT (1|\?)$|SET state = 'pending'.*WHERE state = 'dead'$/);
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

it('claiming finds what is due by its index', async () => {
  const claim = [...(await plans())].filter(([sql]) => sql.startsWith("UPDATE outbox SET state = 'leased'"));
  expect(claim.map(([, steps]) => steps)).toEqual([
    [
      'SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)',
      'LIST SUBQUERY 1',
      'SEARCH outbox USING COVERING INDEX outbox_ready (next_attempt_at>? AND next_attempt_at<?)',
    ],
  ]);
});
