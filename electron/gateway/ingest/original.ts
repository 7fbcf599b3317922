import { open } from 'node:fs/promises';
import type { FileOffer } from '../model/file-sink.ts';

/** Tells a failure to read the original from one to store it: the same code means different things. */
export class OriginalFailure extends Error {}
export const ofOriginal = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch((cause: unknown) => {
    throw new OriginalFailure('the original can’t be read', { cause });
  });

/** Reads the file into `bytes`; false when it is not the version that was offered any more. */
export async function readUnchanged({ absolutePath, file }: FileOffer, bytes: Buffer): Promise<boolean> {
  const handle = await open(absolutePath, 'r');
  try {
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    const after = await handle.stat();
    return length === file.bytes && after.size === file.bytes && after.mtimeMs === file.modifiedMs;
  } finally {
    await handle.close();
  }
}

export async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
