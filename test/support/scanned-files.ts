import { type Files, nodeFiles, type PlainFiles, withPatience } from '../../electron/gateway/platform/files.ts';
import { isHeldByAnother } from '../../electron/gateway/platform/held-files.ts';

/** Whether this file, under this name, is held by another program right now. */
export type Holds = (path: string) => boolean;

/** The real disk as Windows shares it out: what another program holds is neither renamed nor removed. */
export function heldFiles(holds: Holds, onNew: (path: string) => void = () => undefined): Files {
  const free = (path: string): void => {
    if (holds(path)) throw Object.assign(new Error(`EBUSY: resource busy or locked, '${path}'`), { code: 'EBUSY' });
  };
  const plain: PlainFiles = {
    ...nodeFiles,
    writeAndSync: async (path, bytes) => {
      await nodeFiles.writeAndSync(path, bytes);
      onNew(path);
    },
    rename: async (from, to) => {
      free(from);
      await nodeFiles.rename(from, to);
      onNew(to);
    },
    remove: async (path) => {
      free(path);
      await nodeFiles.remove(path);
    },
  };
  return withPatience(plain, (error) => isHeldByAnother(error, 'win32'));
}

/** A virus scanner that holds each new file, and each new name of one, for so long. */
export function scannedFiles(milliseconds: number): Files {
  const freeAt = new Map<string, number>();
  return heldFiles(
    (path) => (freeAt.get(path) ?? 0) > performance.now(),
    (path) => void freeAt.set(path, performance.now() + milliseconds),
  );
}
