import type { ByteOrder, MemoryPort } from '../genicam/memory-port.ts';
import type { ControlChannel } from './gvcp/control-channel.ts';
import { GvcpError } from './gvcp/gvcp-error.ts';

/**
 * How a camera's registers are reached.
 *
 * - `memory`: by READMEM and WRITEMEM, as bytes in the order that the description names; where the camera refuses that
 *   for a number, by READREG and WRITEREG.
 * - `numbers`: by READREG and WRITEREG, which carry numbers and know no order: the description's order is not the
 *   camera's, or it answers nothing else.
 * - `legacy`: the same for four bytes, which are big-endian whatever the description says: it was written for that.
 */
export type RegisterAccess = 'memory' | 'numbers' | 'legacy';

type Registers = Pick<ControlChannel, 'readRegister' | 'writeRegister' | 'readMemory' | 'writeMemory' | 'capability'>;

const wordBytes = 4;
const longestNumber = 8;

/** The camera's registers over its control channel. */
export function gigeMemory(channel: Registers, access: RegisterAccess): MemoryPort {
  const asNumber = (address: number, length: number, order: ByteOrder | null): ByteOrder | null => {
    if (address % wordBytes !== 0) return null;
    if (access === 'legacy') return length === wordBytes ? 'big-endian' : null;
    return access === 'numbers' && (length === wordBytes || isNumber(address, length, order))
      ? (order ?? 'big-endian')
      : null;
  };
  return {
    readMemory: async (address, length, order = null) => {
      const number = asNumber(address, length, order);
      if (number !== null) return readWords(channel, address, length, number);
      try {
        return await channel.readMemory(address, length);
      } catch (error) {
        if (order === null || !isNumber(address, length, order)) throw error;
        return refusedTwice(error, () => readWords(channel, address, length, order));
      }
    },
    writeMemory: async (address, data, order = null) => {
      const number = asNumber(address, data.length, order);
      if (number !== null) return writeWords(channel, address, data, number);
      const isWord = order !== null && isNumber(address, data.length, order);
      if (isWord && !(await channel.capability()).writeMemory) return writeWords(channel, address, data, order);
      try {
        await channel.writeMemory(address, data);
      } catch (error) {
        if (!isWord) throw error;
        await refusedTwice(error, () => writeWords(channel, address, data, order));
      }
    },
  };
}

const isNumber = (address: number, length: number, order: ByteOrder | null): boolean =>
  order !== null && address % wordBytes === 0 && length % wordBytes === 0 && length <= longestNumber;

/** The other way, where the camera refused the first; what it says against both is said of the first. */
async function refusedTwice<T>(first: unknown, other: () => Promise<T>): Promise<T> {
  if (!(first instanceof GvcpError) || first.status === null) throw first;
  try {
    return await other();
  } catch (second) {
    throw second instanceof GvcpError && second.status !== null ? first : second;
  }
}

async function readWords(channel: Registers, address: number, length: number, order: ByteOrder): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += wordBytes) {
    const word = await channel.readRegister(address + at);
    if (order === 'big-endian') bytes.writeUInt32BE(word, at);
    else bytes.writeUInt32LE(word, at);
  }
  return bytes;
}

async function writeWords(channel: Registers, address: number, data: Buffer, order: ByteOrder): Promise<void> {
  for (let at = 0; at < data.length; at += wordBytes) {
    const word = order === 'big-endian' ? data.readUInt32BE(at) : data.readUInt32LE(at);
    await channel.writeRegister(address + at, word);
  }
}
