import { statusCodes } from './wire/gvcp.ts';

/** A register of 32 bits. Without `write` it can't be written from outside. */
export type Register = {
  readonly initial?: number;
  /** Computes the value; the stored one otherwise. */
  readonly read?: () => number;
  /** Judges what a controller writes: `success` keeps the value, any other status refuses it. */
  readonly write?: (value: number) => number;
  /** After a write was kept. */
  readonly written?: (value: number) => void;
};

type Block = { readonly start: number; readonly bytes: Buffer };

/** The camera's memory: registers with rules, and blocks that can only be read. */
export class RegisterMap {
  readonly #registers = new Map<number, Register>();
  readonly #values = new Map<number, number>();
  readonly #blocks: Block[] = [];

  define(address: number, register: Register): void {
    this.#registers.set(address, register);
    this.#values.set(address, (register.initial ?? 0) >>> 0);
  }

  /** `bytes`: room for the text and its zeros, a multiple of four. */
  defineText(address: number, bytes: number, text: string, writable: boolean): void {
    const padded = Buffer.alloc(bytes);
    // The last byte stays zero.
    padded.write(text, 0, bytes - 1, 'latin1');
    for (let at = 0; at < bytes; at += 4) {
      const initial = padded.readUInt32BE(at);
      this.define(address + at, writable ? { initial, write: () => statusCodes.success } : { initial });
    }
  }

  /** `bytes`: filled up to a multiple of four by the caller. */
  defineBlock(start: number, bytes: Buffer): void {
    this.#blocks.push({ start, bytes });
  }

  /** The camera's own view: no rules. 0 where there is no such register. */
  get(address: number): number {
    return this.#registers.get(address)?.read?.() ?? this.stored(address);
  }

  /** What was written last, whatever reading it would say. */
  stored(address: number): number {
    return this.#values.get(address) ?? 0;
  }

  getFloat(address: number): number {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.get(address), 0);
    return bytes.readFloatBE(0);
  }

  /** The camera's own change: no rules, and nobody is told. */
  set(address: number, value: number): void {
    this.#values.set(address, value >>> 0);
  }

  /** All stored values, for a user set. */
  values(addresses: readonly number[]): ReadonlyMap<number, number> {
    return new Map(addresses.map((address) => [address, this.stored(address)]));
  }

  readWord(address: number): { readonly status: number; readonly value: number } {
    if (address % 4 !== 0) return { status: statusCodes.badAlignment, value: 0 };
    if (this.#registers.has(address)) return { status: statusCodes.success, value: this.get(address) };
    const block = this.#blocks.find(({ start, bytes }) => address >= start && address + 4 <= start + bytes.length);
    if (block === undefined) return { status: statusCodes.badAddress, value: 0 };
    return { status: statusCodes.success, value: block.bytes.readUInt32BE(address - block.start) };
  }

  writeWord(address: number, value: number): number {
    if (address % 4 !== 0) return statusCodes.badAlignment;
    const register = this.#registers.get(address);
    if (register === undefined) {
      return this.readWord(address).status === statusCodes.success
        ? statusCodes.writeProtected
        : statusCodes.badAddress;
    }
    const status = register.write === undefined ? statusCodes.writeProtected : register.write(value);
    if (status !== statusCodes.success) return status;
    this.#values.set(address, value);
    register.written?.(value);
    return statusCodes.success;
  }

  /** `count`: bounded by the caller. */
  readBytes(address: number, count: number): { readonly status: number; readonly bytes: Buffer } {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; at += 4) {
      const { status, value } = this.readWord(address + at);
      if (status !== statusCodes.success) return { status, bytes: Buffer.alloc(0) };
      bytes.writeUInt32BE(value >>> 0, at);
    }
    return { status: statusCodes.success, bytes };
  }

  /** Whole words, one after the other until one is refused. */
  writeBytes(address: number, data: Buffer): { readonly status: number; readonly written: number } {
    for (let at = 0; at < data.length; at += 4) {
      const status = this.writeWord(address + at, data.readUInt32BE(at));
      if (status !== statusCodes.success) return { status, written: at };
    }
    return { status: statusCodes.success, written: data.length };
  }
}
