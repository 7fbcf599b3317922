import { join } from 'node:path';
import type { FolderSourceConfig } from '../../../../shared/source-config.ts';
import type { FileMemory } from '../../model/file-memory.ts';
import type { FileReading, FileRegistry, FileSink } from '../../model/file-sink.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { FrameSource, SourceStatus } from '../frame-source.ts';
import { SourceCondition } from '../frame-source.ts';
import { AsideRecovery } from './aside-recovery.ts';
import { FileOffers } from './file-offers.ts';
import { FolderAnswers } from './folder-answers.ts';
import { GoneFiles } from './gone-files.ts';
import type { AfterIngest } from './original-disposal.ts';
import { Originals } from './originals.ts';
import { FolderSearch } from './scanner.ts';

/** What stands between a watched folder and the store. */
export type FolderIntake = {
  readonly sink: FileSink;
  readonly registry: FileRegistry;
  readonly reading: FileReading;
};

/**
 * A folder whose pictures become frames.
 *
 * What is guaranteed: a file is offered only after it was quiet for the settle time (`FileOffers`); events are only
 * hints, and a folder that vanishes is reported, watched for, and scanned in full when it is back (`FolderSearch`); an
 * original is touched only after the sink said that its image is committed (`Originals`).
 */
export class WatchedFolder implements FrameSource {
  readonly id: string;
  readonly #condition: SourceCondition;
  readonly #offers: FileOffers;
  readonly #search: FolderSearch;
  readonly #answers: FolderAnswers;
  readonly #gone: GoneFiles | null;
  readonly #abort = new AbortController();
  readonly #loops: Promise<void>[] = [];

  /** `memory`: of its files, so that those that are gone are forgotten; null: nothing is. */
  constructor(
    config: FolderSourceConfig,
    { sink, registry, reading }: FolderIntake,
    clock: Clock,
    logger: Logger,
    memory: FileMemory | null = null,
  ) {
    this.id = config.id;
    const { signal } = this.#abort;
    const after = afterIngestOf(config);
    const condition = new SourceCondition(config.id, logger);
    const { path: root, settleMilliseconds } = config;
    const recovery = new AsideRecovery({ root, after, registry, clock, condition, signal });
    const originals = new Originals({ root, after, registry, clock, condition, recovery });
    const offers = new FileOffers({
      root,
      settleMilliseconds,
      sink,
      registry,
      reading,
      originals,
      clock,
      condition,
      signal,
    });
    this.#answers = new FolderAnswers({ root, clock, condition, signal });
    this.#condition = condition;
    this.#offers = offers;
    this.#search = new FolderSearch({ config, after, registry, reading, offers, originals, clock, condition, signal });
    const isEmptied = after.action !== 'keep';
    const isReady = (): boolean => this.#search.hasScanned && !condition.silent;
    this.#gone = memory === null ? null : new GoneFiles({ root, isEmptied, memory, isReady, clock, condition, signal });
  }

  start(): void {
    this.#loops.push(this.#search.run(), this.#offers.run(), this.#answers.run());
    if (this.#gone !== null) this.#loops.push(this.#gone.run());
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#offers.wake();
    await this.#search.closeEvents();
    await Promise.allSettled(this.#loops);
    await this.#offers.end();
  }

  status(): SourceStatus {
    return {
      ...this.#condition.said,
      settling: this.#offers.waiting,
      unmatchedSidecars: this.#offers.unmatched,
      drained: this.#search.hasScanned && this.#offers.isDrained && !this.#condition.silent,
      polling: this.#condition.polling,
      warnings: this.#condition.warnings,
    };
  }

  unmatchedSidecars(limit: number): readonly string[] {
    return this.#offers.unclaimedPaths(limit);
  }

  recheck(path: string): void {
    void this.#search
      .lookAtFile(path, Number.POSITIVE_INFINITY)
      .catch((error: unknown) => this.#condition.log('warn', 'recheck-failed', { path, error }));
  }
}

function afterIngestOf({ path, afterIngest, archivePath }: FolderSourceConfig): AfterIngest {
  if (afterIngest !== 'archive') return { action: afterIngest };
  return { action: 'archive', archiveRoot: archivePath ?? join(path, '.acusight-archive') };
}
