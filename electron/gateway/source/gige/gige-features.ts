import type { CameraFeatures } from '../camera/camera-device.ts';
import { type Description, parseDescription } from '../genicam/description/description.ts';
import { fetchXml, parseXmlLocation, type XmlSources } from '../genicam/description/xml-location.ts';
import type { ByteOrder, MemoryPort } from '../genicam/memory-port.ts';
import type { NodeMap } from '../genicam/node-map.ts';
import { isRefusal } from './gige-trigger.ts';
import { decodeText, registers, urlBytes } from './gvcp/bootstrap.ts';
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

/** The camera's own description, from one of the two places that it names. */
export async function readDescription(
  channel: ControlChannel,
  sources: Omit<XmlSources, 'port'>,
): Promise<Description> {
  const port = gigeMemory(channel, 'memory');
  const read = async (register: number): Promise<Description> => {
    const location = parseXmlLocation(decodeText(await channel.readMemory(register, urlBytes)));
    return parseDescription(await fetchXml(location, { ...sources, port }));
  };
  try {
    return await read(registers.firstUrl);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return await read(registers.secondUrl).catch((second: unknown) => {
      // The first place is the usual one, and what is wrong with it says more; unless the camera is gone.
      throw isRefusal(second) ? error : second;
    });
  }
}

/** It is 1 only while pictures are taken. */
const lockless: ReadonlyMap<string, bigint> = new Map([['TLParamsLocked', 0n]]);

/** @param changed called after each change; `asTrouble` makes a `CameraError` of what means that the camera is gone. */
export function gigeFeatures(
  map: NodeMap,
  changed: () => void,
  asTrouble: (error: unknown) => unknown,
): CameraFeatures {
  const refusedOrGone = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw isRefusal(error) ? error : asTrouble(error);
    }
  };
  return {
    list: () => refusedOrGone(map.features(lockless)),
    set: async (name, value) => {
      await refusedOrGone(map.set(name, value));
      changed();
    },
    execute: async (name) => {
      await refusedOrGone(map.execute(name));
      changed();
    },
  };
}

/** The first of these features that can be read now; null where none can. */
export async function firstNumber(map: NodeMap, names: readonly string[]): Promise<number | null> {
  for (const name of names) {
    if (!map.has(name)) continue;
    try {
      const value = await map.float(name);
      if (Number.isFinite(value) && value > 0) return value;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return null;
}

export async function textOf(map: NodeMap, name: string): Promise<string | null> {
  if (!map.has(name)) return null;
  try {
    return String(await map.get(name));
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
