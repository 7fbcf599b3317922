/** Block ids are the numbers of a camera's frames: of 16 bits, from 65535 on to 1, or of 64 bits. */
const highestShortId = 65_535;

/** From one block id to another. Ids of 16 bits go round: the shorter way is meant. */
export function blockDistance(from: number, to: number, extended: boolean): number {
  if (extended) return to - from;
  const distance = (to - from) % highestShortId;
  const half = (highestShortId - 1) / 2;
  return distance > half ? distance - highestShortId : distance < -half ? distance + highestShortId : distance;
}

/**
 * The header of one packet of a camera's picture stream (GVSP). Facts from Aravis and from Wireshark's dissector. All
 * fields are big-endian; nothing here throws or allocates, because it runs for each of 80,000 packets a second.
 *
 *   16-bit ids, 8 bytes:   status u16 | block u16 | format u8 | packet u24
 *   extended ids, 20 bytes: status u16 | flags u16 | 0x80 + format u8 | u24 (low byte: number of parts) | block u64 |
 *                           packet u32
 */
export const packetFormat = {
  leader: 1,
  trailer: 2,
  payload: 3,
  allIn: 4,
  h264: 5,
  multizone: 6,
  multipart: 7,
  gendc: 8,
} as const;

/** Bytes of IP and UDP headers, which the packet size of a camera (SCPS) counts too. */
export const datagramOverhead = 28;

const headerBytes = 8;
const extendedHeaderBytes = 20;
const extendedBit = 0x80;
const errorBit = 0x8000;
const resentStatus = 0x0100;
const resentFlag = 0x01;

/** Status of an error packet that stands for one that will never come: unavailable, or removed from the memory. */
const goneStatus: ReadonlySet<number> = new Set([0x800c, 0x8011, 0x8012]);

/** One that is filled again and again. */
export type GvspPacket = {
  format: number;
  extended: boolean;
  status: number;
  /** It stands for a packet instead of carrying it. */
  error: boolean;
  /** What it stands for will not come any more. */
  gone: boolean;
  resent: boolean;
  /** Never 0 in a picture stream; below 2^53. */
  block: number;
  packet: number;
  /** Of a leader: what the header says of the number of parts; 0 where the header has no place for it. */
  parts: number;
  /** Where the body begins and ends in the datagram. */
  start: number;
  end: number;
};

export function emptyPacket(): GvspPacket {
  return {
    format: 0,
    extended: false,
    status: 0,
    error: false,
    gone: false,
    resent: false,
    block: 0,
    packet: 0,
    parts: 0,
    start: 0,
    end: 0,
  };
}

/** Fills `into` from a datagram. False: not a stream packet, and `into` is not to be used. */
export function decodePacket(datagram: Uint8Array, into: GvspPacket): boolean {
  const length = datagram.length;
  if (length < headerBytes) return false;
  const kind = u8(datagram, 4);
  const format = kind & 0x7f;
  if (format < packetFormat.leader || format > packetFormat.gendc) return false;
  const status = u16(datagram, 0);
  into.format = format;
  into.status = status;
  into.error = (status & errorBit) !== 0;
  into.gone = into.error && goneStatus.has(status);
  into.end = length;
  into.extended = (kind & extendedBit) !== 0;
  if (into.extended) {
    if (length < extendedHeaderBytes) return false;
    const high = u32(datagram, 8);
    // Beyond 2^53 numbers are not exact; a camera that counts frames from 1 gets there in no lifetime.
    if (high > 0x1f_ffff) return false;
    into.block = high * 0x1_0000_0000 + u32(datagram, 12);
    into.packet = u32(datagram, 16);
    into.parts = u8(datagram, 7);
    into.resent = status === resentStatus || (u8(datagram, 3) & resentFlag) !== 0;
    into.start = extendedHeaderBytes;
  } else {
    into.block = u16(datagram, 2);
    into.packet = u32(datagram, 4) & 0xff_ffff;
    into.parts = 0;
    into.resent = status === resentStatus;
    into.start = headerBytes;
  }
  return into.block !== 0;
}

/** Bytes of picture in a full packet, from the camera's packet size; 0 where that is too small to carry any. */
export function dataPerPacket(packetSize: number, extended: boolean): number {
  const bytes = packetSize - datagramOverhead - (extended ? extendedHeaderBytes : headerBytes);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0;
}

// Out of range reads give 0: the callers have compared the length, and must not crash where they erred.
const u8 = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
export const u16 = (bytes: Uint8Array, at: number): number => (u8(bytes, at) << 8) | u8(bytes, at + 1);
export const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 0x1_0000 + u16(bytes, at + 2);
