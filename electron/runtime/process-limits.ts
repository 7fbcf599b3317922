import { readFileSync } from 'node:fs';
import { type Message, message } from '../../shared/messages/message.ts';

/**
 * Chromium alone opens some seventy files and sockets, a window as many again; a gateway with its database, its threads,
 * its deliveries and its cameras another hundred. With fewer than this, parts of the runtime end without a word.
 */
export const leastFiles = 256;

/** Why this process can't run with the limits that it was given; null where it can, or nobody knows. */
export function tooFewFiles(limits: string | null = ownLimits()): Message | null {
  const files = /^Max open files\s+(\d+)\s/m.exec(limits ?? '')?.[1];
  if (files === undefined || Number(files) >= leastFiles) return null;
  return message('too-few-files', { files: Number(files), least: leastFiles });
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
