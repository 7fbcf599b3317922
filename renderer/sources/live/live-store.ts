import { create } from 'zustand';
import type { LiveFrame } from '../../../shared/camera.ts';
import { IMAGE_SCHEME } from '../../../shared/channels.ts';
import type { Failure } from '../../../shared/result.ts';
import { call } from '../../gateway/bridge.ts';
import { sayFailed } from '../../view-state/notice-store.ts';
import { type LiveEvent, type LiveLoop, makeLiveLoop } from './live-loop.ts';

/** A picture of the live view, by the number that `camera.liveFrame` gave. */
export const liveUrl = (sourceId: string, number: number): string =>
  `${IMAGE_SCHEME}://live/${encodeURIComponent(sourceId)}/${number}`;

export type ShownPicture = {
  readonly liveFrame: LiveFrame;
  readonly picture: HTMLImageElement;
  readonly receivedAt: number;
  readonly testShot: boolean;
};

/** What the live view shows. `last` is what came of the last question, `shown` the last picture that came. */
export type Live = {
  readonly sourceId: string | null;
  readonly paused: boolean;
  readonly last: 'unasked' | 'picture' | 'nothing' | 'broken' | 'failed';
  readonly failure: Failure | null;
  readonly shown: ShownPicture | null;
  /** The largest focus value since the view was opened or the person asked to begin anew. */
  readonly peak: number;
  readonly testShot: 'idle' | 'running' | 'nothing' | 'broken' | 'failed';
};

const blank: Live = {
  sourceId: null,
  paused: false,
  last: 'unasked',
  failure: null,
  shown: null,
  peak: 0,
  testShot: 'idle',
};

export const useLive = create<Live>()(() => blank);

async function loadPicture(sourceId: string, number: number): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.src = liveUrl(sourceId, number);
  await picture.decode();
  return picture;
}

/** What one event changes. */
export function takeLiveEvent(live: Live, event: LiveEvent<HTMLImageElement>, now: number): Partial<Live> {
  if (event.kind === 'picture') {
    const { liveFrame, picture, testShot } = event;
    const shown = { liveFrame, picture, receivedAt: now, testShot };
    const peak = Math.max(live.peak, liveFrame.focus);
    return { shown, peak, last: 'picture', failure: null, ...(testShot ? { testShot: 'idle' } : {}) };
  }
  const failure = event.kind === 'failed' ? event.failure : null;
  // A test shot that came to nothing says so at its button; what the view shows is still as live as it was.
  return event.testShot ? { testShot: event.kind } : { last: event.kind, failure };
}

let loop: LiveLoop | null = null;

/** Pictures are made only while somebody looks: not while the view is paused or the window hidden. */
const arrange = (): void => {
  if (loop === null) return;
  if (useLive.getState().paused || document.hidden) loop.stop();
  else loop.start();
};

/** Opens the live view of a camera; returns its end. */
export function watchLive(sourceId: string): () => void {
  const own = makeLiveLoop<HTMLImageElement>(
    {
      liveFrame: (after, testShot) => call('camera.liveFrame', { sourceId, after, testShot }),
      load: (number) => loadPicture(sourceId, number),
      now: () => performance.now(),
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    },
    (event) => {
      useLive.setState((live) => takeLiveEvent(live, event, Date.now()));
      if (event.kind === 'failed' && event.testShot) sayFailed(event.failure);
    },
  );
  loop = own;
  useLive.setState({ ...blank, sourceId });
  document.addEventListener('visibilitychange', arrange);
  arrange();
  return () => {
    document.removeEventListener('visibilitychange', arrange);
    own.close();
    if (loop !== own) return;
    loop = null;
    useLive.setState(blank);
  };
}

export function setPaused(paused: boolean): void {
  useLive.setState({ paused, last: 'unasked' });
  arrange();
}

/** Has the camera take a picture that is shown and not stored. */
export async function takeTestShot(): Promise<void> {
  const own = loop;
  if (own === null || useLive.getState().testShot === 'running') return;
  useLive.setState({ testShot: 'running' });
  await own.testShot();
  // An older picture than the one on view was given: it is there already.
  if (loop === own && useLive.getState().testShot === 'running') useLive.setState({ testShot: 'idle' });
}

/** The focus bar's mark begins anew: after the lens was changed, or the scene. */
export const forgetPeak = (): void => useLive.setState(({ shown }) => ({ peak: shown?.liveFrame.focus ?? 0 }));
