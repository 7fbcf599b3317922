import type { CameraSnapshot } from '../../../shared/camera.ts';
import { message } from '../../../shared/messages/message.ts';
import type { SourceWarning } from '../../../shared/snapshot.ts';
import type { SourceConfig } from '../../../shared/source-config.ts';
import type { FilterStatus } from '../ingest/near-duplicate/near-duplicate-filter.ts';
import type { SourceStatus } from '../source/frame-source.ts';
import { isOff, type ShiftOf } from '../store/ledger/shifts.ts';
import { isBroken } from './situation-facts.ts';

/** A source as it is now. */
export type SourceNow = {
  readonly config: SourceConfig;
  readonly status: SourceStatus;
  readonly filter: FilterStatus | null;
  readonly camera: CameraSnapshot | null;
};

const minuteMilliseconds = 60_000;

/**
 * A line that has stopped, or a dead trigger, looks like one that has nothing to say. A source that has a limit of
 * silence (`stoppedAfterMinutes`) says so once no picture has come for longer. Time in which the line need not run, as
 * the site's shifts have it, and time before the gateway was started, is no silence.
 */
export class StoppedLines {
  readonly #shiftOf: ShiftOf;
  /** Since when pictures may be expected. */
  #expectedSince: number;

  constructor(shiftOf: ShiftOf, startedAt: number) {
    this.#shiftOf = shiftOf;
    this.#expectedSince = startedAt;
  }

  /** To be called with each look at the state. `lastStoredAt`: of the source, as the store has it. */
  warningOf(
    { config, status, filter, camera }: SourceNow,
    lastStoredAt: number | null,
    now: number,
  ): SourceWarning | null {
    if (isOff(this.#shiftOf(now))) this.#expectedSince = now;
    const limit = config.stoppedAfterMinutes;
    // Whatever else is wrong with it is said already, and a camera that has all its frames rests.
    if (limit === undefined || isBroken(status) || status.state === 'finished') return null;
    // What came and was not stored, a near-duplicate or a frame that is lost, came all the same.
    const last = Math.max(lastStoredAt ?? 0, filter?.lastAt ?? 0, camera?.lastFrameAt ?? 0);
    if (now - Math.max(last, this.#expectedSince) <= limit * minuteMilliseconds) return null;
    return {
      code: 'line-stopped',
      message: message('line-stopped', {
        context: last === 0 ? 'yet' : 'since',
        since: now - last,
        limit: limit * minuteMilliseconds,
      }),
    };
  }
}
