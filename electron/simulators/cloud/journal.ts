import { constants, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { JournalRecord } from './records.ts';

/**
 * Append-only file of JSON lines. A record is committed once its line is handed to the operating system: it then
 * survives the end of this process (not a power cut: nothing is fsynced, because this server is a test peer).
 *
 * Invariant: a line is whole or it is the last one, and a torn last line is cut off when the file is opened.
 */

const BLOCK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

export class Journal {
  readonly #path: string;
  #handle: FileHandle | null = null;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads what is there, oldest first, each record with its position (byte offset of its line). */
  async open(onRecord: (record: JournalRecord, position: number) => void): Promise<void> {
    const handle = await open(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#handle = handle;
    let lineStart = 0;
    let carry: Buffer = Buffer.alloc(0);
    for (let at = 0; ; ) {
      const block = Buffer.allocUnsafe(BLOCK_BYTES);
      const { bytesRead } = await handle.read(block, 0, BLOCK_BYTES, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const text = Buffer.concat([carry, block.subarray(0, bytesRead)]);
      let from = 0;
      for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE, from)) {
        onRecord(this.#parse(text.subarray(from, end), lineStart), lineStart);
        lineStart += end + 1 - from;
        from = end + 1;
      }
      carry = text.subarray(from);
    }
    if (carry.length > 0) await handle.truncate(lineStart);
    this.#size = lineStart;
  }

  /** Returns the record's position. Synchronous: one small write into the page cache costs less than a thread's turn. */
  append(record: JournalRecord): number {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    const position = this.#size;
    const { fd } = this.#open();
    for (let at = 0; at < line.length; ) at += writeSync(fd, line, at, line.length - at, position + at);
    this.#size += line.length;
    return position;
  }

  /** The records whose lines begin at `from` or later and before `to` (to the end where it is not given). */
  async read(from: number, to: number = this.#size): Promise<JournalRecord[]> {
    const text = Buffer.allocUnsafe(Math.max(0, to - from));
    const { bytesRead } = await this.#open().read(text, 0, text.length, from);
    const records: JournalRecord[] = [];
    let start = 0;
    const whole = text.subarray(0, bytesRead);
    for (let end = whole.indexOf(NEWLINE); end !== -1; end = whole.indexOf(NEWLINE, start)) {
      records.push(this.#parse(whole.subarray(start, end), from + start));
      start = end + 1;
    }
    return records;
  }

  async clear(): Promise<void> {
    await this.#open().truncate(0);
    this.#size = 0;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  #open(): FileHandle {
    if (this.#handle === null) throw new Error(`journal ${this.#path} is not open`);
    return this.#handle;
  }

  #parse(line: Buffer, position: number): JournalRecord {
    try {
      return JSON.parse(line.toString('utf8')) as JournalRecord;
    } catch (cause) {
      throw new Error(`journal ${this.#path}: the line at byte ${position} is not JSON`, { cause });
    }
  }
}
