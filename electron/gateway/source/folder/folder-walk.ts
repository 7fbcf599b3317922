import type { Dirent } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { type Message, message } from '../../../../shared/messages/message.ts';
import { type FileVersion, fileVersion } from '../../model/file-version.ts';
import { describeCause } from '../../platform/errors.ts';
import { fileLimitOf } from '../../platform/file-limit.ts';
import { asideKindOf } from './aside-names.ts';
import { describeLink, leadsToFileOf } from './folder-links.ts';

export type FileFilter = (path: string, isFolder: boolean) => boolean;

/**
 * Names of unfinished copies and of the system's own files. They are left alone without a word: a copy gets its real
 * name when it is finished, and the rest are no frames.
 */
const neverFrames = [
  /^\./,
  /^~\$/,
  /\.(?:part|partial|tmp|temp|crdownload|download|filepart|lock|swp)$/i,
  /^(?:thumbs\.db|desktop\.ini)$/i,
];

/** Whether a path (relative, '/' between parts) is looked at. A folder is entered unless it is hidden or excluded. */
export function fileFilter(include: readonly string[], exclude: readonly string[]): FileFilter {
  const options = { dot: false, nocase: true } as const;
  const included = picomatch([...include], options);
  const excluded = exclude.length === 0 ? () => false : picomatch([...exclude], { ...options, dot: true });
  return (given, isFolder) => {
    // Patterns take no line break for a character of a name, though a name may have one.
    const path = given.replace(/[\n\r\u2028\u2029]/g, '_');
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (isFolder) return !name.startsWith('.') && !excluded(path);
    return !neverFrames.some((pattern) => pattern.test(name)) && included(path) && !excluded(path);
  };
}

export type WalkFinding =
  | { readonly kind: 'file'; readonly file: FileVersion }
  /** Something that is there and can't be taken as a file. */
  | { readonly kind: 'unusable'; readonly file: FileVersion; readonly message: Message }
  /** What was taken aside to be archived or deleted. */
  | { readonly kind: 'aside'; readonly path: string }
  | { readonly kind: 'unreadable-folder'; readonly path: string; readonly technical: string };

/**
 * Every regular file below `root` (or below its subfolder `start`), folder by folder, in no promised order. Links are
 * not followed: a link could lead round in a circle or out of the folder. Throws only when `root` itself can't be read, or
 * nothing can.
 */
export async function* walkFolder(
  root: string,
  wanted: (path: string, isFolder: boolean) => boolean,
  start = '',
): AsyncGenerator<WalkFinding> {
  const folders = [start];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for await (const entry of await opendir(join(root, folder), { bufferSize: 256 })) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (asideKindOf(entry.name, entry.isDirectory()) !== null) {
          yield { kind: 'aside', path };
        } else if (entry.isDirectory()) {
          if (wanted(path, true)) folders.push(path);
        } else if (wanted(path, false)) {
          const finding = await examine(root, path, entry, wanted);
          if (finding !== null) yield finding;
        }
      }
    } catch (error) {
      if (folder === '' || fileLimitOf(error) !== null) throw error;
      // A subfolder that vanished while we walked is no fault; one that can't be read is.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        yield { kind: 'unreadable-folder', path: folder, technical: describeCause(error) };
      }
    }
  }
}

async function examine(
  root: string,
  path: string,
  entry: Dirent,
  wanted: (path: string, isFolder: boolean) => boolean,
): Promise<WalkFinding | null> {
  const nothing: FileVersion = { path, bytes: 0, modifiedMs: 0 };
  if (path.includes('\uFFFD')) return { kind: 'unusable', file: nothing, message: message('name-unreadable') };
  if (entry.isSymbolicLink()) {
    if (await leadsToFileOf(root, path, wanted)) return null;
    const link = await lstat(join(root, path)).catch(() => null);
    // Made anew each time that it leads elsewhere: its time tells.
    const file = { ...nothing, modifiedMs: link?.mtimeMs ?? 0 };
    return { kind: 'unusable', file, message: await describeLink(root, path) };
  }
  if (isSpecial(entry)) {
    const context = entry.isFIFO() ? 'pipe' : entry.isSocket() ? 'socket' : 'device';
    return { kind: 'unusable', file: nothing, message: message('special-file', { context }) };
  }
  const file = await versionOf(root, path);
  return file === null ? null : { kind: 'file', file };
}

const isSpecial = (entry: Dirent): boolean =>
  entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice();

/** The version that is there now; null when the file is gone or no regular file any more. */
export async function versionOf(root: string, path: string): Promise<FileVersion | null> {
  try {
    const facts = await lstat(join(root, path));
    return facts.isFile() ? fileVersion(path, facts) : null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
