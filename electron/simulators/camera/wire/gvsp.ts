/** The stream protocol's packets. A packet is a header and a body; bodies of payload are parts of the frame's own buffer. */

/** IP, UDP and stream header, which the camera's packet size counts in. */
const ipAndUdpBytes = 28;
const shortHeaderBytes = 8;
const extendedHeaderBytes = 20;

export const packetFormats = { leader: 1, trailer: 2, payload: 3 } as const;
export const payloadTypes = { image: 0x0001, jpeg: 0x0006 } as const;
export const withChunks = 0x4000;
/** Status of a packet that was sent again. */
export const resentStatus = 0x0100;

export const headerBytes = (extended: boolean): number => (extended ? extendedHeaderBytes : shortHeaderBytes);

/** Bytes of a frame in one packet; 0 where the packet size leaves no room. */
export const bytesInPacket = (packetSize: number, extended: boolean): number =>
  Math.max(0, packetSize - ipAndUdpBytes - headerBytes(extended));

export const datagramBytes = (packetSize: number): number => Math.max(0, packetSize - ipAndUdpBytes);

export type PacketName = {
  readonly status: number;
  readonly blockId: number;
  readonly packetId: number;
  readonly format: number;
  readonly extended: boolean;
};

/** Writes a header of `headerBytes(extended)` bytes. */
export function writeHeader(into: Buffer, at: number, name: PacketName): void {
  into.writeUInt16BE(name.status, at);
  if (name.extended) {
    into.writeUInt16BE(0, at + 2);
    into.writeUInt32BE((0x80 | name.format) * 0x100_0000, at + 4);
    into.writeBigUInt64BE(BigInt(name.blockId), at + 8);
    into.writeUInt32BE(name.packetId, at + 16);
    return;
  }
  into.writeUInt16BE(name.blockId & 0xffff, at + 2);
  into.writeUInt32BE(name.format * 0x100_0000 + (name.packetId & 0xff_ffff), at + 4);
}

export function packetHeader(name: PacketName): Buffer {
  const header = Buffer.alloc(headerBytes(name.extended));
  writeHeader(header, 0, name);
  return header;
}

export type ImageLeader = {
  readonly payloadType: number;
  /** Ticks of the camera's clock. */
  readonly timestamp: bigint;
  readonly pixelFormat: number;
  readonly width: number;
  readonly height: number;
  readonly offsetX: number;
  readonly offsetY: number;
  readonly paddingX: number;
  readonly paddingY: number;
};

export function imageLeader(leader: ImageLeader): Buffer {
  const body = Buffer.alloc(36);
  body.writeUInt16BE(leader.payloadType, 2);
  body.writeBigUInt64BE(leader.timestamp, 4);
  body.writeUInt32BE(leader.pixelFormat, 12);
  body.writeUInt32BE(leader.width, 16);
  body.writeUInt32BE(leader.height, 20);
  body.writeUInt32BE(leader.offsetX, 24);
  body.writeUInt32BE(leader.offsetY, 28);
  body.writeUInt16BE(leader.paddingX, 32);
  body.writeUInt16BE(leader.paddingY, 34);
  return body;
}

/** The leader of a JPEG has no size in pixels: that is in the file. `tickFrequency` in Hz. */
export function jpegLeader(payloadType: number, timestamp: bigint, bytes: number, tickFrequency: bigint): Buffer {
  const body = Buffer.alloc(32);
  body.writeUInt16BE(payloadType, 2);
  body.writeBigUInt64BE(timestamp, 4);
  body.writeBigUInt64BE(BigInt(bytes), 12);
  body.writeBigUInt64BE(tickFrequency, 20);
  body.write('JPEG', 28, 'latin1');
  return body;
}

export function trailer(payloadType: number, height: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16BE(payloadType, 2);
  body.writeUInt32BE(height, 4);
  return body;
}

export type Chunk = { readonly id: number; readonly data: Buffer };

/** Each chunk's id and length follow its data, so that a reader walks back from the end. */
export function chunkLayout(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.flatMap(({ id, data }) => {
    const tail = Buffer.alloc(8);
    tail.writeUInt32BE(id, 0);
    tail.writeUInt32BE(data.length, 4);
    return [data, tail];
  });
  return Buffer.concat(parts);
}
