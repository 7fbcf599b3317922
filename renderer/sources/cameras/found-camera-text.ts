import type { FoundCamera } from '../../../shared/camera.ts';
import { isolated } from '../../../shared/isolated.ts';
import { levelOf } from '../../../shared/messages/message.ts';
import { plural } from '../../../shared/messages/numbers.ts';
import type { SourceBadge } from '../source-badge.ts';

/** Whether a found camera can be used. */
export function foundBadge({ problem, sourceId }: Pick<FoundCamera, 'problem' | 'sourceId'>): SourceBadge {
  switch (problem) {
    case 'wrong-network':
      return { level: 'act', word: 'Wrong network' };
    case 'taken':
      return { level: levelOf({ code: 'camera-taken' }), word: 'Taken by another program' };
    case 'denied':
      return { level: 'act', word: 'Not permitted' };
    case 'none':
      return sourceId === null ? { level: 'good', word: 'Free to use' } : { level: 'busy', word: 'In use here' };
  }
}

export const foundName = ({ vendor, model, kind }: Pick<FoundCamera, 'vendor' | 'model' | 'kind'>): string =>
  [vendor, model]
    .filter((part) => part !== '')
    .map(isolated)
    .join(' ') || (kind === 'gige' ? 'Network camera without a name' : 'USB camera without a name');

/** What the person needs first: those with a problem, then those that are free, then those in use. */
export const inOrder = (cameras: readonly FoundCamera[]): readonly FoundCamera[] => {
  const rank = ({ problem, sourceId }: FoundCamera): number => (problem !== 'none' ? 0 : sourceId === null ? 1 : 2);
  return [...cameras].sort((one, other) => rank(one) - rank(other));
};

/** `4 cameras: 1 with a problem, 2 free to use, 1 in use here`. */
export function foundSummary(cameras: readonly FoundCamera[]): string {
  if (cameras.length === 0) return 'No camera was found.';
  const ill = cameras.filter(({ problem }) => problem !== 'none').length;
  const used = cameras.filter(({ problem, sourceId }) => problem === 'none' && sourceId !== null).length;
  const parts = [
    [ill, 'with a problem'],
    [cameras.length - ill - used, 'free to use'],
    [used, 'in use here'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  return `${plural(cameras.length, 'camera')}: ${words.join(', ')}.`;
}
