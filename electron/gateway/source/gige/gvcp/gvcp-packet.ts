/**
 * The packets of GVCP, GigE Vision's control protocol, as bytes: nothing here sends, waits or throws on what came from
 * the network. All fields are big-endian. A decoder returns null for whatever is not a whole, well-formed packet.
 *
 * The facts come from observed cameras, from Aravis and from Wireshark's dissector.
 */

export const gvcpPort = 3956;

export const gvcpCommands = {
  discovery: 0x0002,
  forceIp: 0x0004,
  packetResend: 0x0040,
  readRegister: 0x0080,
  writeRegister: 0x0082,
  readMemory: 0x0084,
  writeMemory: 0x0086,
} as const;

/** "I am at it, wait": comes instead of an acknowledgement, which follows later. */
export const pendingAcknowledge = 0x0089;

const key = 0x42;
const headerBytes = 8;
const gvcpFlags = {
  acknowledgeWanted: 0x01,
  /** Discovery and ForceIP: a camera of another network may answer by broadcast. */
  broadcastAcknowledge: 0x10,
  /** Resend: block ids of 64 bits. */
  extendedIds: 0x10,
} as const;

/** Every camera takes that many bytes in one READMEM or WRITEMEM. */
export const memoryChunkBytes = 512;

/** Ids are never 0. */
export function nextCommandId(id: number): number {
  return id >= 0xffff ? 1 : id + 1;
}

function encodeCommand(command: number, flags: number, id: number, payload: Uint8Array): Buffer {
  const packet = Buffer.alloc(headerBytes + payload.length);
  packet.writeUInt8(key, 0);
  packet.writeUInt8(flags, 1);
  packet.writeUInt16BE(command, 2);
  packet.writeUInt16BE(payload.length, 4);
  packet.writeUInt16BE(id, 6);
  packet.set(payload, headerBytes);
  return packet;
}

export function encodeDiscovery(id: number): Buffer {
  const flags = gvcpFlags.acknowledgeWanted | gvcpFlags.broadcastAcknowledge;
  return encodeCommand(gvcpCommands.discovery, flags, id, Buffer.alloc(0));
}

/** `mac`: 6 bytes. Addresses as numbers. */
export function encodeForceIp(id: number, mac: Uint8Array, address: number, mask: number, gateway: number): Buffer {
  const payload = Buffer.alloc(56);
  payload.set(mac.subarray(0, 6), 2);
  payload.writeUInt32BE(address, 20);
  payload.writeUInt32BE(mask, 36);
  payload.writeUInt32BE(gateway, 52);
  const flags = gvcpFlags.acknowledgeWanted | gvcpFlags.broadcastAcknowledge;
  return encodeCommand(gvcpCommands.forceIp, flags, id, payload);
}

function words(...values: readonly number[]): Buffer {
  const payload = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) payload.writeUInt32BE(value, 4 * index);
  return payload;
}

/** More than one address only where the camera has `concatenation`. */
export function encodeReadRegisters(id: number, addresses: readonly number[]): Buffer {
  return encodeCommand(gvcpCommands.readRegister, gvcpFlags.acknowledgeWanted, id, words(...addresses));
}

export function encodeWriteRegister(id: number, address: number, value: number): Buffer {
  return encodeCommand(gvcpCommands.writeRegister, gvcpFlags.acknowledgeWanted, id, words(address, value));
}

/** `count`: a multiple of 4, `memoryChunkBytes` at most. */
export function encodeReadMemory(id: number, address: number, count: number): Buffer {
  return encodeCommand(gvcpCommands.readMemory, gvcpFlags.acknowledgeWanted, id, words(address, count));
}

export function encodeWriteMemory(id: number, address: number, data: Uint8Array): Buffer {
  const payload = Buffer.concat([words(address), data]);
  return encodeCommand(gvcpCommands.writeMemory, gvcpFlags.acknowledgeWanted, id, payload);
}

type ResendRequest = {
  /** Of 16 bits, or of 64 with extended ids. */
  readonly block: number;
  /** First and last packet id, both included: 24 bits, or 32 with extended ids. */
  readonly first: number;
  readonly last: number;
};

/** Asks for packets of stream channel 0 again. The camera answers on the stream, never with an acknowledgement. */
export function encodePacketResend(id: number, request: ResendRequest, extendedIds: boolean): Buffer {
  const payload = Buffer.alloc(extendedIds ? 20 : 12);
  payload.writeUInt32BE(extendedIds ? request.first : request.first & 0xffffff, 4);
  payload.writeUInt32BE(extendedIds ? request.last : request.last & 0xffffff, 8);
  if (extendedIds) payload.writeBigUInt64BE(BigInt(request.block), 12);
  else payload.writeUInt16BE(request.block, 2);
  return encodeCommand(gvcpCommands.packetResend, extendedIds ? gvcpFlags.extendedIds : 0, id, payload);
}

export type Acknowledge = {
  /** An error where bit 15 is set: see `gvcp-error.ts`. */
  readonly status: number;
  /** The command's number + 1, or `pendingAcknowledge`. */
  readonly command: number;
  readonly id: number;
  readonly payload: Buffer;
};

export function decodeAcknowledge(packet: Buffer): Acknowledge | null {
  if (packet.length < headerBytes) return null;
  const end = headerBytes + packet.readUInt16BE(4);
  const id = packet.readUInt16BE(6);
  if (end > packet.length || id === 0) return null;
  const payload = packet.subarray(headerBytes, end);
  return { status: packet.readUInt16BE(0), command: packet.readUInt16BE(2), id, payload };
}

/** Of a READREG for one address. */
export function decodeRegisterValue(payload: Buffer): number | null {
  return payload.length < 4 ? null : payload.readUInt32BE(0);
}

/** Of a READMEM: a copy of the bytes, if they are the ones that were asked for. */
export function decodeMemory(payload: Buffer, address: number, count: number): Buffer | null {
  if (payload.length !== 4 + count || payload.readUInt32BE(0) !== address) return null;
  return Buffer.from(payload.subarray(4));
}

/** How long the camera will need yet, milliseconds. */
export function decodePending(payload: Buffer): number | null {
  return payload.length < 4 ? null : payload.readUInt32BE(0);
}
