import { message } from '../../../shared/messages/message.ts';
import type { FolderSourceConfig } from '../../../shared/source-config.ts';
import { OperatorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { locate, placeIn } from '../platform/path-containment.ts';
import type { PayloadStore } from '../store/payloads/payload-store.ts';

/** What must be true before anything is opened, because going on would lose pictures. Both throw a OperatorError. */

const refused = { operation: 'open-store', disposition: 'bury' } as const;

/**
 * Payloads without a database. The database is made, durably, before the first payload: that it is missing means that
 * it was lost. To a new one every payload would be an orphan, which the audit puts aside and keeps: nothing would be
 * deleted, but what waits for its delivery would wait for ever.
 */
export async function refuseLostDatabase(path: string, payloads: PayloadStore, files: Files): Promise<void> {
  if (((await files.size(path)) ?? 0) > 0 || (await payloads.isEmpty())) return;
  throw new OperatorError(message('store-lost', { path, folder: payloads.root }), refused);
}

/** A gateway that watches its own data folder would collect, and archive or delete, its own payloads. */
export async function refuseOverlap(dataDir: string, sources: readonly FolderSourceConfig[]): Promise<void> {
  const data = await locate(dataDir);
  // Together: each share that does not answer would keep the others waiting.
  const folders = await Promise.all(sources.map(async ({ id, path }) => ({ id, place: await locate(path) })));
  for (const { id, place } of folders) {
    if (placeIn(place, data) === null && placeIn(data, place) === null) continue;
    throw new OperatorError(message('folder-overlap', { source: id, folder: dataDir }), refused);
  }
}
