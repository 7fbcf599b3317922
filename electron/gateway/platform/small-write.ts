import { rmSync, writeFileSync } from 'node:fs';
import { errnoCode } from './errors.ts';
import { patientlySync } from './held-files.ts';

/** Larger than what a file system keeps beside the name of a file. */
const bytes = 8_192;

/** What the system says to a small file at this path, which is gone again afterwards; null: it takes it. */
export function smallWriteFailure(path: string): string | null {
  try {
    // One that a kill left; and what a link leads to is not ours to write over.
    patientlySync(() => rmSync(path, { force: true }));
    writeFileSync(path, Buffer.alloc(bytes, 1), { flag: 'wx', mode: 0o600 });
    return null;
  } catch (error) {
    return errnoCode(error);
  } finally {
    remove(path);
  }
}

function remove(path: string): void {
  try {
    patientlySync(() => rmSync(path, { force: true }));
  } catch {
    // The disk is gone, and the file with it.
  }
}
