import { stat } from 'node:fs/promises';
import { type Message, message } from '../../../../shared/messages/message.ts';
import { describeCause, errnoCode } from '../../platform/errors.ts';
import { listedPlaceIn } from '../../platform/path-containment.ts';
import type { AfterIngest } from './original-disposal.ts';

/** What there is under a watched folder's path. */
export type FolderPresence =
  | {
      readonly kind: 'present';
      /** Another one under the same name is another folder: a remount, or deleted and made again. */
      readonly identity: string;
      /**
       * The archive's place in the folder, as the disk lists it; null where it lies outside. An archive that is taken
       * for frames would be collected again and again, for ever.
       */
      readonly archive: string | null;
    }
  | { readonly kind: 'missing' | 'failed'; readonly message: Message };

const identityIn = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`;

/** Null where nothing is there, or can't be looked at. */
export const identityOf = (path: string): Promise<string | null> => stat(path).then(identityIn, () => null);

/** `before`: the last answer; while the folder is the same one, the place of its archive is taken from there. */
export async function lookAtFolder(
  path: string,
  after: AfterIngest,
  before: FolderPresence | null = null,
): Promise<FolderPresence> {
  try {
    const facts = await stat(path);
    if (!facts.isDirectory()) return { kind: 'failed', message: message('folder-is-file', { path }) };
    const identity = identityIn(facts);
    if (before?.kind === 'present' && before.identity === identity) return before;
    const archive = after.action === 'archive' ? await listedPlaceIn(path, after.archiveRoot) : null;
    // Every file would be archived and collected without end.
    if (archive === '') return { kind: 'failed', message: message('folder-is-archive') };
    return { kind: 'present', identity, archive };
  } catch (error) {
    const code = errnoCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'missing', message: message('folder-missing') }
      : { kind: 'failed', message: message('folder-not-opened', { technical: describeCause(error) }) };
  }
}
