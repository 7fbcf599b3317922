import { type SourceSnapshot, sourceLevels } from '../../../shared/snapshot.ts';

/** Its pictures are not collected, and a person should look. What is blocked waits for the disk, which says so itself. */
export const isBroken = ({ state }: Pick<SourceSnapshot, 'state'>): boolean =>
  sourceLevels[state] === 'alarm' && state !== 'blocked';
