import type { FileOffer } from '../model/file-sink.ts';
import { fileVersion, sameVersion } from '../model/file-version.ts';
import { ReadingThread } from '../platform/reading-thread.ts';
import { SpareBuffers } from '../platform/spare-buffers.ts';
import type { RecentPayload } from '../store/recent-payloads.ts';

/** Left free for the ends of the form with which a picture is sent from this very memory. */
const room = { before: 4_096, after: 256 } as const;
const mostSpareBytes = 32_000_000;
const largestSpare = 8_000_000;

export type ReadFile = RecentPayload & {
  readonly bytes: Buffer;
  /** Of the file, lower-case hex. */
  readonly sha256: string;
};

/**
 * Reads the files of one source in a thread of its own, one after the other: a disk that takes its time holds up neither
 * other sources nor deliveries, and hashing takes no time of the thread that everything goes through.
 */
export class FileReader {
  readonly #thread: ReadingThread;
  readonly #buffers = new SpareBuffers(mostSpareBytes, largestSpare);

  /** `workerPath`: the reading worker's script. */
  constructor(workerPath: string) {
    this.#thread = new ReadingThread(workerPath);
  }

  /** Null when it is not the version that was offered any more. Rejects with what the file system says. */
  async read({ absolutePath, file }: Pick<FileOffer, 'absolutePath' | 'file'>): Promise<ReadFile | null> {
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
    return { bytes, sha256, buffer, offset: room.before, length, free };
  }

  /** What is being read is answered as unreadable. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }
}
