/** A camera's side of GVSP for tests, written apart from the product's so that a mistake is not made twice alike. */

export type FrameShape = {
  readonly block: number;
  readonly width: number;
  readonly height: number;
  readonly extended?: boolean;
  readonly packetSize?: number;
  readonly pixelFormat?: number;
  readonly payloadType?: number;
  readonly timestamp?: bigint;
  readonly paddingX?: number;
  readonly paddingY?: number;
  /** That the trailer names; 0, as cameras that don't say it have it. */
  readonly trailerLines?: number;
  /** The trailer is cut to so many bytes. */
  readonly trailerBytes?: number;
  /** Instead of pixels that follow from block and place. */
  readonly data?: Buffer;
  /** The last packet is filled up to the full size. */
  readonly fillLast?: boolean;
};

const mono8 = 0x01080001;

/** The picture of a block: every byte depends on block and place, so that nothing can be exchanged unseen. */
export function pixels(block: number, bytes: number): Buffer {
  const data = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; at += 1) data[at] = (block * 31 + at * 7 + (at >> 8)) & 0xff;
  return data;
}

export function header(
  shape: Pick<FrameShape, 'block' | 'extended'>,
  format: number,
  packet: number,
  { status = 0, parts = 0 } = {},
): Buffer {
  if (shape.extended !== true) {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt16BE(status, 0);
    bytes.writeUInt16BE(shape.block, 2);
    bytes.writeUInt32BE(packet & 0xffffff, 4);
    bytes[4] = format;
    return bytes;
  }
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(status, 0);
  bytes[4] = 0x80 | format;
  bytes[7] = parts;
  bytes.writeBigUInt64BE(BigInt(shape.block), 8);
  bytes.writeUInt32BE(packet, 16);
  return bytes;
}

export function imageLeader(shape: FrameShape): Buffer {
  const body = Buffer.alloc(36);
  body.writeUInt16BE(shape.payloadType ?? 1, 2);
  body.writeBigUInt64BE(shape.timestamp ?? BigInt(shape.block) * 1_000n, 4);
  body.writeUInt32BE(shape.pixelFormat ?? mono8, 12);
  body.writeUInt32BE(shape.width, 16);
  body.writeUInt32BE(shape.height, 20);
  body.writeUInt16BE(shape.paddingX ?? 0, 32);
  body.writeUInt16BE(shape.paddingY ?? 0, 34);
  return body;
}

/** Leader, payload, trailer: the index is the packet's number. */
export function packetsOf(shape: FrameShape, leader = imageLeader(shape)): Buffer[] {
  const data = shape.data ?? pixels(shape.block, shape.width * shape.height);
  const each = (shape.packetSize ?? 236) - (shape.extended === true ? 48 : 36);
  const packets = [Buffer.concat([header(shape, 1, 0), leader])];
  for (let at = 0; at < data.length; at += each) {
    const body = data.subarray(at, at + each);
    const filled = shape.fillLast === true ? Buffer.concat([body, Buffer.alloc(each - body.length)]) : body;
    packets.push(Buffer.concat([header(shape, 3, packets.length), filled]));
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt16BE(shape.payloadType ?? 1, 2);
  trailer.writeUInt32BE(shape.trailerLines ?? 0, 4);
  packets.push(Buffer.concat([header(shape, 2, packets.length), trailer.subarray(0, shape.trailerBytes ?? 8)]));
  return packets;
}
