import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoCode } from '../gateway/platform/errors.ts';

const longest = 5_000_000;
const kept = 3;
/** Bytes that are written on before a log that could not be moved is tried again. */
const retryAfter = 50_000;

/**
 * A log file that is moved to `.1`, `.2`, `.3` when it is full. Written synchronously: a line that is logged just before
 * a crash is the one that is needed. A log that can't be written never stops the gateway.
 */
export function logFile(path: string): (line: string) => void {
  let size = 0;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    size = statSync(path).size;
  } catch {
    // Not there yet.
  }
  return (line) => {
    try {
      if (size > longest) {
        size = rotate(path) ? 0 : size - retryAfter;
      }
      appendFileSync(path, line, { mode: 0o600 });
      size += line.length;
    } catch {
      // The disk is full or gone: the window says so already.
    }
  };
}

/** False where another program holds one of them: the rest must not be written over by the one before it. */
function rotate(path: string): boolean {
  for (let number = kept - 1; number >= 0; number -= 1) {
    try {
      renameSync(number === 0 ? path : `${path}.${number}`, `${path}.${number + 1}`);
    } catch (error) {
      if (errnoCode(error) !== 'ENOENT') return false;
      // That one does not exist yet.
    }
  }
  return true;
}
