import type { Dirent } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FileVersion, fileVersion } from '../model/file-version.ts';
import { describeCause } from '../platform/errors.ts';
import { asideKindOf } from './aside-names.ts';

export type WalkFinding =
  | { readonly kind: 'file'; readonly file: FileVersion }
  /** Something that is there and can't be taken as a file. */
  | {
      readonly kind: 'unusable';
      readonly file: FileVersion;
      readonly code: string;
      readonly text: string;
      readonly hint: string;
    }
  /** What was taken aside to be archived or deleted. */
  | { readonly kind: 'aside'; readonly path: string }
  | { readonly kind: 'unreadable-folder'; readonly path: string; readonly technical: string };

/**
 * Every regular file below `root` (or below its subfolder `start`), folder by folder, in no promised order. Links are
 * not followed: a link could lead round in a circle or out of the folder. Throws only when `root` itself can't be read.
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
          const finding = await examine(root, path, entry);
          if (finding !== null) yield finding;
        }
      }
    } catch (error) {
      if (folder === '') throw error;
      // A subfolder that vanished while we walked is no fault; one that can't be read is.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        yield { kind: 'unreadable-folder', path: folder, technical: describeCause(error) };
      }
    }
  }
}

async function examine(root: string, path: string, entry: Dirent): Promise<WalkFinding | null> {
  const nothing: FileVersion = { path, bytes: 0, modifiedMs: 0 };
  if (path.includes('\uFFFD')) {
    return {
      kind: 'unusable',
      file: nothing,
      code: 'name-unreadable',
      text: 'The name of this file is not valid Unicode, so it can’t be opened safely.',
      hint: 'Rename the file. If a camera program makes such names, set it to UTF-8.',
    };
  }
  if (entry.isSymbolicLink())
    return { kind: 'unusable', file: nothing, code: 'link', ...(await describeLink(root, path)) };
  if (!entry.isFile()) return null;
  const file = await versionOf(root, path);
  return file === null ? null : { kind: 'file', file };
}

/** A link may lead to a share that never answers: once one did, no more links are followed, not even for their words. */
const linkMilliseconds = 2_000;
let answers = true;

async function targetOf(path: string): Promise<'folder' | 'file' | 'nothing' | 'unknown'> {
  if (!answers) return 'unknown';
  const asked = stat(path).then(
    (facts) => (facts.isDirectory() ? 'folder' : 'file'),
    () => 'nothing' as const,
  );
  const target = await Promise.race([asked, sleep(linkMilliseconds, 'unknown' as const, { ref: false })]);
  answers = target !== 'unknown';
  return target;
}

async function describeLink(root: string, path: string): Promise<{ readonly text: string; readonly hint: string }> {
  const target = await targetOf(join(root, path));
  if (target === 'nothing') {
    return {
      text: 'This is a link to something that is not there.',
      hint: 'Remove the link, or put the picture itself in the folder.',
    };
  }
  return target === 'folder'
    ? {
        text: 'This is a link to a folder, not a folder.',
        hint: 'Add the folder that it leads to as a source of its own; the gateway does not follow links.',
      }
    : {
        text: target === 'file' ? 'This is a link to a file, not a file.' : 'This is a link, not a file.',
        hint: 'Put the picture itself in the folder; the gateway does not follow links.',
      };
}

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
