import { message } from '../../../../../shared/messages/message.ts';
import { describeCause } from '../../../platform/errors.ts';
import { CameraError } from '../../camera/camera-device.ts';
import { localAddressFor, parseIpv4 } from '../network/interfaces.ts';
import type { LocalEnd } from '../network/udp-socket.ts';
import {
  type ControlCapability,
  type ControlMode,
  controlPrivileges,
  decodeControlCapability,
  registers,
} from './bootstrap.ts';
import { CommandExchange, type ExchangeCounters, type Question } from './command-exchange.ts';
import { takePrivilege } from './control-privilege.ts';
import { GvcpError } from './gvcp-error.ts';
import {
  decodeMemory,
  decodeRegisterValue,
  encodeReadMemory,
  encodeReadRegisters,
  encodeWriteMemory,
  encodeWriteRegister,
  gvcpCommands,
  gvcpPort,
  memoryChunkBytes,
} from './gvcp-packet.ts';
import { type ControlLoss, Heartbeat, heartbeatPeriod, usualHeartbeatTimeout } from './heartbeat.ts';

export type ControlChannelOptions = {
  /** The camera's IPv4 address. */
  readonly address: string;
  readonly port?: number;
  /** The local address to send from; what the system would choose where it is left out. */
  readonly interfaceAddress?: string | undefined;
  /** The network card to send by; what the system would choose where it is null or left out. */
  readonly card?: string | null;
  /** Of one try. */
  readonly timeoutMilliseconds?: number;
  readonly tries?: number;
  /** Of the first command, 1 to 65535. */
  readonly firstId?: number;
  /** How long a camera may ask for more time for one command, in all. */
  readonly longestPendingMilliseconds?: number;
};

/** Saving settings to flash takes seconds, rarely a minute. */
const longestPendingMilliseconds = 120_000;

/** Descriptions of 1 MB are large; this is a bound, not a size. */
const mostMemoryBytes = 16 * 1_024 * 1_024;
const addressSpace = 2 ** 32;
const nothing = Buffer.alloc(0);
const hexadecimal = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

/**
 * The control connection to one camera. Reads and writes reject with a `GvcpError`, or with the reason of their signal;
 * they may be called at any time and are carried out one after the other.
 */
export class ControlChannel {
  readonly address: string;
  /** Where the camera sees us: the stream's destination, too. */
  readonly localAddress: string;
  /** The network card that everything goes by; null: the system chooses. */
  readonly card: string | null;
  readonly #exchange: CommandExchange;
  #capability: ControlCapability | null = null;
  #heartbeat: Heartbeat | null = null;

  private constructor(address: string, end: LocalEnd, exchange: CommandExchange) {
    this.address = address;
    this.localAddress = end.address;
    this.card = end.card;
    this.#exchange = exchange;
  }

  /** Sends nothing yet. Rejects with a `CameraError` where this PC has no such address, or no way to the camera. */
  static async open(options: ControlChannelOptions): Promise<ControlChannel> {
    const { address } = options;
    if (parseIpv4(address) === null) {
      throw new CameraError('missing', message('camera-not-an-address', { address }));
    }
    try {
      const localAddress = options.interfaceAddress ?? (await localAddressFor(address));
      const end = { address: localAddress, card: options.card ?? null };
      const exchange = await CommandExchange.open({
        address,
        port: options.port ?? gvcpPort,
        end,
        timeoutMilliseconds: options.timeoutMilliseconds ?? 500,
        tries: options.tries ?? 5,
        firstId: options.firstId ?? 1,
        longestPendingMilliseconds: options.longestPendingMilliseconds ?? longestPendingMilliseconds,
      });
      return new ControlChannel(address, end, exchange);
    } catch (error) {
      const { interfaceAddress: from } = options;
      const context = from === undefined ? 'camera' : 'camera-from';
      const said = message('camera-no-way', { context, address, from: from ?? '' });
      throw new CameraError('unreachable', said, describeCause(error), { cause: error });
    }
  }

  get isClosed(): boolean {
    return this.#exchange.isClosed;
  }

  get counters(): Readonly<ExchangeCounters> {
    return this.#exchange.counters;
  }

  async readRegister(address: number, signal?: AbortSignal): Promise<number> {
    checkRange(address, 4);
    return this.#exchange.ask(readQuestion(address), signal);
  }

  /** `value`: 32 bits; negative ones as two's complement. */
  async writeRegister(address: number, value: number, signal?: AbortSignal): Promise<void> {
    checkRange(address, 4);
    await this.#exchange.ask(
      {
        asked: `write register ${hexadecimal(address)}`,
        command: gvcpCommands.writeRegister,
        encode: (id) => encodeWriteRegister(id, address, value >>> 0),
        decode: () => true,
      },
      signal,
    );
  }

  /** Any address and length up to 16 MB: what the camera is asked for is aligned, and cut to size. */
  async readMemory(address: number, count: number, signal?: AbortSignal): Promise<Buffer> {
    checkRange(address, count);
    const first = address - (address % 4);
    const end = Math.min(address + count + 3 - ((address + count + 3) % 4), addressSpace);
    const bytes = Buffer.alloc(end - first);
    for (let at = first; at < end; at += memoryChunkBytes) {
      const size = Math.min(memoryChunkBytes, end - at);
      bytes.set(await this.#readChunk(at, size, signal), at - first);
    }
    return bytes.subarray(address - first, address - first + count);
  }

  /** What shares a word of 4 bytes with the beginning or the end of `data` is read first, and written back as it was. */
  async writeMemory(address: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    checkRange(address, data.length);
    if (data.length === 0) return;
    const head = address % 4;
    const tail = (4 - ((head + data.length) % 4)) % 4;
    const before = head === 0 ? nothing : await this.readMemory(address - head, head, signal);
    const after = tail === 0 ? nothing : await this.readMemory(address + data.length, tail, signal);
    const bytes = Buffer.concat([before, data, after]);
    const { writeMemory } = await this.capability(signal);
    const step = writeMemory ? memoryChunkBytes : 4;
    for (let at = 0; at < bytes.length; at += step) {
      const chunk = bytes.subarray(at, at + step);
      if (writeMemory) await this.#writeChunk(address - head + at, chunk, signal);
      else await this.writeRegister(address - head + at, chunk.readUInt32BE(0), signal);
    }
  }

  /** Asked once; a camera that refuses the question has none. */
  async capability(signal?: AbortSignal): Promise<ControlCapability> {
    this.#capability ??= decodeControlCapability(
      await this.readRegister(registers.controlCapability, signal).catch((error: unknown) => {
        if (error instanceof GvcpError && error.status !== null) return 0;
        throw error;
      }),
    );
    return this.#capability;
  }

  /**
   * Takes control, and keeps it by a heartbeat until `release` or `close`. `onLost` is called once at most. Rejects with
   * a `CameraError`: `taken` (another program controls the camera), `missing` (no answer), `failed`; or with the
   * signal's reason.
   */
  async takeControl(mode: ControlMode, onLost: (reason: ControlLoss) => void, signal?: AbortSignal): Promise<void> {
    if (this.#heartbeat !== null) return;
    const timeout = await takePrivilege(this, mode, signal);
    if (this.#exchange.isClosed) throw new GvcpError('closed', 'take control: the connection was closed');
    this.#heartbeat = new Heartbeat({
      readPrivilege: () => this.#exchange.ask({ ...readQuestion(registers.controlPrivilege), urgent: true }),
      proveControl: () => this.writeRegister(registers.controlPrivilege, controlPrivileges[mode]),
      // It may be told a shorter one later, which nobody tells the heartbeat.
      timeoutMilliseconds: Math.min(timeout, usualHeartbeatTimeout),
      periodMilliseconds: heartbeatPeriod(timeout),
      onLost: (reason) => {
        this.#heartbeat = null;
        onLost(reason);
      },
    });
  }

  /** Gives control back, if we have it. Never rejects; false where the camera did not confirm it. */
  async release(): Promise<boolean> {
    if (this.#heartbeat === null) return true;
    this.#heartbeat.stop();
    this.#heartbeat = null;
    try {
      await this.writeRegister(registers.controlPrivilege, 0);
      return true;
    } catch {
      // The camera takes it back by itself when the heartbeat is missing.
      return false;
    }
  }

  /** At once, without a word to the camera. What waits for an answer rejects with `closed`. */
  close(): void {
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    this.#exchange.close();
  }

  #readChunk(address: number, count: number, signal: AbortSignal | undefined): Promise<Buffer> {
    return this.#exchange.ask(
      {
        asked: `read ${count} bytes at ${hexadecimal(address)}`,
        command: gvcpCommands.readMemory,
        encode: (id) => encodeReadMemory(id, address, count),
        decode: (payload) => decodeMemory(payload, address, count),
      },
      signal,
    );
  }

  #writeChunk(address: number, bytes: Buffer, signal: AbortSignal | undefined): Promise<true> {
    return this.#exchange.ask(
      {
        asked: `write ${bytes.length} bytes at ${hexadecimal(address)}`,
        command: gvcpCommands.writeMemory,
        encode: (id) => encodeWriteMemory(id, address, bytes),
        decode: () => true,
      },
      signal,
    );
  }
}

function readQuestion(address: number): Question<number> {
  return {
    asked: `read register ${hexadecimal(address)}`,
    command: gvcpCommands.readRegister,
    encode: (id) => encodeReadRegisters(id, [address]),
    decode: decodeRegisterValue,
  };
}

/** Addresses and lengths come from the camera's own description, which may hold anything. */
function checkRange(address: number, count: number): void {
  const sane = Number.isSafeInteger(address) && Number.isSafeInteger(count) && address >= 0 && count >= 0;
  if (sane && address + count <= addressSpace && count <= mostMemoryBytes) return;
  throw GvcpError.outOfRange(`${count} bytes at ${address}`);
}
