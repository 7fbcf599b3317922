import type { UseMutationResult } from '@tanstack/react-query';
import type { Feature, FeatureValue } from '../../../shared/camera.ts';
import type { FailedRequest } from '../../gateway/requests.ts';

/** Has the camera take a value; null runs a command. */
type FeatureOrder = UseMutationResult<unknown, FailedRequest, FeatureValue | null>;

/** What the editor of one setting is given. */
export type EditorProps = {
  readonly feature: Feature;
  readonly order: FeatureOrder;
  /** Elements that name the setting, and say its range or a refusal. */
  readonly labelId: string;
  readonly wordsId: string;
  readonly faulty: boolean;
};
