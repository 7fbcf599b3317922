import { opendir, stat } from 'node:fs/promises';
import { isolated } from '../../../shared/isolated.ts';
import type { FolderSourceConfig } from '../../../shared/source-config.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { type Finding, fault, fine, warning } from './check.ts';
import { writeRefusal } from './disk.ts';

/** Can the pictures of this source be read, and their originals dealt with as the settings want? */
export async function checkFolder(
  source: FolderSourceConfig,
  files: Files,
  isNetworkShare: (path: string) => Promise<boolean>,
): Promise<Finding> {
  const { path, afterIngest, polling } = source;
  try {
    if (!(await stat(path)).isDirectory())
      return fault(`${isolated(path)} is a file, not a folder.`, 'Correct the path of this source.');
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
  const rights = afterIngest === 'keep' ? 'can be read' : 'can be read and changed';
  if (isShare && polling === 'never') {
    return warning(
      `${isolated(path)} ${rights}. It lies on a network share, and polling is switched off for it.`,
      'Set polling to "auto" or "always": shares do not tell of new files, and else only the rescan finds them.',
    );
  }
  return fine(`${isolated(path)} ${rights}${isShare ? '; it lies on a network share and is polled' : ''}.`);
}

function unreadable(path: string, error: unknown): Finding {
  const code = errnoCode(error) ?? '';
  const technical = describeCause(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return fault(
      `The folder ${isolated(path)} is not there.`,
      'Make it, connect the disk or share it lies on, or correct the path of this source.',
      technical,
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return fault(
      `This user may not read ${isolated(path)}.`,
      'Give the user that runs the gateway the right to read this folder.',
      technical,
    );
  }
  return fault(
    `The folder ${isolated(path)} can’t be read.`,
    'Check the disk or the network share it lies on: the share may be disconnected.',
    technical,
  );
}

async function refusesChanges(source: FolderSourceConfig, files: Files): Promise<Finding | null> {
  const { path, afterIngest, archivePath } = source;
  const fixed = await writeRefusal(path, files);
  if (fixed !== null) {
    return fault(
      `Originals in ${isolated(path)} can’t be ${afterIngest === 'delete' ? 'deleted' : 'moved to the archive'}: this user may not change the folder.`,
      'Give the user that runs the gateway the right to change this folder, or set afterIngest to "keep".',
      fixed,
    );
  }
  if (afterIngest !== 'archive' || archivePath === undefined) return null;
  const closed = await writeRefusal(archivePath, files);
  if (closed === null) return null;
  return fault(
    `Originals can’t be moved to the archive ${isolated(archivePath)}: nothing can be written there.`,
    'Give the user that runs the gateway the right to write there, or choose another archivePath.',
    closed,
  );
}
