import { create } from 'zustand';
import type { FoundCamera } from '../../../shared/camera.ts';
import type { Failure } from '../../../shared/result.ts';
import { call } from '../../gateway/bridge.ts';

/** The last search for cameras. It goes on when the screen is left, and what it found stays until the next one. */
export type CameraSearch = {
  readonly runningSince: number | null;
  readonly finishedAt: number | null;
  readonly cameras: readonly FoundCamera[];
  /** What hindered the search, each in a sentence: a network card that could not be used. */
  readonly problems: readonly string[];
  readonly failure: Failure | null;
  /** The camera that is being given an address. */
  readonly addressing: FoundCamera | null;
};

export const useCameraSearch = create<CameraSearch>()(() => ({
  runningSince: null,
  finishedAt: null,
  cameras: [],
  problems: [],
  failure: null,
  addressing: null,
}));

export async function findCameras(): Promise<void> {
  if (useCameraSearch.getState().runningSince !== null) return;
  useCameraSearch.setState({ runningSince: Date.now(), failure: null });
  const answer = await call('cameras.find', {});
  useCameraSearch.setState(
    answer.ok
      ? { runningSince: null, finishedAt: Date.now(), ...answer.value }
      : { runningSince: null, failure: answer.error },
  );
}

export const askAddress = (addressing: FoundCamera | null): void => useCameraSearch.setState({ addressing });
