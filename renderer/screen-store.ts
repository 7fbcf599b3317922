import { create } from 'zustand';

/** What the person at the screen chose to see. Nothing of the gateway's own state is in here. */
export type Screen = {
  readonly view: 'overview' | 'settings';
  /** What the middle panel lists. */
  readonly panel: 'queue' | 'refusals';
  /** The picture a person picked; null while the preview follows the newest one. */
  readonly pickedId: string | null;
  /** The preview takes the whole working area. */
  readonly enlarged: boolean;
  readonly keyDialog: boolean;
};

export const useScreen = create<Screen>()(() => ({
  view: 'overview',
  panel: 'queue',
  pickedId: null,
  enlarged: false,
  keyDialog: false,
}));

export const show = (change: Partial<Screen>): void => useScreen.setState(change);
