import { readFile } from 'node:fs/promises';
import type { TlsSettings } from '../../../../../shared/config.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { OperatorError } from '../../../platform/errors.ts';
import { type Certificate, certificatesIn } from './certificates.ts';

/** The authorities that the configuration names. Their file may lie on a share that does not answer: nobody waits for ever. */
export type OwnAuthorities = {
  readonly found: readonly Certificate[];
  /** Entries that are cut off. */
  readonly unusable: number;
};

export const noAuthorities: OwnAuthorities = { found: [], unusable: 0 };

const patienceMilliseconds = 5_000;
const failure = { operation: 'reading cloud.tls.caFile', disposition: 'pause' } as const;

/**
 * Rejects with an `OperatorError` where the file can't be read, holds none, or has a whole entry that is none. One
 * that is cut off takes nothing from the others.
 */
export async function ownAuthorities({ caFile }: TlsSettings): Promise<OwnAuthorities> {
  if (caFile === undefined) return noAuthorities;
  const { found, unusable, cutOff } = certificatesIn(await contentOf(caFile));
  if (found.length > 0 && unusable === cutOff) return { found, unusable };
  throw new OperatorError(
    message('ca-file-invalid', { context: found.length === 0 ? 'none' : 'some', file: caFile }),
    failure,
  );
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return (await within(patienceMilliseconds, reading(path))) ?? silent(path);
  } catch (error) {
    throw new OperatorError(message('ca-file-unreadable', { file: path }), { ...failure, cause: error });
  }
}

function silent(path: string): never {
  throw Object.assign(new Error(`no answer for ${patienceMilliseconds} ms: ${path}`), { code: 'ETIMEDOUT' });
}

/** One reading of a file at a time, whoever asks: one that never ends holds a thread, and must not take them all. */
function reading(path: string): Promise<Buffer> {
  const content = pending.get(path) ?? readFile(path).finally(() => pending.delete(path));
  pending.set(path, content);
  return content;
}
const pending = new Map<string, Promise<Buffer>>();

/** Null where it takes longer. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
