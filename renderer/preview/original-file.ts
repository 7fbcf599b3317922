import type { ImageDetail } from '../../shared/contract.ts';
import type { SourceSnapshot } from '../../shared/snapshot.ts';

/** Where the file is that a picture came as: `path` empty where it never was one. */
export type OriginalFile = {
  readonly path: string;
  /** What became of it, in words; empty where it should still be there. */
  readonly words: string;
  /** Whether there is anything to be shown in the file manager. */
  readonly isThere: boolean;
};

const afterwards = {
  keep: '',
  archive: 'its source moves originals to the archive',
  delete: 'its source deletes originals',
} as const;

/** `source`: the picture's, where it is still one. */
export function originalFile(
  { frame, originalPath }: Pick<ImageDetail, 'frame' | 'originalPath'>,
  source: Pick<SourceSnapshot, 'kind' | 'afterIngest'> | undefined,
): OriginalFile {
  if (frame !== null || originalPath === '')
    return { path: '', words: 'None: a camera took it, and only the gateway made a file of it', isThere: false };
  if (source === undefined || source.kind !== 'folder')
    return { path: originalPath, words: 'its folder is not among the sources now', isThere: false };
  return { path: originalPath, words: afterwards[source.afterIngest], isThere: source.afterIngest === 'keep' };
}
