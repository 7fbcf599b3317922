import { create } from 'zustand';
import type { Feature, FeatureValue } from '../../../shared/camera.ts';
import type { Failure, Result } from '../../../shared/result.ts';
import { call } from '../../gateway/bridge.ts';
import type { Level } from './feature-tree.ts';

/** What came of saving or loading a camera's settings, in words. */
export type SettingsOutcome = {
  readonly ok: boolean;
  readonly text: string;
  readonly failed: readonly { readonly name: string; readonly text: string }[];
};

/** The settings of one camera as it gave them last. A value changes only when the gateway has answered with it. */
export type FeatureEditor = {
  readonly sourceId: string | null;
  readonly features: readonly Feature[] | null;
  readonly reading: boolean;
  readonly failure: Failure | null;
  /** Settings that the camera is being asked to take. */
  readonly pending: ReadonlySet<string>;
  /** Why the last change of a setting was refused. */
  readonly refusals: Readonly<Record<string, Failure>>;
  readonly running: 'save' | 'load' | null;
  readonly outcome: SettingsOutcome | null;
  /** Chosen by a person; they stay from camera to camera. */
  readonly level: Level;
  readonly search: string;
  readonly open: ReadonlySet<string>;
};

const blank = {
  sourceId: null,
  features: null,
  reading: false,
  failure: null,
  pending: new Set<string>(),
  refusals: {},
  running: null,
  outcome: null,
} satisfies Partial<FeatureEditor>;

export const useFeatures = create<FeatureEditor>()(() => ({
  ...blank,
  level: 'beginner',
  search: '',
  open: new Set<string>(),
}));

const { getState: get, setState: set } = useFeatures;

/** One order after the other: each answer holds all settings, and an older one must not take the place of a newer. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(order: () => Promise<T>): Promise<T> {
  const next = last.then(order, order);
  last = next.catch(() => undefined);
  return next;
}

/** Whether the answers for a camera are still wanted: another one may have been opened meanwhile. */
const isOpen = (sourceId: string): boolean => get().sourceId === sourceId;

export function openFeatures(sourceId: string): () => void {
  set({ ...blank, sourceId });
  return () => {
    if (isOpen(sourceId)) set({ ...blank });
  };
}

export async function readFeatures(sourceId: string): Promise<void> {
  if (!isOpen(sourceId) || get().reading) return;
  set({ reading: true });
  const answer = await inTurn(() => call('camera.features', { sourceId }));
  if (!isOpen(sourceId)) return;
  set(
    answer.ok
      ? { reading: false, failure: null, features: answer.value.features }
      : { reading: false, failure: answer.error },
  );
}

type Changed = Result<{ readonly features: readonly Feature[] }>;

/** True when the camera took it. */
async function change(sourceId: string, name: string, order: () => Promise<Changed>): Promise<boolean> {
  if (!isOpen(sourceId) || get().pending.has(name)) return false;
  const { [name]: _before, ...others } = get().refusals;
  set({ pending: new Set([...get().pending, name]), refusals: others });
  const answer = await inTurn(order);
  if (!isOpen(sourceId)) return answer.ok;
  const pending = new Set(get().pending);
  pending.delete(name);
  set(
    answer.ok
      ? { pending, failure: null, features: answer.value.features }
      : { pending, refusals: { ...get().refusals, [name]: answer.error } },
  );
  return answer.ok;
}

export const setFeature = (sourceId: string, name: string, value: FeatureValue): Promise<boolean> =>
  change(sourceId, name, () => call('camera.setFeature', { sourceId, name, value }));

export const runCommand = (sourceId: string, name: string): Promise<boolean> =>
  change(sourceId, name, () => call('camera.runCommand', { sourceId, name }));

export function forgetRefusal(name: string): void {
  if (!(name in get().refusals)) return;
  const { [name]: _gone, ...refusals } = get().refusals;
  set({ refusals });
}

const count = (number: number): string => (number === 1 ? '1 setting' : `${number} settings`);
const refused = ({ message, hint }: Failure): SettingsOutcome => ({
  ok: false,
  text: `${message} ${hint}`,
  failed: [],
});

export async function saveSettings(sourceId: string): Promise<void> {
  if (!isOpen(sourceId) || get().running !== null) return;
  set({ running: 'save', outcome: null });
  const answer = await inTurn(() => call('camera.saveSettings', { sourceId }));
  if (!isOpen(sourceId)) return;
  const outcome = answer.ok
    ? {
        ok: true,
        text: `${count(answer.value.saved)} saved. They are set again each time this camera is connected.`,
        failed: [],
      }
    : refused(answer.error);
  set({ running: null, outcome });
}

export async function loadSettings(sourceId: string): Promise<void> {
  if (!isOpen(sourceId) || get().running !== null) return;
  set({ running: 'load', outcome: null });
  const answer = await inTurn(() => call('camera.loadSettings', { sourceId }));
  if (!isOpen(sourceId)) return;
  if (!answer.ok) {
    set({ running: null, outcome: refused(answer.error) });
    return;
  }
  const { loaded, failed } = answer.value;
  const text =
    failed.length === 0
      ? `The camera took all ${count(loaded)} that were saved.`
      : `The camera took ${count(loaded)}. It did not take ${failed.length}:`;
  set({ running: null, outcome: { ok: failed.length === 0, text, failed } });
  await readFeatures(sourceId);
}

export const dismissOutcome = (): void => set({ outcome: null });
export const chooseLevel = (level: Level): void => set({ level });
export const searchFor = (search: string): void => set({ search });
export const toggleCategory = (key: string): void => {
  const open = new Set(get().open);
  if (!open.delete(key)) open.add(key);
  set({ open });
};
