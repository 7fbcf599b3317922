import { createRequire } from 'node:module';
import type Koffi from 'koffi';

const tellOfParentsDeath = 1;
const killed = 9;

/** The system ends this process, whatever it does then, once its parent has ended; at once where that has ended already. */
export function endWithParent(parent: number): void {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const prctl = koffi
      .load('libc.so.6')
      .func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)');
    prctl(tellOfParentsDeath, killed, 0, 0, 0);
  } catch {
    // Another C library: it ends when it has its answer.
  }
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}
