import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** A read that took longer than this came from the disk, not from the system's cache. */
const slowMilliseconds = 2;
/** After a slow read so many are left to other threads before one is tried here again. */
const restAfterSlow = 32;

/**
 * Reads whole payloads. Most lie in the system's cache: then reading them here and now costs a quarter of what it costs
 * to have another thread do it. Where the disk is asked, other threads wait for it, and this one goes on.
 */
export class PayloadReader {
  readonly #now: () => number;
  #rest = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Reads into `into` until it is full or the file ends; returns how many bytes it read. A single read that gave exactly
   * `expected` bytes has seen the end. Throws what the file system says.
   */
  async read(path: string, into: Buffer, expected: number): Promise<number> {
    if (this.#rest > 0) {
      this.#rest -= 1;
      return readElsewhere(path, into, expected);
    }
    const began = this.#now();
    try {
      return readHere(path, into, expected);
    } finally {
      if (this.#now() - began > slowMilliseconds) this.#rest = restAfterSlow;
    }
  }
}

function readHere(path: string, into: Buffer, expected: number): number {
  const file = openSync(path, 'r');
  try {
    let filled = 0;
    while (filled < into.length) {
      const count = readSync(file, into, filled, into.length - filled, filled);
      if (count === 0 || isWhole(filled, count, expected)) return filled + count;
      filled += count;
    }
    return filled;
  } finally {
    closeSync(file);
  }
}

async function readElsewhere(path: string, into: Buffer, expected: number): Promise<number> {
  const file = await open(path, 'r');
  try {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead: count } = await file.read(into, filled, into.length - filled, filled);
      if (count === 0 || isWhole(filled, count, expected)) return filled + count;
      filled += count;
    }
    return filled;
  } finally {
    await file.close();
  }
}

const isWhole = (filled: number, count: number, expected: number): boolean => filled === 0 && count === expected;
