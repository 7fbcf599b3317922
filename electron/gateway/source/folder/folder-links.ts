import { readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, message } from '../../../../shared/messages/message.ts';
import { locate, partsBelow, placeIn } from '../../platform/path-containment.ts';

type Wanted = (path: string, isFolder: boolean) => boolean;

/**
 * Whether a link leads to a file of this folder that is looked at under its own name, as the `latest.jpg` of a camera
 * does: the link itself is nothing to be taken, wherever it leads next, and also while its file is gone.
 */
export async function leadsToFileOf(root: string, path: string, wanted: Wanted): Promise<boolean> {
  const target = await readlink(join(root, path)).catch(() => null);
  if (target === null) return false;
  const place = resolve(dirname(join(root, path)), target);
  const parts = partsBelow(root, place) ?? (await partsOnDisk(root, place));
  if (parts.length === 0) return false;
  const folders = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
  return folders.every((folder) => wanted(folder, true)) && wanted(parts.join('/'), false);
}

/** A link may lead to a share that never answers: once one did, no more links are followed, not even for their words. */
const linkMilliseconds = 2_000;
let answers = true;

/** The folder may be watched by another path than the link's. Only up to the target, which may be a link itself. */
async function partsOnDisk(root: string, place: string): Promise<string[]> {
  if (!answers) return [];
  const [outer, folder] = await Promise.all(
    [root, dirname(place)].map((path) => locate(path, { milliseconds: linkMilliseconds })),
  );
  if (outer === undefined || folder === undefined) return [];
  answers = outer.isKnown && folder.isKnown;
  const way = placeIn(outer, folder);
  return way === null ? [] : [...way.split('/').filter((name) => name !== ''), basename(place)];
}

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

export const describeLink = async (root: string, path: string): Promise<Message> =>
  message('link', { context: await targetOf(join(root, path)) });
