import type { WebContents } from 'electron';
import { SNAPSHOT_CHANNEL } from '../../shared/channels.ts';
import type { Snapshot } from '../../shared/snapshot.ts';

const leastInterval = 100;

/** Sends snapshots to the window: at most one every 100 ms, and always the last one. */
export class Publisher {
  readonly #snapshot: () => Snapshot;
  readonly #windows = new Set<WebContents>();
  #timer: NodeJS.Timeout | null = null;
  #wanted = false;

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot;
  }

  add(contents: WebContents): void {
    this.#windows.add(contents);
    contents.once('destroyed', () => this.#windows.delete(contents));
    contents.on('did-finish-load', () => this.changed());
  }

  changed(): void {
    this.#wanted = true;
    if (this.#timer !== null) return;
    // The first change is shown at once, those of the next 100 ms together.
    this.#send();
    this.#timer = setInterval(() => {
      if (this.#wanted) return this.#send();
      this.stop();
    }, leastInterval);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #send(): void {
    this.#wanted = false;
    if (this.#windows.size === 0) return;
    const snapshot = this.#snapshot();
    for (const contents of this.#windows) if (!contents.isDestroyed()) contents.send(SNAPSHOT_CHANNEL, snapshot);
  }
}
