/**
 * Which packets of a frame to ask for again, and when. Measured: asking for everything that is missing each time a
 * packet comes makes a storm that loses more; with these rules every frame was completed with as many resends as drops.
 *
 * 1. A gap is asked for once, a moment after it is seen (packets overtake each other).
 * 2. Again after 20 ms, as long as the frame lives.
 * 3. The tail is asked for only after 20 ms without a new packet of this frame; after 60 ms where no later frame has come
 *    either: then the camera, or this PC, may only have paused.
 * 4. At most a quarter of a frame's packets: more is a broken line, and asking makes it worse.
 * 5. The camera says that a packet will not come: nothing more of this frame.
 */
export type ResendTiming = {
  readonly firstMilliseconds: number;
  readonly repeatMilliseconds: number;
  readonly tailMilliseconds: number;
  readonly pauseMilliseconds: number;
  readonly largestShare: number;
};

export const resendTiming: ResendTiming = {
  firstMilliseconds: 1,
  repeatMilliseconds: 20,
  tailMilliseconds: 20,
  pauseMilliseconds: 60,
  largestShare: 0.25,
};

/** Both are among them. */
export type PacketRange = { readonly first: number; readonly last: number };

/** What the policy has to know of a frame. Packet 0 is the leader, the last one the trailer. */
export type FrameProgress = {
  readonly has: (packet: number) => boolean;
  /** Of packets, leader and trailer included; null as long as nobody knows. */
  readonly total: () => number | null;
  /** At least so many where the total is not known: from the frame's leader, or from the frame before. */
  readonly likely: () => number;
  /** When the last new packet came. */
  readonly progressAt: number;
  /** Packets of a later frame have come. */
  readonly isPassed: boolean;
};

/** `dueAt`: when it is to be asked for (again). */
type Gap = { first: number; last: number; dueAt: number; asked: boolean };

/** A frame with more holes than this, or with more packets in them, is lost; nobody walks through what is longer. */
const mostGaps = 4_096;
const mostMissing = 65_536;

export class FrameResends {
  readonly #timing: ResendTiming;
  #gaps: Gap[] = [];
  /** All packets before this one have come or lie in a gap. */
  #next = 0;
  #nextDue = Number.POSITIVE_INFINITY;
  #asked = 0;
  #stopped = false;

  constructor(timing: ResendTiming = resendTiming) {
    this.#timing = timing;
  }

  /** A packet came that had not come before. True: it had been asked for. */
  arrived(packet: number, now: number): boolean {
    if (packet === this.#next) {
      this.#next = packet + 1;
      return false;
    }
    if (packet < this.#next) return this.#gaps.some((gap) => gap.asked && gap.first <= packet && packet <= gap.last);
    this.#open(this.#next, packet - 1, now + this.#timing.firstMilliseconds);
    this.#next = packet + 1;
    return false;
  }

  /** Nothing more is asked for: the camera has said that it is in vain. */
  stop(): void {
    this.#stopped = true;
    this.#gaps = [];
    this.#nextDue = Number.POSITIVE_INFINITY;
  }

  /** Cheap: might `due` have anything to say? */
  isDue(now: number): boolean {
    return now >= this.#nextDue;
  }

  /** What to ask for now, neighbours merged. Empty most of the time. */
  due(frame: FrameProgress, now: number): readonly PacketRange[] {
    if (this.#stopped) return [];
    this.#openTail(frame, now);
    if (now < this.#nextDue) return [];
    if (this.#gaps.reduce((sum, gap) => sum + gap.last - gap.first + 1, 0) > mostMissing) {
      this.stop();
      return [];
    }
    const waiting: Gap[] = [];
    const ranges: { first: number; last: number }[] = [];
    let fresh = 0;
    for (const gap of this.#gaps) {
      for (const { first, last } of missingWithin(frame, gap)) {
        const isDue = now >= gap.dueAt;
        const dueAt = isDue ? now + this.#timing.repeatMilliseconds : gap.dueAt;
        waiting.push({ first, last, dueAt, asked: gap.asked || isDue });
        if (!isDue) continue;
        if (!gap.asked) fresh += last - first + 1;
        const before = ranges.at(-1);
        if (before !== undefined && before.last + 1 === first) before.last = last;
        else ranges.push({ first, last });
      }
    }
    const total = frame.total();
    const packets = total ?? Math.max(frame.likely(), this.#next);
    if (this.#asked + fresh > Math.ceil(packets * this.#timing.largestShare) || waiting.length > mostGaps) {
      if (total !== null || waiting.length > mostGaps) this.stop();
      // How much a quarter is will be known later.
      else this.#nextDue = now + this.#timing.repeatMilliseconds;
      return [];
    }
    this.#asked += fresh;
    this.#gaps = waiting;
    this.#nextDue = waiting.reduce((earliest, gap) => Math.min(earliest, gap.dueAt), Number.POSITIVE_INFINITY);
    return ranges;
  }

  #openTail(frame: FrameProgress, now: number): void {
    const { tailMilliseconds, pauseMilliseconds } = this.#timing;
    if (now - frame.progressAt < (frame.isPassed ? tailMilliseconds : pauseMilliseconds)) return;
    // Where the end is not known the next packet is: a frame always ends with one that has come.
    const end = frame.total() ?? this.#next + 1;
    if (end <= this.#next) return;
    this.#open(this.#next, end - 1, now);
    this.#next = end;
  }

  #open(first: number, last: number, dueAt: number): void {
    if (this.#stopped) return;
    if (this.#gaps.length >= mostGaps) return this.stop();
    this.#gaps.push({ first, last, dueAt, asked: false });
    this.#nextDue = Math.min(this.#nextDue, dueAt);
  }
}

function missingWithin(frame: FrameProgress, gap: Gap): readonly PacketRange[] {
  const missing: PacketRange[] = [];
  let first = -1;
  const total = frame.total();
  const last = total === null ? gap.last : Math.min(gap.last, total - 1);
  for (let packet = gap.first; packet <= last; packet += 1) {
    if (!frame.has(packet)) {
      if (first < 0) first = packet;
    } else if (first >= 0) {
      missing.push({ first, last: packet - 1 });
      first = -1;
    }
  }
  if (first >= 0) missing.push({ first, last });
  return missing;
}
