import type { NewImage } from '../model/image.ts';
import type { Clock } from '../platform/clock.ts';
import type { Outbox } from '../store/outbox/outbox.ts';
import type { PayloadStore, StagedPayload } from '../store/payloads/payload-store.ts';

const mostInGroup = 128;

type Waiting = {
  readonly image: NewImage;
  readonly payload: StagedPayload;
  readonly resolve: (outcome: { readonly seq: number; readonly isNew: boolean }) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Commits staged images in groups: while one group's names are made durable and its rows committed, the next gathers.
 * A burst so costs few directory fsyncs and transactions, and a single frame is not held up.
 */
export class ImageBatch {
  readonly #payloads: PayloadStore;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  #gathering: Waiting[] = [];
  #running: Promise<void> | null = null;

  constructor(payloads: PayloadStore, outbox: Outbox, clock: Clock) {
    this.#payloads = payloads;
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** Resolves once payload and rows are on the disk. */
  commit(image: NewImage, payload: StagedPayload): Promise<{ readonly seq: number; readonly isNew: boolean }> {
    return new Promise((resolve, reject) => {
      this.#gathering.push({ image, payload, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Let the stages that finish in this turn of the event loop join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#gathering.length > 0) {
      const group = this.#gathering.splice(0, mostInGroup);
      try {
        await this.#commitGroup(group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = null;
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const hashes = group.map(({ image }) => image.sha256);
    const outcomes = await this.#payloads.exclusively(hashes, async () => {
      await this.#payloads.publish(group.map(({ payload }) => payload));
      return this.#outbox.enqueueDurably(
        group.map(({ image }) => image),
        this.#clock.now(),
      );
    });
    group.forEach(({ resolve }, index) => {
      resolve(outcomes[index] as { seq: number; isNew: boolean });
    });
  }
}
