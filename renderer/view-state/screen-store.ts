import { create } from 'zustand';
import type { FoundCamera } from '../../shared/camera.ts';
import type { Selection } from '../../shared/contract.ts';

/** `site`: the site doctor and what is known of this site. `cameras`: camera sources, live view, search for cameras. */
export type View = 'overview' | 'cameras' | 'ledger' | 'site' | 'settings';

/** What the person at the screen chose to see. Nothing of the gateway's own state is in here. */
export type Screen = {
  readonly view: View;
  /** What the middle panel lists. */
  readonly panel: 'queue' | 'refusals';
  /** The picture a person picked; null while the preview follows the newest one. */
  readonly pickedId: string | null;
  /** The preview takes the whole working area. */
  readonly enlarged: boolean;
  readonly keyDialog: boolean;
  /** The camera whose live view takes the cameras' screen, and the screen it was opened from; null while none does. */
  readonly live: { readonly sourceId: string; readonly from: View } | null;
  /** The camera whose live view was left last: its card takes the focus back. */
  readonly liveLeft: string | null;
  /** The dead letters whose deletion is being asked about; null while nothing is. */
  readonly deleting: Selection | null;
  /** The camera that is being given an address; null while none is. */
  readonly addressing: FoundCamera | null;
};

export const useScreen = create<Screen>()(() => ({
  view: 'overview',
  panel: 'queue',
  pickedId: null,
  enlarged: false,
  keyDialog: false,
  live: null,
  liveLeft: null,
  deleting: null,
  addressing: null,
}));

export const show = (change: Partial<Screen>): void => useScreen.setState(change);

export const openLive = (sourceId: string): void =>
  useScreen.setState(({ view, live }) => ({ view: 'cameras', live: { sourceId, from: live?.from ?? view } }));

/** Back to the screen from which the live view was opened. */
export const closeLive = (): void =>
  useScreen.setState(({ view, live }) => ({ view: live?.from ?? view, live: null, liveLeft: live?.sourceId ?? null }));
