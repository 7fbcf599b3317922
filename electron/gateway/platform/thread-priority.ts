import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';

/**
 * This thread, and those that it starts from now on, let others go first. On Linux a priority is a thread's
 * own; elsewhere it is the whole process's, which is left alone. Never throws: without it things only take their turn.
 */
export function lowerPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    // Node knows no numbers of threads; Linux names this one where the link leads.
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // No /proc, perhaps.
  }
}
