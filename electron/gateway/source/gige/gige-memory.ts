import type { MemoryPort } from '../genicam/memory-port.ts';
import type { ControlChannel } from './control-channel.ts';

/**
 * The camera's registers over its control channel.
 * @param isLegacy whether the description was written for four-byte registers: read and written by commands of their
 *   own, whose values stand for big-endian bytes. Cameras of that time answer such addresses to no other command.
 */
export function gigeMemory(channel: ControlChannel, isLegacy: boolean): MemoryPort {
  const isRegister = (address: number, length: number): boolean => isLegacy && length === 4 && address % 4 === 0;
  return {
    readMemory: async (address, length) => {
      if (!isRegister(address, length)) return channel.readMemory(address, length);
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(await channel.readRegister(address));
      return bytes;
    },
    writeMemory: async (address, data) => {
      if (isRegister(address, data.length)) await channel.writeRegister(address, data.readUInt32BE(0));
      else await channel.writeMemory(address, data);
    },
  };
}
