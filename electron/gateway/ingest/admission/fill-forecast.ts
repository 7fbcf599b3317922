/**
 * When will no frame be taken any more? From the room that is left, looked at every now and then: its loss a second is
 * averaged with weights that fade (the last ten minutes count most, an hour ago hardly), so that one burst or one
 * delivered batch does not turn the answer over. Pure; times are monotonic milliseconds.
 */
export type FreeSpace = {
  /** Bytes that may still wait for delivery within the quota. */
  readonly quotaBytes: number;
  /** Bytes that may still be written to the disk before too little is free, with what eviction would free. */
  readonly diskBytes: number;
};

const fadeMilliseconds = 600_000;
/** Less is a moment, not a rate. */
const leastMilliseconds = 15 * 60_000;
/** The disk loses so many times what we put on it: others do. */
const othersShare = 2;
/** Looks closer together than this are one: the room changes in steps of whole transactions. */
const stepMilliseconds = 5_000;
/** What would be full in years is not filling. */
const farSeconds = 60 * 86_400;

class Loss {
  #last: number | null = null;
  /** Bytes a second, and the weight that the average has gathered: below one until enough was seen. */
  #rate = 0;
  #weight = 0;

  see(room: number, milliseconds: number): void {
    if (this.#last !== null) {
      const share = 1 - Math.exp(-milliseconds / fadeMilliseconds);
      this.#rate += share * (((this.#last - room) * 1_000) / milliseconds - this.#rate);
      this.#weight += share * (1 - this.#weight);
    }
    this.#last = room;
  }

  /** Bytes a second; negative: room comes back. */
  get rate(): number {
    return this.#weight === 0 ? 0 : this.#rate / this.#weight;
  }

  secondsUntilNothing(room: number): number | null {
    if (this.rate <= 0) return null;
    const seconds = Math.max(0, room) / this.rate;
    return seconds > farSeconds ? null : seconds;
  }
}

export class FillForecast {
  readonly #quota = new Loss();
  readonly #disk = new Loss();
  #first: number | null = null;
  #lastAt = 0;

  record(at: number, { quotaBytes, diskBytes }: FreeSpace): void {
    if (this.#first !== null && at - this.#lastAt < stepMilliseconds) return;
    const passed = at - this.#lastAt;
    this.#first ??= at;
    this.#lastAt = at;
    this.#quota.see(quotaBytes, passed);
    this.#disk.see(diskBytes, passed);
  }

  /** It is the disk that fills, and not, or hardly, by pictures that wait here: other programs write to it. */
  isFilledByOthers({ quotaBytes, diskBytes }: FreeSpace): boolean {
    if (!this.#isSeen) return false;
    const [quota, disk] = [this.#quota.secondsUntilNothing(quotaBytes), this.#disk.secondsUntilNothing(diskBytes)];
    return disk !== null && (quota === null || disk < quota) && this.#disk.rate > othersShare * this.#quota.rate;
  }

  get #isSeen(): boolean {
    return this.#first !== null && this.#lastAt - this.#first >= leastMilliseconds;
  }

  /** Null when it is not filling, or was not yet looked at for fifteen minutes. 0: there is no room left now. */
  secondsUntilFull({ quotaBytes, diskBytes }: FreeSpace): number | null {
    if (quotaBytes <= 0 || diskBytes <= 0) return 0;
    if (!this.#isSeen) return null;
    const seconds = [this.#quota.secondsUntilNothing(quotaBytes), this.#disk.secondsUntilNothing(diskBytes)].filter(
      (value) => value !== null,
    );
    return seconds.length === 0 ? null : Math.round(Math.min(...seconds));
  }
}
