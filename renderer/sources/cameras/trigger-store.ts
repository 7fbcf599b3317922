import { create } from 'zustand';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';
import { call } from '../../gateway/bridge.ts';
import { sayFailed } from '../../view-state/notice-store.ts';
import { triggerReadiness } from './camera-text.ts';

/** `asking`: not answered yet. `asked`: the gateway has just passed it on to the camera. */
export type TriggerPhase = 'idle' | 'asking' | 'asked';

/** By source; none for those that rest. */
export const useTriggers = create<Readonly<Record<string, TriggerPhase>>>()(() => ({}));

const put = (sourceId: string, phase: TriggerPhase): void => useTriggers.setState({ [sourceId]: phase });

const SAY_MILLISECONDS = 2_000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/**
 * Has the camera take a picture, unless it is not ready or the last request is not answered yet. The button itself
 * says that it was done: a notice for each picture would stand over the window all day.
 */
export async function takePicture(source: Pick<SourceSnapshot, 'id' | 'state'>): Promise<void> {
  const { id } = source;
  if (!triggerReadiness(source).ready || useTriggers.getState()[id] === 'asking') return;
  clearTimeout(timers.get(id));
  put(id, 'asking');
  const answer = await call('camera.trigger', { sourceId: id });
  if (!answer.ok) {
    put(id, 'idle');
    sayFailed(answer.error);
    return;
  }
  put(id, 'asked');
  timers.set(
    id,
    setTimeout(() => put(id, 'idle'), SAY_MILLISECONDS),
  );
}
