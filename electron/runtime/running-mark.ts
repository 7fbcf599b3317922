import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const markSchema = z.object({
  pid: z.number().int(),
  /** Wall clock. */
  startedAt: z.number(),
  /** Which start of the PC it runs in; null where the system has no name for that. */
  boot: z.string().nullable(),
  /** When the PC was started, as far as wall clock and running time tell. */
  bootedAt: z.number(),
  /** Ends in a row that nobody had asked for, and when the first such program was started. */
  ends: z.object({ times: z.number().int(), since: z.number() }).nullable(),
});
type Mark = z.infer<typeof markSchema>;

/** The clock may have been set a little. */
const sameBootMilliseconds = 120_000;

export type EarlierEnds = {
  readonly times: number;
  /** Wall clock: when the first of the programs that ended so was started. */
  readonly since: number;
};

/**
 * A file in the data folder that is there while the program runs. Where the next one finds it, the one before ended
 * without being told to. A power cut is no such end: the PC was started anew then, and everybody knows.
 */
export class RunningMark {
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = join(dataDir, 'running.json');
  }

  /** To be called once, when the data folder is there. Null: the program before ended in order, or with its PC. */
  put(now = Date.now()): EarlierEnds | null {
    const before = this.#read();
    const boot = bootName();
    const bootedAt = now - uptime() * 1_000;
    const isSameBoot =
      before !== null &&
      (before.boot === null || boot === null
        ? Math.abs(before.bootedAt - bootedAt) < sameBootMilliseconds
        : before.boot === boot);
    const ends = !isSameBoot
      ? null
      : { times: (before.ends?.times ?? 0) + 1, since: before.ends?.since ?? before.startedAt };
    const mark: Mark = { pid: process.pid, startedAt: now, boot, bootedAt, ends };
    try {
      writeFileSync(this.#path, JSON.stringify(mark), { mode: 0o600 });
    } catch {
      // A disk that takes nothing: then an end is not noticed, and everything else of it is said.
    }
    return ends;
  }

  /** The end is in order. */
  remove(): void {
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // Its disk is gone.
    }
  }

  #read(): Mark | null {
    try {
      return markSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return null;
    }
  }
}

function bootName(): string | null {
  if (process.platform !== 'linux') return null;
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
