import { type Connection, type Snapshot, type SourceSnapshot, sourceLevels } from '../../../shared/snapshot.ts';
import type { Loss } from './losses.ts';

/** Its pictures are not collected, and a person should look. What is blocked waits for the disk, which says so itself. */
export const isBroken = ({ state }: Pick<SourceSnapshot, 'state'>): boolean =>
  sourceLevels[state] === 'alarm' && state !== 'blocked';

/** What the situation is judged from. */
export type SituationFacts = {
  readonly now: number;
  readonly configured: boolean;
  readonly counts: Snapshot['counts'];
  readonly connection: Connection;
  readonly disk: Snapshot['disk'];
  readonly sources: readonly SourceSnapshot[];
  readonly rates: Snapshot['rates'];
  readonly pacing: Snapshot['pacing'];
  readonly ledger: Snapshot['ledger'];
  readonly checkin: Snapshot['checkin'];
  /** All losses that any part knows of and that a person must hear of. */
  readonly losses: readonly Loss[];
};
