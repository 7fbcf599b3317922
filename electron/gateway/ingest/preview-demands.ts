import type { StoredPicture } from '../store/image-queries.ts';

type Answer = { readonly resolve: (path: string | null) => void; readonly reject: (error: unknown) => void };
type Demand = {
  readonly picture: StoredPicture;
  isLooked: boolean;
  readonly answer: Promise<string | null>;
  readonly tell: Answer;
};

/** More pictures than a list shows at once: those asked for before them have been scrolled or pushed away. */
const mostWaiting = 24;
/** One stage shows one picture; before it there may be the one that it has just left. */
const mostLooked = 2;

/**
 * Previews that somebody waits for. First comes what is looked at, then what was asked for last: on a busy line a list
 * moves on faster than pictures are decoded. What nobody can see any more is given up, not worked off in order.
 */
export class PreviewDemands {
  readonly #make: (picture: StoredPicture) => Promise<string | null>;
  /** The most urgent last. */
  #waiting: Demand[] = [];
  #underWay: Demand | null = null;

  /** `make`: makes one preview; null where there can be none. */
  constructor(make: (picture: StoredPicture) => Promise<string | null>) {
    this.#make = make;
  }

  get isIdle(): boolean {
    return this.#underWay === null;
  }

  /** The preview's path; null where there can be none, or where too many others came before its turn. */
  ask(picture: StoredPicture, isLooked: boolean): Promise<string | null> {
    const { sha256 } = picture;
    if (this.#underWay?.picture.sha256 === sha256) return this.#underWay.answer;
    const known = this.#waiting.find((one) => one.picture.sha256 === sha256);
    const demand = known ?? newDemand(picture, isLooked);
    demand.isLooked ||= isLooked;
    const others = this.#waiting.filter((one) => one !== demand);
    const seen = [...others.filter((one) => !one.isLooked), ...(demand.isLooked ? [] : [demand])];
    const looked = [...others.filter((one) => one.isLooked), ...(demand.isLooked ? [demand] : [])];
    for (const stale of [...seen.slice(0, -mostWaiting), ...looked.slice(0, -mostLooked)]) stale.tell.resolve(null);
    this.#waiting = [...seen.slice(-mostWaiting), ...looked.slice(-mostLooked)];
    void this.#next();
    return demand.answer;
  }

  /** Nobody gets an answer any more. */
  giveUp(): void {
    for (const { tell } of this.#waiting.splice(0)) tell.resolve(null);
  }

  async #next(): Promise<void> {
    if (this.#underWay !== null) return;
    for (let demand = this.#waiting.pop(); demand !== undefined; demand = this.#waiting.pop()) {
      this.#underWay = demand;
      await this.#make(demand.picture).then(demand.tell.resolve, demand.tell.reject);
      this.#underWay = null;
    }
  }
}

function newDemand(picture: StoredPicture, isLooked: boolean): Demand {
  let tell: Answer | null = null;
  const answer = new Promise<string | null>((resolve, reject) => {
    tell = { resolve, reject };
  });
  return { picture, isLooked, answer, tell: tell as unknown as Answer };
}
