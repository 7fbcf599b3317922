import { close, fstat, open as openNumber, read } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { FileOffer } from '../model/file-sink.ts';
import { fileVersion, sameVersion } from '../model/file-version.ts';
import { headBytes } from './picture/inspect-file.ts';

// File numbers instead of handles, which cost more than what is done with them; each call may wait for a slow share.
const openFile = promisify(openNumber);
const readFile = promisify(read);
const statOf = promisify(fstat);
const closeFile = promisify(close);

/** Tells a failure to read the original from one to store it: the same code means different things. */
export class OriginalFailure extends Error {}
export const ofOriginal = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch((cause: unknown) => {
    throw new OriginalFailure('the original can’t be read', { cause });
  });

/**
 * Reads a file of a network share, several at a time: each answer may take long. Null when it is not the version that was
 * offered any more.
 */
export async function readRemote({
  absolutePath,
  file,
}: Pick<FileOffer, 'absolutePath' | 'file'>): Promise<{ readonly bytes: Buffer } | null> {
  const bytes = Buffer.allocUnsafeSlow(file.bytes);
  const number = await openFile(absolutePath, 'r');
  try {
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await readFile(number, bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    const after = await statOf(number);
    return length === file.bytes && sameVersion(fileVersion(file.path, after), file) ? { bytes } : null;
  } finally {
    await closeFile(number);
  }
}

export async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
