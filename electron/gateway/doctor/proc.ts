import { readFile } from 'node:fs/promises';

/** A limit as the system tells it in a file of its own; null where it does not. */
export async function readNumber(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}
