/** Why a frame is lost. */
export type DropCause =
  /** Packets are missing, and were not (or could not be) sent again. */
  | 'incomplete'
  /** No buffer was free: pictures are taken faster than they are stored. */
  | 'overrun'
  /** More bytes than are allowed. */
  | 'oversize'
  /** Its end came before the bytes that its leader, or its trailer, announced. */
  | 'short'
  /** Its packets contradict each other. */
  | 'inconsistent'
  | 'bad-leader'
  /** A kind of payload that cannot be stored. */
  | 'unsupported'
  /** The camera began anew, or we stopped, in the middle of it. */
  | 'aborted';

export type AssemblerCounters = {
  readonly frames: number;
  readonly bytes: number;
  /** Of the frames, those with bytes behind the picture that were left out. */
  readonly surplus: number;
  readonly drops: Readonly<Partial<Record<DropCause, number>>>;
  /** Block ids that nothing came of: the camera skipped them, or the whole frame was lost. */
  readonly missed: number;
  /** Frames that are not whole yet. */
  readonly inFlight: number;
  readonly packets: number;
  readonly duplicates: number;
  /** Of frames that are done with. */
  readonly late: number;
  /** No stream packets, or not of a kind that belongs there. */
  readonly ignored: number;
  /** Packets by which the camera says that it can't send one. */
  readonly errors: number;
  /** Packets asked for (each time), requests sent for them, and packets that came after they were asked for. */
  readonly resendsAsked: number;
  readonly resendRequests: number;
  readonly resendsGot: number;
};

/** The same, while they are counted. */
export type Counting = { -readonly [Name in keyof AssemblerCounters]: AssemblerCounters[Name] } & {
  drops: Partial<Record<DropCause, number>>;
};

export function zeroCounters(): Counting {
  return {
    frames: 0,
    bytes: 0,
    surplus: 0,
    drops: {},
    missed: 0,
    inFlight: 0,
    packets: 0,
    duplicates: 0,
    late: 0,
    ignored: 0,
    errors: 0,
    resendsAsked: 0,
    resendRequests: 0,
    resendsGot: 0,
  };
}

/** Both together, as those of one stream; what is in flight is in flight in the later one. */
export function addCounters(earlier: AssemblerCounters, later: AssemblerCounters): AssemblerCounters {
  const drops = { ...earlier.drops };
  for (const [cause, count] of Object.entries(later.drops) as [DropCause, number][]) {
    drops[cause] = (drops[cause] ?? 0) + count;
  }
  return {
    drops,
    inFlight: later.inFlight,
    frames: earlier.frames + later.frames,
    bytes: earlier.bytes + later.bytes,
    surplus: earlier.surplus + later.surplus,
    missed: earlier.missed + later.missed,
    packets: earlier.packets + later.packets,
    duplicates: earlier.duplicates + later.duplicates,
    late: earlier.late + later.late,
    ignored: earlier.ignored + later.ignored,
    errors: earlier.errors + later.errors,
    resendsAsked: earlier.resendsAsked + later.resendsAsked,
    resendRequests: earlier.resendRequests + later.resendRequests,
    resendsGot: earlier.resendsGot + later.resendsGot,
  };
}
