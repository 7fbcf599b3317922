/**
 * The control protocol's packets, as the camera sees them: commands come in, acknowledgements go out. All fields are
 * big-endian. This is on purpose not the gateway's own wire code: a mistake must not be made twice alike. The facts
 * were observed on real peers and read in Wireshark.
 */

export const gvcpPort = 3956;

export const commandCodes = {
  discovery: 0x0002,
  forceAddress: 0x0004,
  packetResend: 0x0040,
  readRegister: 0x0080,
  writeRegister: 0x0082,
  readMemory: 0x0084,
  writeMemory: 0x0086,
} as const;

/** Not the answer to a command, but "the answer takes longer". */
export const pendingAcknowledge = 0x0089;

export const statusCodes = {
  success: 0,
  notImplemented: 0x8001,
  badParameter: 0x8002,
  badAddress: 0x8003,
  writeProtected: 0x8004,
  badAlignment: 0x8005,
  accessDenied: 0x8006,
  busy: 0x8007,
  packetUnavailable: 0x800c,
  badHeader: 0x800e,
  packetAndPreviousRemoved: 0x8011,
  packetRemoved: 0x8012,
} as const;

const commandKey = 0x42;
const headerBytes = 8;
const wantsAcknowledge = 0x01;
/** Of a resend request: it names the frame by 64 bits. */
const extendedIds = 0x10;

export type Command = {
  readonly code: number;
  readonly id: number;
  readonly wantsAcknowledge: boolean;
  readonly extendedIds: boolean;
  readonly payload: Buffer;
  /** The datagram is as long as its header says. */
  readonly whole: boolean;
};

/** Null for what is no command at all. */
export function parseCommand(datagram: Buffer): Command | null {
  if (datagram.length < headerBytes || datagram[0] !== commandKey) return null;
  const flags = datagram.readUInt8(1);
  return {
    code: datagram.readUInt16BE(2),
    id: datagram.readUInt16BE(6),
    wantsAcknowledge: (flags & wantsAcknowledge) !== 0,
    extendedIds: (flags & extendedIds) !== 0,
    payload: datagram.subarray(headerBytes),
    whole: datagram.readUInt16BE(4) === datagram.length - headerBytes,
  };
}

/** `answerCode`: that of the acknowledgement, one above the command's. */
export function acknowledge(status: number, answerCode: number, id: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(status, 0);
  header.writeUInt16BE(answerCode, 2);
  header.writeUInt16BE(payload.length, 4);
  header.writeUInt16BE(id, 6);
  return Buffer.concat([header, payload]);
}

export type ResendRequest = {
  /** Frame. A number, for no camera reaches 2 ** 53 frames. */
  readonly blockId: number;
  readonly first: number;
  readonly last: number;
};

/** Null where it is too short. */
export function parseResend(command: Command): ResendRequest | null {
  const { payload } = command;
  if (payload.length < (command.extendedIds ? 20 : 12)) return null;
  const mask = command.extendedIds ? 0xffff_ffff : 0x00ff_ffff;
  return {
    blockId: command.extendedIds ? Number(payload.readBigUInt64BE(12)) : payload.readUInt16BE(2),
    first: (payload.readUInt32BE(4) & mask) >>> 0,
    last: (payload.readUInt32BE(8) & mask) >>> 0,
  };
}

export type ForcedAddress = {
  readonly mac: string;
  readonly address: number;
  readonly mask: number;
  readonly gateway: number;
};

/** Null where it is too short. `mac`: `02:00:…`, in lower case; addresses as 32-bit numbers. */
export function parseForcedAddress(payload: Buffer): ForcedAddress | null {
  if (payload.length < 56) return null;
  const mac = [...payload.subarray(2, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  return {
    mac,
    address: payload.readUInt32BE(20),
    mask: payload.readUInt32BE(36),
    gateway: payload.readUInt32BE(52),
  };
}
