import { createHash } from 'node:crypto';
import type { FileVersion } from '../model/file-version.ts';

/**
 * The client image id, which is the idempotency key too: a UUID (version 8, RFC 9562) derived from what makes a frame
 * of a folder one and the same after a crash. Two files with equal bytes are two frames.
 */
export function imageIdOf(sourceId: string, file: FileVersion, sha256: string): string {
  const identity = JSON.stringify([sourceId, file.path, file.bytes, file.modifiedMs, sha256]);
  const digest = createHash('sha256').update(identity).digest().subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const slice = 4 * 1024 * 1024;

/** SHA-256 in lower-case hex. Large pictures are hashed in slices, so that the program answers in between. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.length; start += slice) {
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(bytes.subarray(start, start + slice));
  }
  return hash.digest('hex');
}
