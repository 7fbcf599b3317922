import { close, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import type { FileOffer } from '../model/file-sink.ts';
import { fileVersion, sameVersion } from '../model/file-version.ts';
import { BufferPool } from '../platform/buffer-pool.ts';
import type { SmallFile } from '../platform/reading-jobs.ts';
import { ReadingThread } from '../platform/reading-thread.ts';
import type { RecentPayload } from '../store/payloads/recent-payloads.ts';

/** Left free for the ends of the form with which a picture is sent from this very memory. */
const room = { before: 4_096, after: 256 } as const;
const mostSpareBytes = 32_000_000;
const largestSpare = 8_000_000;

/** Of a file that was read. */
export type ReadFile = {
  readonly bytes: Buffer;
  /** Of the file, lower-case hex, where it is known already. */
  readonly sha256?: string;
  /** Memory that may be handed on to whoever sends the picture. */
  readonly memory?: RecentPayload;
  /** Nothing reads `bytes` any more, and nobody else has them. */
  readonly free: () => void;
};

/**
 * Reads the files of one source in a thread of its own, one after the other: a disk that takes its time holds up neither
 * other sources nor deliveries, and hashing takes no time of the thread that everything goes through. Files of a network
 * share, each of which may wait for an answer, are read several at a time instead.
 */
export class FileReader {
  readonly #thread: ReadingThread;
  readonly #buffers = new BufferPool(mostSpareBytes, largestSpare);
  #onShare = false;

  /** `workerPath`: the reading worker's script. */
  constructor(workerPath: string) {
    this.#thread = new ReadingThread(workerPath);
  }

  /** Whether the source lies on a network share. */
  liesOnShare(isShare: boolean): void {
    this.#onShare = isShare;
  }

  /** Null when it is not the version that was offered any more. Rejects with what the file system says. */
  async read({ absolutePath, file }: Pick<FileOffer, 'absolutePath' | 'file'>): Promise<ReadFile | null> {
    if (this.#onShare) return readFromShare({ absolutePath, file });
    const length = file.bytes;
    const into = { buffer: this.#buffers.take(room.before + length + room.after), offset: room.before };
    const { outcome, buffer } = await this.#thread.read({ path: absolutePath, length, into });
    const free = (): void => {
      if (buffer !== null) this.#buffers.give(buffer);
    };
    if (outcome.kind === 'failed') {
      free();
      throw Object.assign(new Error(outcome.message), { code: outcome.code });
    }
    const { sha256, facts } = outcome;
    if (buffer === null || sha256 === '' || !sameVersion(fileVersion(file.path, facts), file)) {
      free();
      return null;
    }
    const bytes = Buffer.from(buffer, room.before, length);
    return { bytes, sha256, memory: { buffer, offset: room.before, length, free }, free };
  }

  /** A small file, whole. Null: it lies on a network share, and is better read by its own way. */
  readSmall(path: string, mostBytes: number): Promise<SmallFile> | null {
    return this.#onShare ? null : this.#thread.readSmall(path, mostBytes);
  }

  /** What is being read is answered as unreadable. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }
}

// File numbers instead of handles, which cost more than what is done with them; each call may wait for a slow share.
const openFile = promisify(open);
const readPart = promisify(read);
const statOf = promisify(fstat);
const closeFile = promisify(close);

async function readFromShare({
  absolutePath,
  file,
}: Pick<FileOffer, 'absolutePath' | 'file'>): Promise<ReadFile | null> {
  const bytes = Buffer.allocUnsafeSlow(file.bytes);
  const number = await openFile(absolutePath, 'r');
  try {
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await readPart(number, bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    const isUnchanged = length === file.bytes && sameVersion(fileVersion(file.path, await statOf(number)), file);
    return isUnchanged ? { bytes, free: () => undefined } : null;
  } finally {
    await closeFile(number);
  }
}
