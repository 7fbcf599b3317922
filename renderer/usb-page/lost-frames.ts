import type { UsbTallies } from '../../shared/usb-camera.ts';

const samples = 5;

/**
 * Frames that the browser gave up before we saw them: it counts what the camera delivered, we count what we read. At
 * any moment some frames are between the two, so only what stays missing over several looks is lost.
 */
export class LostFrames {
  readonly #differences: number[] = [];
  #zero: number | null = null;
  #lost = 0;

  /** `delivered`: by the browser's count, `read` by ours, at about the same time. Returns the lost ones up to now. */
  look(delivered: number, read: number): number {
    this.#differences.push(delivered - read);
    if (this.#differences.length < samples) return this.#lost;
    const least = Math.min(...this.#differences);
    this.#differences.shift();
    // Its count begins with the track, ours a little later.
    this.#zero ??= least;
    this.#lost = Math.max(this.#lost, least - this.#zero);
    return this.#lost;
  }
}

/** What a thread does not say any more: everything that was captured and neither sent nor dropped is `aborted`. */
export function givenUp({ captured, sent, drops }: UsbTallies): UsbTallies {
  const told = Object.values(drops).reduce((sum, frames) => sum + frames, sent);
  if (captured <= told) return { captured, sent, drops };
  return { captured, sent, drops: { ...drops, aborted: (drops['aborted'] ?? 0) + captured - told } };
}
