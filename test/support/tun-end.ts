import { close, constants, openSync, read, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/**
 * One end of a line that a program carries: a network card (TUN) whose packets go out by standard output and come in by
 * standard input, each behind its length. Its only word is the name of the card, which goes when this process ends.
 */

const setInterface = 0x400454ca;
const packetsWithoutMore = 0x1001;
const headBytes = 4;

const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
const ioctl = koffi.load('libc.so.6').func('int ioctl(int, unsigned long, void *)') as (
  file: number,
  request: number,
  value: Uint8Array,
) => number;

const file = openSync('/dev/net/tun', constants.O_RDWR);
const request = Buffer.alloc(40);
request.write(process.argv[2] ?? 'far');
request.writeInt16LE(packetsWithoutMore, 16);
if (ioctl(file, setInterface, request) !== 0) throw new Error('there is no such card (TUNSETIFF)');

const packet = Buffer.alloc(65_536);
const next = (): void =>
  read(file, packet, 0, packet.length, null, (error, bytes) => {
    // The card is down: nothing leaves by it yet.
    if (error !== null) return void setTimeout(next, 10);
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(bytes);
    process.stdout.write(Buffer.concat([head, packet.subarray(0, bytes)]));
    next();
  });
next();

let waiting = Buffer.alloc(0);
process.stdin.on('data', (chunk: Buffer) => {
  waiting = Buffer.concat([waiting, chunk]);
  while (waiting.length >= headBytes && waiting.length >= headBytes + waiting.readUInt32LE()) {
    const end = headBytes + waiting.readUInt32LE();
    try {
      writeSync(file, waiting.subarray(headBytes, end));
    } catch {
      // The card is down: a packet that arrives is lost.
    }
    waiting = waiting.subarray(end);
  }
});
process.stdin.on('end', () => close(file, () => process.exit()));
process.stderr.write('ready\n');
