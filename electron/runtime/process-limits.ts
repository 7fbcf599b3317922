import { readFileSync } from 'node:fs';

/**
 * Chromium alone opens some seventy files and sockets, a window as many again; a gateway with its database, its threads,
 * its deliveries and its cameras another hundred. With fewer than this, parts of the runtime end without a word.
 */
export const leastFiles = 256;

/** Why this process can't run with the limits that it was given, in words; null where it can, or nobody knows. */
export function tooFewFiles(limits: string | null = ownLimits()): string | null {
  const files = /^Max open files\s+(\d+)\s/m.exec(limits ?? '')?.[1];
  if (files === undefined || Number(files) >= leastFiles) return null;
  return `The gateway can’t run: this process may open ${files} files at a time, and needs ${leastFiles}, better 4096.\nRaise the limit: "ulimit -n 4096" before the start, or LimitNOFILE=4096 in the service.`;
}

/** As Linux tells them. */
function ownLimits(): string | null {
  if (process.platform !== 'linux') return null;
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return null;
  }
}
