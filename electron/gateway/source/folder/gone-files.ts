import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileMemory, RememberedFile } from '../../model/file-memory.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import { errnoCode } from '../../platform/errors.ts';
import type { SourceCondition } from '../frame-source.ts';
import { FolderPlaces } from './folder-places.ts';

export type GoneFilesOptions = {
  readonly root: string;
  /** Originals are archived or deleted. */
  readonly isEmptied: boolean;
  readonly memory: FileMemory;
  /** The folder is there and was looked through. */
  readonly isReady: () => boolean;
  readonly clock: Clock;
  readonly condition: SourceCondition;
  readonly signal: AbortSignal;
};

/** A gateway that is restarted every day must get to it too. */
const firstMilliseconds = 10 * 60_000;
const everyMilliseconds = 24 * 60 * 60_000;
/** Files of one slice, with a rest after it: others ask the same disk. */
const [sliceFiles, restMilliseconds] = [200, 1_000];
/** What is gone may come back from a backup, or with a disk that was in a drawer. */
export const goneDays = 30;
const dayMilliseconds = 86_400_000;

/**
 * Forgets files that are no longer in a watched folder, or what is known of them would grow for ever: once their images
 * have left the list, and `goneDays` after they were first missed. One that still lies there stays known, so that it is
 * never taken anew; so does one whose disk or share may only be away (`FolderPlaces`).
 */
export class GoneFiles {
  readonly #options: GoneFilesOptions;

  constructor(options: GoneFilesOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { clock, condition, signal } = this.#options;
    await sleep(clock, firstMilliseconds, signal);
    while (!signal.aborted) {
      try {
        await this.#untilReady();
        const forgotten = await this.look();
        if (forgotten > 0) condition.log('info', 'gone-files-forgotten', { files: forgotten });
      } catch (error) {
        if (signal.aborted) return;
        condition.log('warn', 'gone-files-not-looked-for', { error });
      }
      await sleep(clock, everyMilliseconds, signal);
    }
  }

  /**
   * One look at all that is remembered. Returns how many files were forgotten. Rejects where the folder does not answer.
   * One that is known again under a new number is gone through once more: it may have yet another at the next look, as
   * where the gateway is restarted every day.
   */
  async look(): Promise<number> {
    const first = await this.#goThrough();
    return first.isBelievedAnew ? first.forgotten + (await this.#goThrough()).forgotten : first.forgotten;
  }

  async #goThrough(): Promise<{ readonly forgotten: number; readonly isBelievedAnew: boolean }> {
    const { root, isEmptied, memory, clock, signal } = this.#options;
    const places = new FolderPlaces(root, memory.places());
    const lastSeq = memory.lastSeq();
    await this.#answer(places.begin());
    let forgotten = 0;
    for (let after = ''; !signal.aborted; ) {
      const files = memory.page(after, sliceFiles);
      const last = files.at(-1);
      if (last === undefined) {
        memory.keepPlaces(await this.#answer(places.after(lastSeq, isEmptied)));
        return { forgotten, isBelievedAnew: places.isBelievedAnew };
      }
      after = last.path;
      forgotten += await this.#slice(files, places);
      await sleep(clock, restMilliseconds, signal);
    }
    return { forgotten, isBelievedAnew: false };
  }

  async #slice(files: readonly RememberedFile[], places: FolderPlaces): Promise<number> {
    const { root, isEmptied, memory, clock } = this.#options;
    const before = clock.now() - goneDays * dayMilliseconds;
    const [gone, there, over]: [string[], string[], RememberedFile[]] = [[], [], []];
    for (const file of files) {
      await this.#untilReady();
      const isDue = file.isOver && file.goneAt !== null && file.goneAt < before;
      const isElsewhere = file.goneAt !== null && (await this.#answer(places.hasChanged(file)));
      if (file.goneAt !== null && !isDue && !isElsewhere) continue;
      const facts = await this.#answer(factsOf(join(root, file.path)));
      if (facts === 'not known') {
        if (file.goneAt === null) places.couldNotAsk(file);
        continue;
      }
      if (facts !== null) {
        await this.#answer(places.saw(file, facts));
        if (file.goneAt !== null) there.push(file.path);
      } else if (file.goneAt === null) {
        if (await this.#answer(places.isGone(file))) gone.push(file.path);
      } else if (isDue && !isElsewhere && (isEmptied || (await this.#answer(places.isGone(file))))) {
        // Where files do not stay, none is found again by which a share with a new number would be known.
        over.push(file);
      }
    }
    // What was found while the folder went away is not to be believed.
    if (!(await this.#answer(places.isSame()))) throw new Error('the folder went away');
    if (gone.length > 0) memory.gone(gone, clock.now());
    if (there.length > 0) memory.thereAgain(there);
    return over.length === 0 ? 0 : memory.forget(over);
  }

  /** Nothing is asked of a folder that is away, or does not answer. */
  async #untilReady(): Promise<void> {
    const { isReady, clock, signal } = this.#options;
    while (!isReady() && !signal.aborted) await sleep(clock, restMilliseconds, signal);
  }

  /** A share that hangs must not hold up the stop. */
  #answer<T>(question: Promise<T>): Promise<T> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new Error('stopped'));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      question.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }
}

/**
 * Null where there is no such file; `not known` where that can't be told, as below a folder that this user may not look
 * into: it stays as it was, and the others are looked for all the same.
 */
async function factsOf(path: string): Promise<Stats | null | 'not known'> {
  try {
    return await lstat(path);
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '') ? null : 'not known';
  }
}
