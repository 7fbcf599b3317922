import { create } from 'zustand';
import type { Selection } from '../shared/contract.ts';

/** `site`: the site doctor and what is known of this site. */
export type View = 'overview' | 'ledger' | 'site' | 'settings';

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
  /** The dead letters whose deletion is being asked about; null while nothing is. */
  readonly deleting: Selection | null;
};

export const useScreen = create<Screen>()(() => ({
  view: 'overview',
  panel: 'queue',
  pickedId: null,
  enlarged: false,
  keyDialog: false,
  deleting: null,
}));

export const show = (change: Partial<Screen>): void => useScreen.setState(change);
