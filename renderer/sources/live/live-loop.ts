import type { LiveFrame } from '../../../shared/camera.ts';
import type { Failure, Result } from '../../../shared/result.ts';

/** Asks for one live picture after the other: the next only when the last is decoded, so that nothing piles up. */

export type LivePorts<Picture> = {
  readonly liveFrame: (after: number, testShot: boolean) => Promise<Result<{ readonly liveFrame: LiveFrame | null }>>;
  /** Loads and decodes; rejects where the picture is gone or broken. */
  readonly load: (number: number) => Promise<Picture>;
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
};

export type LiveEvent<Picture> =
  | { readonly kind: 'picture'; readonly liveFrame: LiveFrame; readonly picture: Picture; readonly testShot: boolean }
  /** None came in time. */
  | { readonly kind: 'nothing'; readonly testShot: boolean }
  /** One came, and could not be shown. */
  | { readonly kind: 'broken'; readonly testShot: boolean }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly testShot: boolean };

export type LiveLoop = {
  /** Begins to ask; without effect while it does. */
  readonly start: () => void;
  /** Nothing is reported any more of what was asked before, but for a test shot. */
  readonly stop: () => void;
  /** Beside the loop, so that it needs no free place in it. */
  readonly testShot: () => Promise<void>;
  /** The camera is left: nothing at all is reported any more. */
  readonly close: () => void;
};

/** A gateway that answers at once all the time must not make a busy loop. */
const LEAST_PERIOD_MILLISECONDS = 50;
const AFTER_FAILURE_MILLISECONDS = 1_000;

export function makeLiveLoop<Picture>(
  ports: LivePorts<Picture>,
  report: (event: LiveEvent<Picture>) => void,
): LiveLoop {
  let newest = 0;
  let round = 0;
  let running = false;
  let closed = false;

  const ask = async (testShot: boolean, wanted: () => boolean): Promise<boolean> => {
    const answer = await ports.liveFrame(newest, testShot);
    if (!wanted()) return true;
    if (!answer.ok) {
      report({ kind: 'failed', failure: answer.error, testShot });
      return false;
    }
    const { liveFrame } = answer.value;
    if (liveFrame === null) {
      report({ kind: 'nothing', testShot });
      return true;
    }
    // The loop and a test shot may be given the same picture; an older one must never take the place of a newer.
    if (liveFrame.number < newest || (liveFrame.number === newest && !testShot)) return true;
    newest = liveFrame.number;
    try {
      const picture = await ports.load(liveFrame.number);
      if (wanted() && liveFrame.number >= newest) report({ kind: 'picture', liveFrame, picture, testShot });
    } catch {
      if (wanted()) report({ kind: 'broken', testShot });
    }
    return true;
  };

  const run = async (own: number): Promise<void> => {
    const wanted = (): boolean => running && round === own && !closed;
    while (wanted()) {
      const from = ports.now();
      const answered = await ask(false, wanted);
      const least = answered ? LEAST_PERIOD_MILLISECONDS : AFTER_FAILURE_MILLISECONDS;
      const spent = Math.max(0, ports.now() - from);
      if (wanted() && spent < least) await ports.wait(least - spent);
    }
  };

  return {
    start: () => {
      if (running || closed) return;
      running = true;
      round += 1;
      void run(round);
    },
    stop: () => {
      running = false;
    },
    testShot: async () => {
      if (!closed) await ask(true, () => !closed);
    },
    close: () => {
      closed = true;
      running = false;
    },
  };
}
