import { type MutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { create } from 'zustand';
import type { Feature, FeatureValue } from '../../../shared/camera.ts';
import type { Message } from '../../../shared/messages/message.ts';
import { ask, type FailedRequest } from '../../gateway/requests.ts';
import type { Level } from './feature-tree.ts';

/** What is asked of a camera's settings. A value changes only when the gateway has answered with it. */

type Features = { readonly features: readonly Feature[] };

/** One order after the other: each answer holds all settings, and an older one must not take the place of a newer. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(order: () => Promise<T>): Promise<T> {
  const next = last.then(order, order);
  last = next.catch(() => undefined);
  return next;
}

/** All settings of a camera, as it gave them last. */
export const featuresOf = (sourceId: string) =>
  queryOptions<Features>({
    queryKey: ['camera.features', sourceId],
    queryFn: () => inTurn(() => ask('camera.features', { sourceId })),
    // Read anew each time they are opened: another program may have changed them.
    gcTime: 0,
  });

/** Has the camera take a value for one setting; `null` runs a command. */
export const featureOrder = (
  requests: QueryClient,
  sourceId: string,
  name: string,
): MutationOptions<Features, FailedRequest, FeatureValue | null> => ({
  mutationFn: (value) =>
    inTurn(() =>
      value === null
        ? ask('camera.runCommand', { sourceId, name })
        : ask('camera.setFeature', { sourceId, name, value }),
    ),
  onSuccess: (answer) => void requests.setQueryData<Features>(featuresOf(sourceId).queryKey, answer),
});

/** What came of saving or loading a camera's settings, in words. */
export type SettingsOutcome = {
  readonly ok: boolean;
  readonly text: string;
  readonly failed: readonly { readonly name: string; readonly message: Message }[];
};

const count = (number: number): string => (number === 1 ? '1 setting' : `${number} settings`);

/** Keeps the camera's settings with the gateway, or gives them back to it. */
export const settingsOrder = (
  requests: QueryClient,
  sourceId: string,
): MutationOptions<SettingsOutcome, FailedRequest, 'save' | 'load'> => ({
  mutationFn: async (what) => {
    if (what === 'save') {
      const { saved } = await inTurn(() => ask('camera.saveSettings', { sourceId }));
      const text = `${count(saved)} saved. They are set again each time this camera is connected.`;
      return { ok: true, text, failed: [] };
    }
    const { loaded, failed } = await inTurn(() => ask('camera.loadSettings', { sourceId }));
    const text =
      failed.length === 0
        ? `The camera took all ${count(loaded)} that were saved.`
        : `The camera took ${count(loaded)}. It did not take ${failed.length}:`;
    return { ok: failed.length === 0, text, failed };
  },
  onSuccess: (_, what) =>
    what === 'load' ? requests.invalidateQueries({ queryKey: featuresOf(sourceId).queryKey }) : undefined,
});

/** Chosen by a person; it stays from camera to camera. */
type FeatureView = { readonly level: Level; readonly search: string; readonly open: ReadonlySet<string> };

export const useFeatureView = create<FeatureView>()(() => ({
  level: 'beginner',
  search: '',
  open: new Set<string>(),
}));

export const chooseLevel = (level: Level): void => useFeatureView.setState({ level });
export const searchFor = (search: string): void => useFeatureView.setState({ search });
export const toggleCategory = (key: string): void => {
  const open = new Set(useFeatureView.getState().open);
  if (!open.delete(key)) open.add(key);
  useFeatureView.setState({ open });
};
