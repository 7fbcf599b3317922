import { type SendWindow, weekdays } from '../../../../shared/config.ts';
import { type Message, message } from '../../../../shared/messages/message.ts';
import {
  dayMilliseconds,
  minuteMilliseconds,
  minuteOfDay,
  minutesOf,
  weekdayOf,
  type ZonedTime,
} from '../../platform/zoned-time.ts';

/**
 * How fast pictures may leave, by the week's schedule of the site. Bytes a second; null: no limit, 0: closed.
 *
 * What the clock on the wall shows decides, and nothing else: a time that is skipped when the clocks are changed is
 * skipped here too, and one that comes twice counts both times.
 */
export type SendSchedule = {
  /** Outside of every window. */
  readonly maxBytesPerSecond?: number | undefined;
  /** The first that holds the time decides. */
  readonly windows: readonly SendWindow[];
};

/** From this minute of the week on; up to the next piece, the last one up to the end of the week. */
type Piece = { readonly from: number; readonly limit: number | null };
type Stretch = { readonly from: number; readonly until: number; readonly limit: number | null; readonly ends: boolean };

const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;
/** A schedule that does not change within two weeks never does, even where changed clocks skip a window in one of them. */
const horizonMilliseconds = 15 * dayMilliseconds;

export class SendWindows {
  readonly #zone: ZonedTime;
  readonly #pieces: readonly Piece[];
  #stretch: Stretch | null = null;

  constructor(schedule: SendSchedule, zone: ZonedTime) {
    this.#zone = zone;
    this.#pieces = compile(schedule);
  }

  /** False: the limit is the same at all times. */
  get everChanges(): boolean {
    return this.#pieces.length > 1;
  }

  /** Cheap: two comparisons while the stretch of before lasts, whichever way the clock has jumped otherwise. */
  limitAt(at: number): number | null {
    return this.#stretchAt(at).limit;
  }

  /** Whether the schedule closes the way at this instant, which may be another one than now. */
  closesAt(at: number): boolean {
    return this.#pieceAt(at).piece.limit === 0;
  }

  /** The next instant with another limit; null: never. */
  nextChangeAt(at: number): number | null {
    const { until, ends } = this.#stretchAt(at);
    return ends ? until : null;
  }

  /** The limit now, and until when it holds. */
  describe(at: number): Message {
    const { limit, until, ends } = this.#stretchAt(at);
    if (limit === null) return message('pace-open');
    if (limit === 0) return ends ? message('pace-closed-until', { until }) : message('pace-closed');
    return ends ? message('pace-limited-until', { limit, until }) : message('pace-limited', { limit });
  }

  #stretchAt(at: number): Stretch {
    const known = this.#stretch;
    if (known !== null && at >= known.from && at < known.until) return known;
    const found = this.#findStretch(at);
    this.#stretch = found;
    return found;
  }

  /** Goes from edge to edge (of a piece, or where the clocks are changed) until the limit is another one. */
  #findStretch(from: number): Stretch {
    const limit = this.#pieceAt(from).piece.limit;
    const horizon = from + horizonMilliseconds;
    if (!this.everChanges) return { from, until: Number.POSITIVE_INFINITY, limit, ends: false };
    let shift = this.#zone.nextShiftAt(from, horizon);
    let at = from;
    while (at < horizon) {
      const edge = this.#pieceAt(at).until;
      if (shift !== null && shift <= edge) {
        at = shift;
        shift = this.#zone.nextShiftAt(at, horizon);
      } else at = edge;
      if (this.#pieceAt(at).piece.limit !== limit) return { from, until: at, limit, ends: true };
    }
    return { from, until: at, limit, ends: false };
  }

  /** The piece that holds this instant, and when it would end if the clocks were not changed before. */
  #pieceAt(at: number): { readonly piece: Piece; readonly until: number } {
    const local = this.#zone.localAt(at);
    const minute = weekdayOf(local) * dayMinutes + minuteOfDay(local);
    const index = this.#pieces.findLastIndex(({ from }) => from <= minute);
    const piece = this.#pieces[index] as Piece;
    const end = this.#pieces[index + 1]?.from ?? weekMinutes;
    const beginOfMinute = at - (((local % minuteMilliseconds) + minuteMilliseconds) % minuteMilliseconds);
    return { piece, until: beginOfMinute + (end - minute) * minuteMilliseconds };
  }
}

/** The week as pieces of one limit each: windows overlap and reach over midnight, pieces do neither. */
function compile({ maxBytesPerSecond, windows }: SendSchedule): readonly Piece[] {
  const edges = new Set([0]);
  for (const { days, from, to } of windows) {
    for (const day of days) {
      const begin = weekdays.indexOf(day) * dayMinutes;
      edges.add((begin + minutesOf(from)) % weekMinutes);
      edges.add((begin + endOf(from, to)) % weekMinutes);
    }
  }
  const pieces: Piece[] = [];
  for (const from of [...edges].sort((a, b) => a - b)) {
    const window = windows.find((candidate) => holds(candidate, from));
    const limit = (window === undefined ? maxBytesPerSecond : window.maxBytesPerSecond) ?? null;
    if (pieces.length === 0 || pieces.at(-1)?.limit !== limit) pieces.push({ from, limit });
  }
  return pieces;
}

/** Minutes from the beginning of the window's day; where `to` is not after `from`, it is the next day's. */
const endOf = (from: string, to: string): number => minutesOf(to) + (minutesOf(to) > minutesOf(from) ? 0 : dayMinutes);

function holds({ days, from, to }: SendWindow, minute: number): boolean {
  return days.some((day) => {
    const begin = weekdays.indexOf(day) * dayMinutes + minutesOf(from);
    const into = (((minute - begin) % weekMinutes) + weekMinutes) % weekMinutes;
    return into < endOf(from, to) - minutesOf(from);
  });
}
