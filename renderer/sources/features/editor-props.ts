import type { Feature } from '../../../shared/camera.ts';

/** What the editor of one setting is given. */
export type EditorProps = {
  readonly sourceId: string;
  readonly feature: Feature;
  /** The camera is being asked to take a value. */
  readonly pending: boolean;
  /** Elements that name the setting, and say its range or a refusal. */
  readonly labelId: string;
  readonly wordsId: string;
  readonly faulty: boolean;
};
