export type GroupCommitOptions<Entry, Answer> = {
  /** Of the whole group: the answers in its order. Where it rejects, each of the group does. */
  readonly commit: (group: readonly Entry[]) => Promise<readonly Answer[]>;
  /** Of one group; the rest is the next. */
  readonly most?: number;
  /** What the first group after a rest waits for. Left out: nothing, it begins within `add`. */
  readonly gather?: () => Promise<unknown>;
};

type Waiting<Entry, Answer> = {
  readonly entry: Entry;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * What is dear once and cheap together: while one group is committed, the next gathers. A burst shares the cost, and a
 * single one is not held up. One group at a time, in the order in which they came.
 *
 * The database's `WriteBatch` and the `SettlementBatch` of deliveries are none of these. They wait for a time, not for one
 * another; their transactions are synchronous and take along, or are taken along by, whatever else is written; and what a
 * full disk does not take goes back to its place in the order.
 */
export class GroupCommit<Entry, Answer> {
  readonly #options: GroupCommitOptions<Entry, Answer>;
  #gathering: Waiting<Entry, Answer>[] = [];
  #running: Promise<void> | null = null;

  constructor(options: GroupCommitOptions<Entry, Answer>) {
    this.#options = options;
  }

  /** Whatever was true before this call is true of the group that it is answered with. */
  add(entry: Entry): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#gathering.push({ entry, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once everything is answered. Never rejects. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { commit, most = Number.POSITIVE_INFINITY, gather } = this.#options;
    if (gather !== undefined) await gather();
    while (this.#gathering.length > 0) {
      const group = this.#gathering.splice(0, most);
      try {
        const answers = await commit(group.map(({ entry }) => entry));
        group.forEach(({ resolve }, index) => {
          resolve(answers[index] as Answer);
        });
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = null;
  }
}
