import type { NewImage } from '../model/image.ts';
import type { Clock } from '../platform/clock.ts';
import { GroupCommit } from '../platform/group-commit.ts';
import type { ImageJournal } from '../store/journal/image-journal.ts';
import type { Outbox } from '../store/outbox/outbox.ts';
import type { PayloadStore, StagedPayload } from '../store/payloads/payload-store.ts';

const mostInGroup = 128;

type Staged = { readonly image: NewImage; readonly payload: StagedPayload };
type Outcome = { readonly seq: number; readonly isNew: boolean };

/**
 * Commits staged images in groups: the names of one group are made durable, and then its rows and its lines of the journal
 * committed. A burst so costs few directory fsyncs and transactions.
 */
export class ImageBatch {
  readonly #group: GroupCommit<Staged, Outcome>;

  constructor(payloads: PayloadStore, outbox: Outbox, journal: Pick<ImageJournal, 'write'>, clock: Clock) {
    this.#group = new GroupCommit({
      most: mostInGroup,
      // Let the stages that finish in this turn of the event loop join the first group.
      gather: () => new Promise((resolve) => setImmediate(resolve)),
      commit: (group) => {
        const images = group.map(({ image }) => image);
        const hashes = images.map(({ sha256 }) => sha256);
        return payloads.exclusively(hashes, async () => {
          await payloads.publish(group.map(({ payload }) => payload));
          const enqueued = outbox.enqueueDurably(images, clock.now());
          // Beside each other: both wait for the disk.
          await Promise.all([enqueued, journal.write()]);
          return enqueued;
        });
      },
    });
  }

  /** Resolves once payload and rows are on the disk. */
  commit(image: NewImage, payload: StagedPayload): Promise<Outcome> {
    return this.#group.add({ image, payload });
  }

  drain(): Promise<void> {
    return this.#group.idle();
  }
}
