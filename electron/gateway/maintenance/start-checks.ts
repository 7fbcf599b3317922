import { join } from 'node:path';
import { message } from '../../../shared/messages/message.ts';
import type { FolderSourceConfig } from '../../../shared/source-config.ts';
import { OperatorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { locate, placeIn } from '../platform/path-containment.ts';
import { backupFolder, listBackups } from '../store/database/backups.ts';
import { listSegments } from '../store/journal/journal-lines.ts';
import { journalFolder } from '../store/journal/replay.ts';
import { PayloadStore } from '../store/payloads/payload-store.ts';

/** What must be true before anything is opened, because going on would lose pictures. Both throw a OperatorError. */

const refused = { operation: 'open-store', disposition: 'bury' } as const;

/**
 * Payloads, a journal or backups without a database. The database is made, durably, before any of them: that it is missing
 * means that it was lost. To a new one every payload would be an orphan, which the audit puts aside and keeps, and what
 * waits for its delivery would wait for ever; and every original that lies in its folder would be a new picture.
 */
export async function refuseLostDatabase(dataDir: string, files: Files): Promise<void> {
  const path = join(dataDir, 'gateway.sqlite');
  if (((await files.size(path)) ?? 0) > 0) return;
  const payloads = new PayloadStore(join(dataDir, 'payloads'), files);
  const isNew =
    (await payloads.isEmpty()) &&
    (await listSegments(journalFolder(dataDir), files)).length === 0 &&
    (await listBackups(backupFolder(dataDir), files)).length === 0;
  if (!isNew) throw new OperatorError(message('store-lost', { path, folder: dataDir }), refused);
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
