import { open } from 'node:fs/promises';
import { headBytes } from './picture/inspect-file.ts';

/** Tells a failure to read the original from one to store it: the same code means different things. */
export class OriginalFailure extends Error {}
export const ofOriginal = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch((cause: unknown) => {
    throw new OriginalFailure('the original can’t be read', { cause });
  });

export async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
