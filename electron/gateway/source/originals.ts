import type { FileSink } from '../model/file-sink.ts';
import type { FileVersion } from '../model/file-version.ts';
import type { Clock } from '../platform/clock.ts';
import { type AfterIngest, dealWithOriginal } from './after-ingest.ts';
import type { SourceCondition } from './source-condition.ts';

/** The originals of a watched folder whose images are committed: kept, archived or deleted, as the site chose. */
export class Originals {
  readonly #root: string;
  readonly #after: AfterIngest;
  readonly #sink: FileSink;
  readonly #clock: Clock;
  readonly #condition: SourceCondition;
  readonly #underWay = new Set<string>();

  constructor(root: string, after: AfterIngest, sink: FileSink, clock: Clock, condition: SourceCondition) {
    this.#root = root;
    this.#after = after;
    this.#sink = sink;
    this.#clock = clock;
    this.#condition = condition;
  }

  /** To be called only once the sink has said that the image is committed. Never rejects. */
  async finish(file: FileVersion): Promise<void> {
    // One at a time: a scan may find an original undone while it is being dealt with.
    if (this.#after.action === 'keep' || this.#underWay.has(file.path)) return;
    this.#underWay.add(file.path);
    try {
      const day = localDay(this.#clock.now());
      const outcome = await dealWithOriginal(this.#root, file, this.#after, day);
      if (outcome === 'done') this.#sink.finish(file.path);
    } catch (error) {
      // The image is safe; only tidying up failed. The next scan finds the file again and tries again.
      this.#condition.log('warn', 'original-not-moved', { path: file.path, action: this.#after.action, error });
    } finally {
      this.#underWay.delete(file.path);
    }
  }
}

function localDay(now: number): string {
  const date = new Date(now);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
