/**
 * Runs `work` as an ordinary user: root may read and write everything, so that rights can't be tested as root. Only
 * what the program does meanwhile on this process's own threads is affected, which is all of it.
 */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
