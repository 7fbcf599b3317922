import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../shared/config.ts';
import { Admission } from '../ingest/admission/admission.ts';
import { FillForecast } from '../ingest/admission/fill-forecast.ts';
import type { Chore } from '../maintenance/scheduler.ts';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { Logger } from '../platform/logger.ts';
import type { Database } from '../store/database/database.ts';
import { WriteBatch } from '../store/database/write-batch.ts';
import { GatedFrames } from '../store/gated-frames.ts';
import { ImageQueries } from '../store/image-queries.ts';
import { ImageJournal } from '../store/journal/image-journal.ts';
import { journalFolder } from '../store/journal/replay.ts';
import { KnownPictures } from '../store/known-pictures.ts';
import { LabelGaps } from '../store/label-gaps.ts';
import { Ledger } from '../store/ledger/ledger.ts';
import { Losses } from '../store/ledger/losses.ts';
import { shiftsOf } from '../store/ledger/shifts.ts';
import { DeadLetters } from '../store/outbox/dead-letters.ts';
import { deliveryOrderOf } from '../store/outbox/delivery-order.ts';
import { History } from '../store/outbox/history.ts';
import { Outbox } from '../store/outbox/outbox.ts';
import { PastFiles } from '../store/past-files.ts';
import { PayloadAudit } from '../store/payload-audit.ts';
import { PayloadStore } from '../store/payloads/payload-store.ts';
import { PreviewStore } from '../store/payloads/preview-store.ts';
import { RecentPayloads } from '../store/payloads/recent-payloads.ts';
import { Retention } from '../store/payloads/retention.ts';
import { RingBuffer } from '../store/payloads/ring-buffer.ts';
import { SourceFiles } from '../store/source-files.ts';
import { Tally } from '../store/tally.ts';

export type StoreOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly logger: Logger;
};

export type StoreParts = ReturnType<typeof makeStore>;

const previewShare = 0.05;
const pruneAtOnce = 200;
const dayMilliseconds = 86_400_000;
const hourMilliseconds = 3_600_000;
/** A payload that is gone is known by then, where nothing is delivered that would show it. */
const payloadsMilliseconds = 5 * 60_000;

/** Everything that keeps pictures and their rows, wired for one open database. */
export function makeStore({ config, dataDir, files, clock, logger }: StoreOptions, database: Database) {
  const { store, sync, sources, site } = config;
  const previewRoot = join(dataDir, 'previews');
  const payloads = new PayloadStore(join(dataDir, 'payloads'), files);
  const ledger = new Ledger(database, shiftsOf(site));
  const outbox = new Outbox(database, deliveryOrderOf(sync, sources), ledger);
  const tally = new Tally(database);
  const previews = new PreviewStore({
    root: previewRoot,
    database,
    keepDays: store.previewDays,
    maxBytes: Math.round(store.maxBytes * previewShare),
  });
  const onRemoved = (sha256: string): Promise<void> => previews.release(sha256, clock.now());
  const retention = new Retention(database, payloads, onRemoved);
  const seal = ledger.seal.bind(ledger);
  const losses = new Losses(database, ledger);
  const onDropped = (sourceId: string, frames: number, at: number): void =>
    losses.showWithin({ sourceId, cause: 'dropped', frames, at: Math.round(at), path: '' });
  const ring =
    store.whenFull === 'drop-oldest'
      ? new RingBuffer({ database, payloads, logger, seal, onDropped, onRemoved })
      : null;
  const history = new History(database, ledger);
  const journal = new ImageJournal({ database, folder: journalFolder(dataDir), files, logger });
  const audit = new PayloadAudit(database, payloads, files, outbox);
  const chores: readonly Chore[] = [
    { name: 'payloads', everyMilliseconds: payloadsMilliseconds, slice: () => audit.slice(clock.now) },
    { name: 'journal', everyMilliseconds: hourMilliseconds, slice: () => journal.slice() },
    { name: 'previews', everyMilliseconds: hourMilliseconds, slice: (now) => previews.sweepSlice(now) },
    {
      name: 'history',
      everyMilliseconds: hourMilliseconds,
      slice: (now) => history.pruneHistory(now - store.historyDays * dayMilliseconds, pruneAtOnce, now) === pruneAtOnce,
    },
  ];
  const touch = database.prepare('UPDATE payload_tally SET files = files');
  const tryWrite = (): void => WriteBatch.of(database).run(() => void touch.run());
  return {
    database,
    /** Throws where the database can't be written. */
    tryWrite,
    /** Whether the database can still be written. Its failure is told by the write group, to whoever watches the store. */
    probe: (): void => {
      try {
        tryWrite();
      } catch (error) {
        logger.log('error', 'store-probe-failed', { error });
      }
    },
    previewRoot,
    payloads,
    journal,
    ledger,
    outbox,
    tally,
    chores,
    labelGaps: new LabelGaps(database),
    catalogue: new ImageQueries(database, deliveryOrderOf(sync, sources)),
    files: new SourceFiles(database, ledger),
    pastFiles: new PastFiles(database),
    gated: new GatedFrames(database, ledger),
    losses,
    known: new KnownPictures(database),
    recent: new RecentPayloads(clock.monotonic, totalmem()),
    deadLetters: new DeadLetters(database, payloads, ledger, onRemoved),
    audit,
    admission: new Admission({
      limits: store,
      tally,
      retention,
      ring,
      forecast: new FillForecast(),
      files,
      root: dataDir,
      clock,
    }),
  };
}
