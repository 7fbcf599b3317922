import type { SourceSnapshot } from '../../../shared/snapshot.ts';

const brokenStates: ReadonlySet<SourceSnapshot['state']> = new Set(['missing', 'failed', 'taken', 'lost', 'silent']);

/** Its pictures are not collected, and a person should look. */
export const isBroken = ({ state }: Pick<SourceSnapshot, 'state'>): boolean => brokenStates.has(state);
