import { isolated } from '../../../shared/isolated.ts';
import type { FolderSourceConfig } from '../../../shared/source-config.ts';
import { GatewayError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { locate, placeIn } from '../platform/path-containment.ts';
import type { PayloadStore } from '../store/payloads/payload-store.ts';

/** What must be true before anything is opened, because going on would lose pictures. Both throw a OperatorError. */

/**
 * Payloads without a database. The database is made, durably, before the first payload: that it is missing means that
 * it was lost. To a new one every payload would be an orphan, which the audit puts aside and keeps: nothing would be
 * deleted, but what waits for its delivery would wait for ever.
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
  const data = await locate(dataDir);
  // Together: each share that does not answer would keep the others waiting.
  const folders = await Promise.all(sources.map(async ({ id, path }) => ({ id, place: await locate(path) })));
  for (const { id, place } of folders) {
    if (placeIn(place, data) === null && placeIn(data, place) === null) continue;
    throw new GatewayError({
      code: 'folder-overlap',
      operation: 'open-store',
      text: `The folder of the source "${id}" and the gateway’s own data folder lie in each other.`,
      hint: `Choose a folder outside of ${isolated(dataDir)} for the pictures, or another data folder.`,
      disposition: 'bury',
    });
  }
}
