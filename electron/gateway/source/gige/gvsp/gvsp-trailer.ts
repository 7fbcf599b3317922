import { chunkBit, type Leader, payloadType, pictureBytes } from './gvsp-leader.ts';
import { u16, u32 } from './gvsp-packet.ts';

/**
 * What the end of a frame says, and what follows from it. Facts from Wireshark's dissector: the trailer of a picture is 2
 * bytes nothing, payload type u16, lines u32; with the payload type of extended chunks their length comes before the
 * lines.
 */

/** Lines of the picture, as the body of a trailer has them. 0: it says nothing. */
export function trailerLines(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8) return 0;
  const type = u16(bytes, start + 2) & ~chunkBit;
  if (type === payloadType.image) return u32(bytes, start + 4);
  return type === payloadType.extendedChunk && end - start >= 12 ? u32(bytes, start + 8) : 0;
}

/** What follows the leader in a packet that holds all, before the data: the trailer, and what is said of chunks. */
export function trailerBytes(leader: Leader): number {
  const own: Readonly<Record<number, number>> = { 1: 8, 2: 4, 4: 8, 5: 16, 6: 4, 7: 4 };
  const counted =
    leader.payloadType === payloadType.image ||
    leader.payloadType >= payloadType.jpeg ||
    leader.payloadType === payloadType.raw;
  return (own[leader.payloadType] ?? 0) + (leader.chunks && counted ? 8 : 0);
}

/** How much of a frame came, all packets up to the last one. */
export type Extent = {
  readonly bytes: number;
  /** Where the last packet begins, and whether it is shorter than the others. */
  readonly lastStart: number;
  readonly lastIsShort: boolean;
};

/**
 * The leader with as many lines as there are: a line scan camera knows that no sooner than at the end. `lines`: what the
 * trailer says. Where all came that the leader announced and no more, a trailer that names more lines is the one that is
 * wrong.
 */
export function leaderWithLines(leader: Leader, lines: number, came: Extent): Leader {
  const isPicture = leader.pixelFormat !== 0 && leader.part === null;
  if (!isPicture || lines === 0 || lines === leader.height) return leader;
  const bytes = pictureBytes({ ...leader, height: lines });
  const said = { ...leader, height: lines, ...bytes, ...(leader.chunks ? { mostBytes: null } : {}) };
  if (lines < leader.height || leader.height === 0) return said;
  const isAsAnnounced = came.bytes >= leader.leastBytes && came.bytes < said.leastBytes;
  return isAsAnnounced && surplusBytes(leader, came) === 0 ? leader : said;
}

/**
 * Bytes behind a picture without chunks. Some cameras fill up the last packet: that is no more than padding. Whatever
 * begins behind the end, or ends behind it without being full, is something else.
 */
export function surplusBytes({ part, mostBytes }: Leader, { bytes, lastStart, lastIsShort }: Extent): number {
  if (part !== null || mostBytes === null) return 0;
  return lastStart < mostBytes && !lastIsShort ? 0 : Math.max(0, bytes - mostBytes);
}
