import { opendir, stat } from 'node:fs/promises';
import { message } from '../../../shared/messages/message.ts';
import type { FolderSourceConfig } from '../../../shared/source-config.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import type { MappedDrive } from '../platform/network-share.ts';
import { type Finding, finding } from './check.ts';
import { writeRefusal } from './disk.ts';

/** Can the pictures of this source be read, and their originals dealt with as the settings want? */
export async function checkFolder(
  source: FolderSourceConfig,
  files: Files,
  isNetworkShare: (path: string) => Promise<boolean>,
  mappedDriveOf: (path: string) => MappedDrive | null,
): Promise<Finding> {
  const { path, afterIngest, polling } = source;
  try {
    if (!(await stat(path)).isDirectory()) return finding(message('check-folder-is-file', { folder: path }));
    const folder = await opendir(path);
    await folder.read().finally(() => folder.close());
  } catch (error) {
    return unreadable(path, error);
  }
  const isShare = await isNetworkShare(path);
  if (afterIngest !== 'keep') {
    const refusal = await refusesChanges(source, files);
    if (refusal !== null) return refusal;
  }
  const rights = afterIngest === 'keep' ? 'read' : 'change';
  if (isShare && polling === 'never')
    return finding(message('check-folder-unpolled', { context: rights, folder: path }));
  const mapped = mappedDriveOf(path);
  if (mapped !== null) {
    const { drive, share } = mapped;
    const context = share === null ? 'unnamed' : 'named';
    return finding(message('check-folder-mapped', { context, folder: path, drive, share: share ?? '' }));
  }
  return finding(message('check-folder', { context: isShare ? `share-${rights}` : rights, folder: path }));
}

const refusals: Readonly<Record<string, 'missing' | 'forbidden'>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
};

function unreadable(folder: string, error: unknown): Finding {
  const context = refusals[errnoCode(error) ?? ''] ?? 'failing';
  return finding(message('check-folder-unreadable', { context, folder }), describeCause(error));
}

async function refusesChanges(source: FolderSourceConfig, files: Files): Promise<Finding | null> {
  const { path, afterIngest, archivePath } = source;
  const fixed = await writeRefusal(path, files);
  if (fixed !== null) {
    const context = afterIngest === 'delete' ? 'delete' : 'archive';
    return finding(message('check-originals-fixed', { context, folder: path }), fixed);
  }
  if (afterIngest !== 'archive' || archivePath === undefined) return null;
  const closed = await writeRefusal(archivePath, files);
  return closed === null ? null : finding(message('check-archive-closed', { folder: archivePath }), closed);
}
