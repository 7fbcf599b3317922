import { readdir, readFile } from 'node:fs/promises';

export type Metered = { readonly memoryBytes: number; readonly handles: number; readonly threads: number };

/** What a process holds now, as Linux counts it; null where it is gone. */
export async function meter(pid: number): Promise<Metered | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    return {
      memoryBytes: field('VmRSS') * 1_024,
      handles: (await readdir(`/proc/${pid}/fd`)).length,
      threads: field('Threads'),
    };
  } catch {
    return null;
  }
}

/** The middle of each: one moment of a fault says nothing. */
export function medianOf(samples: readonly Metered[]): Metered {
  const middle = (of: (sample: Metered) => number): number =>
    samples.map(of).sort((a, b) => a - b)[samples.length >> 1] ?? Number.NaN;
  return {
    memoryBytes: middle(({ memoryBytes }) => memoryBytes),
    handles: middle(({ handles }) => handles),
    threads: middle(({ threads }) => threads),
  };
}
