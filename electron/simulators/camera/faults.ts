/** Everything that can be made to go wrong while the camera runs. */
export type Faults = {
  /** Stream packets that never leave, in a thousand. Leaders and trailers too. */
  readonly lossPerThousand: number;
  readonly duplicatePerThousand: number;
  /** Packets leave shuffled within windows of this many; 0 or 1: in order. */
  readonly reorderWindow: number;
  /** Packets sent again that get lost as well, in a thousand. */
  readonly resendLossPerThousand: number;
  /** How requests to send again are answered: with the packets, not at all, or with an error packet each. */
  readonly resendAnswer: 'send' | 'silent' | 'unavailable' | 'removed';
  /** Acknowledgements of control commands that get lost, in a thousand. */
  readonly acknowledgeLossPerThousand: number;
  /** The cable is out: nothing is heard and nothing is sent. */
  readonly vanished: boolean;
  /** Control works, but no stream packet leaves: as behind a firewall. */
  readonly silent: boolean;
  /** Control works, but no more frames are taken. */
  readonly frozen: boolean;
  /** `AcquisitionStop` is refused; `AcquisitionAbort` is not. */
  readonly stopRefused: boolean;
  /** `TLParamsLocked` can't be written. */
  readonly lockRefused: boolean;
  /** Another program holds the camera: for control (others may read), or exclusively. */
  readonly controlStolen: 'no' | 'control' | 'exclusive';
  /** Packets of payload beyond what the size of the picture needs. */
  readonly extraPayloadPackets: number;
  /** `silent`: it says 0 where the number of lines should be. */
  readonly trailer: 'whole' | 'torn' | 'missing' | 'silent';
  /** Lines that the trailer names beyond those that came. */
  readonly extraTrailerLines: number;
  /** Packets of random bytes in each frame. */
  readonly garbagePackets: number;
  /** Commands on these addresses are answered with "pending" first, and after `pendingMilliseconds` for good. */
  readonly pendingAddresses: readonly number[];
  readonly pendingMilliseconds: number;
  /** Frames are named by 64 bits although nobody asked for it. */
  readonly extendedIds: boolean;
  /** Number of the first frame after each start of the acquisition. */
  readonly firstBlockId: number;
};

export const noFaults: Faults = {
  lossPerThousand: 0,
  duplicatePerThousand: 0,
  reorderWindow: 0,
  resendLossPerThousand: 0,
  resendAnswer: 'send',
  acknowledgeLossPerThousand: 0,
  vanished: false,
  silent: false,
  frozen: false,
  stopRefused: false,
  lockRefused: false,
  controlStolen: 'no',
  extraPayloadPackets: 0,
  trailer: 'whole',
  extraTrailerLines: 0,
  garbagePackets: 0,
  pendingAddresses: [],
  pendingMilliseconds: 0,
  extendedIds: false,
  firstBlockId: 1,
};

/** Numbers from 0 to below 1; the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
