import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isolated } from '../../../shared/isolated.ts';
import type { FolderSourceConfig } from '../../../shared/source-config.ts';
import { GatewayError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import type { PayloadStore } from '../store/payloads/payload-store.ts';

/** What must be true before anything is opened, because going on would destroy pictures. Both throw a GatewayError. */

/**
 * Payloads without a database. The database is made, durably, before the first payload: that it is missing means that
 * it was lost, and to a new one every payload would be an orphan, which the audit removes.
 */
export async function refuseLostDatabase(path: string, payloads: PayloadStore, files: Files): Promise<void> {
  if (((await files.size(path)) ?? 0) > 0 || (await payloads.isEmpty())) return;
  throw new GatewayError({
    code: 'store-lost',
    operation: 'open-store',
    text: 'The gateway’s database is missing, but stored pictures are there.',
    hint: `Do not delete anything. Put ${isolated(path)} back, or move the folder ${isolated(payloads.root)} to a safe place and ask for support: it holds the pictures.`,
    disposition: 'bury',
  });
}

/** A gateway that watches its own data folder would collect, and archive or delete, its own payloads. */
export async function refuseOverlap(dataDir: string, sources: readonly FolderSourceConfig[]): Promise<void> {
  const data = await realPathOf(dataDir);
  for (const { id, path } of sources) {
    const folder = await realPathOf(path);
    if (!contains(folder, data) && !contains(data, folder)) continue;
    throw new GatewayError({
      code: 'folder-overlap',
      operation: 'open-store',
      text: `The folder of the source "${id}" and the gateway’s own data folder lie in each other.`,
      hint: `Choose a folder outside of ${isolated(dataDir)} for the pictures, or another data folder.`,
      disposition: 'bury',
    });
  }
}

/** A share that does not answer is taken by its own path: it must not keep the others from their start. */
const answerMilliseconds = 3_000;

const realPathOf = (path: string): Promise<string> =>
  Promise.race([realpath(path).catch(() => resolve(path)), sleep(answerMilliseconds, resolve(path), { ref: false })]);

function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
