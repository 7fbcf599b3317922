import type { NewImage } from '../model/image.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { GroupCommit } from '../platform/group-commit.ts';
import type { ImageJournal } from '../store/journal/image-journal.ts';
import type { Outbox } from '../store/outbox/outbox.ts';
import type { PayloadStore, StagedPayload } from '../store/payloads/payload-store.ts';

const mostInGroup = 128;

/** Longer than a scanner looks at a large file; whoever takes longer holds it for another reason. */
const heldMilliseconds = 10_000;
const [firstPause, longestPause] = [10, 100];

/** Another program does not let go of a picture that is on the disk already, under its temporary name. */
export class PayloadHeldError extends Error {
  override readonly name = 'PayloadHeldError';
  readonly code = 'EBUSY';
}

type Staged = { readonly image: NewImage; readonly payload: StagedPayload };
type Outcome = { readonly seq: number; readonly isNew: boolean };
/** Null: another program holds the payload, and nothing is stored yet. */
type Try = Outcome | null;

/**
 * Commits staged images in groups: the names of one group are made durable, and then its rows and its lines of the journal
 * committed. A burst so costs few directory fsyncs and transactions.
 */
export class ImageBatch {
  readonly #group: GroupCommit<Staged, Try>;
  readonly #clock: Clock;
  /** Pictures whose payload is held, each on its way to a later group. */
  readonly #held = new Set<Promise<void>>();

  constructor(payloads: PayloadStore, outbox: Outbox, journal: Pick<ImageJournal, 'write'>, clock: Clock) {
    this.#clock = clock;
    this.#group = new GroupCommit({
      most: mostInGroup,
      // Let the stages that finish in this turn of the event loop join the first group.
      gather: () => new Promise((resolve) => setImmediate(resolve)),
      commit: (group) => {
        const hashes = group.map(({ image }) => image.sha256);
        return payloads.exclusively(hashes, async () => {
          const held = await payloads.publish(group.map(({ payload }) => payload));
          const free = group.filter(({ payload }) => !held.has(payload));
          const images = free.map(({ image }) => image);
          const enqueued = outbox.enqueueDurably(images, clock.now());
          // Beside each other: both wait for the disk.
          const [outcomes] = await Promise.all([enqueued, journal.write()]);
          const found = new Map(free.map((staged, index) => [staged, outcomes[index] ?? null]));
          return group.map((staged) => found.get(staged) ?? null);
        });
      },
    });
  }

  /**
   * Resolves once payload and rows are on the disk. Where another program holds the payload, the others go on, and it is
   * tried again with the groups that follow; rejects with a PayloadHeldError where that lasts.
   */
  async commit(image: NewImage, payload: StagedPayload): Promise<Outcome> {
    const staged = { image, payload };
    return (await this.#group.add(staged)) ?? this.#tryAgain(staged);
  }

  #tryAgain(staged: Staged): Promise<Outcome> {
    const outcome = this.#wait(staged);
    const done: Promise<void> = outcome
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#held.delete(done));
    this.#held.add(done);
    return outcome;
  }

  async #wait(staged: Staged): Promise<Outcome> {
    const endsAt = this.#clock.monotonic() + heldMilliseconds;
    for (let pause = firstPause; this.#clock.monotonic() < endsAt; pause = Math.min(pause * 2, longestPause)) {
      await sleep(this.#clock, pause);
      const outcome = await this.#group.add(staged);
      if (outcome !== null) return outcome;
    }
    throw new PayloadHeldError(`another program holds ${staged.payload.temporaryPath}`);
  }

  async drain(): Promise<void> {
    await this.#group.idle();
    await Promise.all(this.#held);
  }
}
