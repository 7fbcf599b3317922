import type { ResendRequest } from './frame-assembler.ts';
import type { PacketRange } from './resend-policy.ts';

const resendCommand = 0x40;
const extendedIds = 0x10;

/** A command to the camera (GVCP, without an answer) to send packets again. `id`: 1 … 65535. */
export function resendPacket({ block, extended }: ResendRequest, { first, last }: PacketRange, id: number): Buffer {
  const body = extended ? 20 : 12;
  const bytes = Buffer.alloc(8 + body);
  bytes[0] = 0x42;
  bytes[1] = extended ? extendedIds : 0;
  bytes.writeUInt16BE(resendCommand, 2);
  bytes.writeUInt16BE(body, 4);
  bytes.writeUInt16BE(id, 6);
  // The stream channel, at 8, is 0.
  bytes.writeUInt16BE(extended ? 0 : block, 10);
  bytes.writeUInt32BE(extended ? first : first & 0xff_ffff, 12);
  bytes.writeUInt32BE(extended ? last : last & 0xff_ffff, 16);
  if (extended) bytes.writeBigUInt64BE(BigInt(block), 20);
  return bytes;
}
