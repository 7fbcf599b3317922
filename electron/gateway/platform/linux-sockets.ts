import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type Koffi from 'koffi';

/**
 * The few calls of Linux' C library that Node has no words for: many datagrams in one call, and by which network card
 * they leave. Layouts are those of 64-bit
 * little-endian Linux (recvmmsg(2), socket(7), ip(7)).
 */
export type LinuxSockets = {
  /** A UDP socket bound to this IPv4 address; its file number. */
  readonly bind: (address: string, how?: BindOptions) => number;
  readonly port: (file: number) => number;
  /** As many as the system gives: who administers the network (CAP_NET_ADMIN) is not bound by `net.core.rmem_max`. */
  readonly setReceiveBuffer: (file: number, bytes: number) => void;
  readonly receiveBuffer: (file: number) => number;
  /**
   * With each datagram that came in pieces its largest one is told from now on (a control message of this level and
   * type, whose value is a 32-bit number of bytes with the IP header). False: not by this system (Linux 4.5).
   */
  readonly tellPieces: (file: number) => boolean;
  /** False: what is too large for the way is lost, as the sender of `do not fragment` wants it. Throws where it can't be. */
  readonly setMayFragment: (file: number, mayFragment: boolean) => void;
  /** How long a call that waits for a datagram waits at most. */
  readonly setReceiveTimeout: (file: number, milliseconds: number) => void;
  /** Of `messages` (struct mmsghdr), how many were filled; 0: nothing came in time. */
  readonly receive: (file: number, messages: Uint8Array, count: number, wait: boolean) => number;
  /** Of `messages` (struct mmsghdr), how many left: it waits until the system has taken one, and throws where it won't. */
  readonly sendMany: (file: number, messages: Uint8Array, count: number) => number;
  readonly setSendBuffer: (file: number, bytes: number) => void;
  /** Errors are nobody's business: a packet that was not sent is a lost one. */
  readonly send: (file: number, packet: Uint8Array, address: string, port: number) => void;
  readonly close: (file: number) => void;
  /** Where its bytes lie in memory, for a structure that points to them. They must outlive it. */
  readonly addressOf: (bytes: Uint8Array) => bigint;
};

export type BindOptions = {
  /** A free one where it is left out. */
  readonly port?: number;
  /** Others may have the same port. */
  readonly shared?: boolean;
  /**
   * Name of the network card that everything leaves by, whatever the routing table says. Everybody may ask for it (Linux
   * 3.4), and nothing that arrives is kept out by it, unlike by SO_BINDTODEVICE. The system chooses where there is no
   * such card.
   */
  readonly card?: string | null;
};

const inet = 2;
const datagrams = 2;
const closeOnExec = 0o2000000;
const socketLevel = 1;
const addressReuseOption = 2;
const sendBufferOption = 7;
const receiveBufferOption = 8;
const receiveTimeoutOption = 20;
const forcedReceiveBufferOption = 33;
const ipLevel = 0;
const pathMtuOption = 10;
const neverDoNotFragment = 0;
const alwaysDoNotFragment = 3;
const piecesOption = 25;
const unicastCardOption = 50;
const dontWait = 0x40;
const waitForOne = 0x10000;

/** Level and type of the control message that tells of pieces. */
export const piecesMessage = { level: ipLevel, type: piecesOption } as const;

/** sockaddr_in, 16 bytes: family u16 in the machine's order, then port and address in the network's. */
export function socketAddress(address: string, port: number): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(inet, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
}

let loaded: Promise<LinuxSockets | null> | undefined;

/** Null: this is no such system, or its library cannot be called. */
export function linuxSockets(): Promise<LinuxSockets | null> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<LinuxSockets | null> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return null;
  try {
    // Not by a plain import: it is not in packages for other systems, and may not be loadable in this one.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const library = koffi.load('libc.so.6');
    const socket = library.func('int socket(int domain, int type, int protocol)');
    const bind = library.func('int bind(int file, const void *address, uint32_t length)');
    const name = library.func('int getsockname(int file, void *address, void *length)');
    const set = library.func('int setsockopt(int file, int level, int name, const void *value, uint32_t length)');
    const get = library.func('int getsockopt(int file, int level, int name, void *value, void *length)');
    const receive = library.func('int recvmmsg(int file, void *messages, uint32_t count, int flags, void *timeout)');
    const sendMany = library.func('int sendmmsg(int file, const void *messages, uint32_t count, int flags)');
    const send = library.func(
      'int64_t sendto(int file, const void *data, size_t length, int flags, const void *address, uint32_t size)',
    );
    const close = library.func('int close(int file)');
    const cardNumber = library.func('uint32_t if_nametoindex(const char *name)');
    const checked = (call: string, result: number): number => {
      if (result < 0) throw systemError(call, koffi.errno());
      return result;
    };
    const setNumber = (file: number, option: number, value: number): void => {
      checked('setsockopt', set(file, socketLevel, option, length(value), 4));
    };
    const length = (bytes: number): Uint8Array => new Uint8Array(Uint32Array.of(bytes).buffer);
    const chooseCard = (file: number, card: string): void => {
      // An address beside a card's first one may be listed as `eth0:1`.
      const value = Buffer.alloc(4);
      value.writeUInt32BE(cardNumber(card.split(':')[0] ?? card));
      // Where it is refused (a sandbox that does not know it), the system chooses, as it does elsewhere.
      set(file, ipLevel, unicastCardOption, value, 4);
    };
    return {
      bind: (address, { port = 0, shared = false, card = null } = {}) => {
        const file = checked('socket', socket(inet, datagrams | closeOnExec, 0));
        try {
          if (shared) setNumber(file, addressReuseOption, 1);
          if (card !== null) chooseCard(file, card);
          checked('bind', bind(file, socketAddress(address, port), 16));
          return file;
        } catch (error) {
          close(file);
          throw error;
        }
      },
      port: (file) => {
        const address = Buffer.alloc(16);
        checked('getsockname', name(file, address, length(16)));
        return address.readUInt16BE(2);
      },
      setReceiveBuffer: (file, bytes) => {
        const forced = set(file, socketLevel, forcedReceiveBufferOption, length(bytes), 4);
        if (forced < 0) setNumber(file, receiveBufferOption, bytes);
      },
      setSendBuffer: (file, bytes) => setNumber(file, sendBufferOption, bytes),
      receiveBuffer: (file) => {
        const value = Buffer.alloc(4);
        checked('getsockopt', get(file, socketLevel, receiveBufferOption, value, length(4)));
        return value.readInt32LE(0);
      },
      tellPieces: (file) => set(file, ipLevel, piecesOption, length(1), 4) === 0,
      setMayFragment: (file, mayFragment) => {
        const value = length(mayFragment ? neverDoNotFragment : alwaysDoNotFragment);
        checked('setsockopt', set(file, ipLevel, pathMtuOption, value, 4));
      },
      setReceiveTimeout: (file, milliseconds) => {
        const time = BigInt64Array.of(BigInt(Math.floor(milliseconds / 1_000)), BigInt((milliseconds % 1_000) * 1_000));
        checked('setsockopt', set(file, socketLevel, receiveTimeoutOption, time, 16));
      },
      receive: (file, messages, count, wait) => {
        const got = receive(file, messages, count, wait ? waitForOne : dontWait, null);
        if (got >= 0) return got;
        const error = koffi.errno();
        if (error === constants.errno.EAGAIN || error === constants.errno.EINTR) return 0;
        throw systemError('recvmmsg', error);
      },
      sendMany: (file, messages, count) => {
        for (;;) {
          const sent = sendMany(file, messages, count, 0);
          if (sent >= 0) return sent;
          if (koffi.errno() !== constants.errno.EINTR) throw systemError('sendmmsg', koffi.errno());
        }
      },
      send: (file, packet, address, port) => {
        send(file, packet, packet.length, dontWait, socketAddress(address, port), 16);
      },
      close: (file) => {
        close(file);
      },
      addressOf: (bytes) => koffi.address(bytes),
    };
  } catch {
    return null;
  }
}

function systemError(call: string, number: number): NodeJS.ErrnoException {
  const code = Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
  return Object.assign(new Error(`${call}: ${code}`), { code, errno: number, syscall: call });
}
