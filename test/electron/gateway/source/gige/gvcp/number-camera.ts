import { decodeControlCapability } from '../../../../../../electron/gateway/source/gige/gvcp/bootstrap.ts';
import { GvcpError } from '../../../../../../electron/gateway/source/gige/gvcp/gvcp-error.ts';

export type NumberCameraOptions = {
  /** How its numbers lie in READMEM and WRITEMEM. */
  readonly order: 'big-endian' | 'little-endian';
  /** Of the device mode register. */
  readonly saysBigEndian: boolean;
  readonly refuses: readonly ('readRegister' | 'writeRegister' | 'readMemory' | 'writeMemory')[];
  readonly hasWriteMemory: boolean;
};

/** A camera of numbers of 32 bits, by address; and all that it was asked. */
export class NumberCamera {
  readonly numbers = new Map<number, number>();
  readonly asked: string[] = [];
  readonly #options: NumberCameraOptions;

  constructor(options: Partial<NumberCameraOptions> = {}) {
    this.#options = { order: 'big-endian', saysBigEndian: true, refuses: [], hasWriteMemory: true, ...options };
  }

  readRegister = async (address: number): Promise<number> => {
    this.#ask('readRegister', address);
    if (address === 4) return this.#options.saysBigEndian ? 0x8000_0000 : 0;
    return this.numbers.get(address) ?? 0;
  };

  writeRegister = async (address: number, value: number): Promise<void> => {
    this.#ask('writeRegister', address);
    this.numbers.set(address, value);
  };

  readMemory = async (address: number, length: number): Promise<Buffer> => {
    this.#ask('readMemory', address);
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += 4) bytes.writeUInt32BE(this.numbers.get(address + at) ?? 0, at);
    return this.#options.order === 'big-endian' ? bytes : bytes.swap32();
  };

  writeMemory = async (address: number, data: Uint8Array): Promise<void> => {
    this.#ask('writeMemory', address);
    const bytes = Buffer.from(data);
    if (this.#options.order === 'little-endian') bytes.swap32();
    for (let at = 0; at < data.length; at += 4) this.numbers.set(address + at, bytes.readUInt32BE(at));
  };

  capability = async () => decodeControlCapability(this.#options.hasWriteMemory ? 2 : 0);

  #ask(command: NumberCameraOptions['refuses'][number], address: number): void {
    this.asked.push(`${command} ${address.toString(16)}`);
    if (this.#options.refuses.includes(command)) throw GvcpError.ofStatus(0x8003, command);
  }
}
