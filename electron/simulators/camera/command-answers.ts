import { bootstrap, descriptionAddress, discoveryBytes } from './addresses.ts';
import type { ControlPrivilege, Peer } from './control-privilege.ts';
import type { Capabilities, SimulatorOptions } from './options.ts';
import type { RegisterMap } from './register-map.ts';
import { type Command, commandCodes, statusCodes } from './wire/gvcp.ts';

/** Our own registers begin here. */
const firstFeature = 0xa000;

const texts: readonly (readonly [from: number, to: number])[] = [
  [bootstrap.vendor, bootstrap.userName + 16],
  [bootstrap.descriptionUrl, bootstrap.secondDescriptionUrl + 512],
];

/**
 * The words of registers, which are kept most significant byte first, as they lie in a memory of that order; and back.
 * Texts and the description have no order.
 */
function orderedBytes(bytes: Buffer, address: number, order: SimulatorOptions['memoryOrder']): Buffer {
  if (order === 'big-endian' || address >= descriptionAddress) return bytes;
  const ordered = Buffer.from(bytes);
  for (let at = 0; at < bytes.length; at += 4) {
    const isText = texts.some(([from, to]) => address + at >= from && address + at < to);
    if (!isText) ordered.subarray(at, at + 4).reverse();
  }
  return ordered;
}

type AnswerOptions = Pick<SimulatorOptions, 'capabilities' | 'memoryOrder' | 'refusesMemory'>;

export type Answer = { readonly status: number; readonly payload: Buffer };

const { success, badParameter, badAddress, accessDenied, badHeader, badAlignment, notImplemented } = statusCodes;
/** Bytes in one command; what a datagram without fragments carries. */
const mostBytes = 536;
const refuse = (status: number, payload: Buffer = Buffer.alloc(0)): Answer => ({ status, payload });

/** What a command on the camera's memory is answered with, and what it changes there. */
export class CommandAnswers {
  readonly #registers: () => RegisterMap;
  readonly #privilege: ControlPrivilege;
  readonly #options: AnswerOptions;

  constructor(registers: () => RegisterMap, privilege: ControlPrivilege, options: AnswerOptions) {
    this.#registers = registers;
    this.#privilege = privilege;
    this.#options = options;
  }

  get #capabilities(): Capabilities {
    return this.#options.capabilities;
  }

  discovery(): Answer {
    return { status: success, payload: this.#registers().readBytes(0, discoveryBytes).bytes };
  }

  answer(command: Command, peer: Peer): Answer {
    if (!command.whole) return refuse(badHeader);
    this.#privilege.heard(peer);
    switch (command.code) {
      case commandCodes.readRegister:
        return this.#readRegisters(command.payload, peer);
      case commandCodes.writeRegister:
        return this.#writeRegisters(command.payload, peer);
      case commandCodes.readMemory:
        return this.#readMemory(command.payload, peer);
      case commandCodes.writeMemory:
        return this.#writeMemory(command.payload, peer);
      default:
        return refuse(notImplemented);
    }
  }

  #readRegisters(payload: Buffer, peer: Peer): Answer {
    if (!isWholeNumberOf(4, payload)) return refuse(badHeader);
    if (payload.length > 4 && !this.#capabilities.concatenation) return refuse(notImplemented);
    const values = Buffer.alloc(payload.length);
    for (let at = 0; at < payload.length; at += 4) {
      const address = payload.readUInt32BE(at);
      // Whoever waits for the camera must see that it is taken.
      if (address !== bootstrap.privilege && !this.#privilege.mayRead(peer)) return refuse(accessDenied);
      const { status, value } = this.#registers().readWord(address);
      if (status !== success) return refuse(status, values.subarray(0, at));
      values.writeUInt32BE(value >>> 0, at);
    }
    return { status: success, payload: values };
  }

  #writeRegisters(payload: Buffer, peer: Peer): Answer {
    if (!isWholeNumberOf(8, payload)) return refuse(badHeader);
    if (payload.length > 8 && !this.#capabilities.concatenation) return refuse(notImplemented);
    for (let at = 0; at < payload.length; at += 8) {
      const status = this.#writeRegister(payload.readUInt32BE(at), payload.readUInt32BE(at + 4), peer);
      if (status !== success) return refuse(status, countOf(at / 8));
    }
    return { status: success, payload: countOf(payload.length / 8) };
  }

  #writeRegister(address: number, value: number, peer: Peer): number {
    if (address === bootstrap.privilege) return this.#privilege.request(peer, value);
    if (!this.#privilege.owns(peer)) return accessDenied;
    return this.#registers().writeWord(address, value);
  }

  #readMemory(payload: Buffer, peer: Peer): Answer {
    if (payload.length !== 8) return refuse(badHeader);
    if (!this.#privilege.mayRead(peer)) return refuse(accessDenied);
    const address = payload.readUInt32BE(0);
    const count = payload.readUInt16BE(6);
    if (address % 4 !== 0 || count % 4 !== 0) return refuse(badAlignment);
    if (count === 0 || count > mostBytes) return refuse(badParameter);
    if (this.#refusesMemory(address)) return refuse(badAddress);
    const { status, bytes } = this.#registers().readBytes(address, count);
    if (status !== success) return refuse(status);
    const ordered = orderedBytes(bytes, address, this.#options.memoryOrder);
    return { status, payload: Buffer.concat([payload.subarray(0, 4), ordered]) };
  }

  #writeMemory(payload: Buffer, peer: Peer): Answer {
    if (!this.#capabilities.writeMemory) return refuse(notImplemented);
    if (payload.length < 8) return refuse(badHeader);
    const address = payload.readUInt32BE(0);
    const data = payload.subarray(4);
    if (address % 4 !== 0 || data.length % 4 !== 0) return refuse(badAlignment);
    if (data.length > mostBytes) return refuse(badParameter);
    if (address === bootstrap.privilege && data.length === 4) {
      return refuse(this.#privilege.request(peer, data.readUInt32BE(0)), countOf(4));
    }
    if (!this.#privilege.owns(peer)) return refuse(accessDenied);
    if (this.#refusesMemory(address)) return refuse(badAddress);
    const ordered = orderedBytes(data, address, this.#options.memoryOrder);
    const { status, written } = this.#registers().writeBytes(address, ordered);
    return { status, payload: countOf(written) };
  }

  #refusesMemory(address: number): boolean {
    return this.#options.refusesMemory && address >= firstFeature && address < descriptionAddress;
  }
}

const isWholeNumberOf = (bytes: number, payload: Buffer): boolean =>
  payload.length > 0 && payload.length <= mostBytes && payload.length % bytes === 0;

/** Two bytes of nothing, and how much was written. */
function countOf(count: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt16BE(count, 2);
  return payload;
}
