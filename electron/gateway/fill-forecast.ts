/**
 * When will no frame be taken any more? From the room that is left, looked at every now and then: its loss a second is
 * averaged with weights that fade (the last ten minutes count most, an hour ago hardly), so that one burst or one
 * delivered batch does not turn the answer over. Pure; times are monotonic milliseconds.
 */
export type Room = {
  /** Bytes that may still wait for delivery within the quota. */
  readonly quotaBytes: number;
  /** Bytes that may still be written to the disk before too little is free, with what eviction would free. */
  readonly diskBytes: number;
};

const fadeMilliseconds = 600_000;
const leastMilliseconds = 120_000;
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

  secondsUntilNothing(room: number): number | null {
    const rate = this.#weight === 0 ? 0 : this.#rate / this.#weight;
    if (rate <= 0) return null;
    const seconds = Math.max(0, room) / rate;
    return seconds > farSeconds ? null : seconds;
  }
}

export class FillForecast {
  readonly #quota = new Loss();
  readonly #disk = new Loss();
  #first: number | null = null;
  #lastAt = 0;

  record(at: number, { quotaBytes, diskBytes }: Room): void {
    if (this.#first !== null && at - this.#lastAt < stepMilliseconds) return;
    const passed = at - this.#lastAt;
    this.#first ??= at;
    this.#lastAt = at;
    this.#quota.see(quotaBytes, passed);
    this.#disk.see(diskBytes, passed);
  }

  /** Null when it is not filling, or was not yet looked at for two minutes. 0: there is no room left now. */
  secondsUntilFull({ quotaBytes, diskBytes }: Room): number | null {
    if (quotaBytes <= 0 || diskBytes <= 0) return 0;
    if (this.#first === null || this.#lastAt - this.#first < leastMilliseconds) return null;
    const seconds = [this.#quota.secondsUntilNothing(quotaBytes), this.#disk.secondsUntilNothing(diskBytes)].filter(
      (value) => value !== null,
    );
    return seconds.length === 0 ? null : Math.round(Math.min(...seconds));
  }
}
