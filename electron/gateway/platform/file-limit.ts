import { errnoCode } from './errors.ts';

/** What a person reads where this program, or the whole PC, has as many files open as it may. */
export type FileLimit = { readonly text: string; readonly hint: string };

const deepestCause = 5;
const waits = 'Nothing is lost: what is waiting is taken as soon as files can be opened again.';

/** Null for every other failure: only this one is neither the file's fault, nor the folder's, nor the disk's. */
export function fileLimitOf(error: unknown): FileLimit | null {
  const codes = new Set<string | null>();
  for (let cause = error, depth = 0; cause instanceof Error && depth < deepestCause; depth += 1) {
    codes.add(errnoCode(cause));
    ({ cause } = cause);
  }
  if (codes.has('EMFILE'))
    return {
      text: 'The gateway has as many files open as this PC lets it',
      hint: `${waits} Raise the limit: LimitNOFILE of its service, or "ulimit -n" before it is started.`,
    };
  if (codes.has('ENFILE'))
    return {
      text: 'The programs of this PC have as many files open as it can hold',
      hint: `${waits} Look for a program that opens files without end, or raise fs.file-max.`,
    };
  return null;
}
