import { type Message, message } from '../../../shared/messages/message.ts';
import type { Snapshot } from '../../../shared/snapshot.ts';
import type { Interruption } from '../gateway-options.ts';
import type { Falls, StoreFault } from '../model/ways-to-lose.ts';
import { OperatorError } from '../platform/errors.ts';
import { judgements, ways } from '../status/losses.ts';

export const faultOf = ({ code }: Pick<OperatorError, 'code'>): StoreFault =>
  code === 'store-damaged' ? 'store-damaged' : 'store-away';

/** Whatever was not delivered when the database could be read last. */
const inDoubtOf = ({ pending, leased, dead }: Snapshot['counts']): number => pending + leased + dead;

/** What the next gateway is to write into its ledger; null where the one that had to stop could write it down itself. */
export function interruptionOf(fault: OperatorError, last: Snapshot, at: number): Interruption | null {
  const way = faultOf(fault);
  if (way === 'store-damaged') return null;
  return { way, at, said: fault.said, technical: fault.technical, pictures: inDoubtOf(last.counts) };
}

/**
 * The last state that was known, with why nothing goes on: its database is damaged or its disk is gone. The counts are
 * as they were; nothing that is said of them is good news.
 */
export function haltedSnapshot(last: Snapshot, fault: OperatorError): Snapshot {
  const way = faultOf(fault);
  const { headline, code, count } = ways[way];
  const { code: advised, action } = judgements[count];
  const inDoubt = inDoubtOf(last.counts);
  const losses = [fault.said, message(code, { count: inDoubt })];
  return {
    ...last,
    safe: message(headline, { losses }),
    flow: message('flow-stopped'),
    advice: [
      {
        message: message(advised, { losses: losses.slice(0, 1) }),
        action: canBeRebuilt(fault) ? 'rebuild-database' : action,
      },
    ],
    counts: { ...last.counts, inDoubt },
    disk: way === 'store-damaged' ? last.disk : { ...last.disk, state: 'failing', message: message('disk-away') },
    ledger: way === 'store-damaged' ? { ...last.ledger, state: 'gap', message: fault.said } : last.ledger,
    connection: { ...last.connection, inFlight: 0 },
  };
}

const rebuildable: ReadonlySet<string> = new Set(['store-damaged', 'store-lost', 'store-newer']);

/** Whether `recover` is what helps. */
export const canBeRebuilt = (error: unknown): boolean => error instanceof OperatorError && rebuildable.has(error.code);

/** What the next gateway is to write down of one that fell: how many frames of cameras it missed, nobody knows. */
export const interruptionByFall = (said: Message, technical: string, at: number): Interruption => ({
  way: 'interrupted',
  at,
  said,
  technical,
  pictures: null,
});

/**
 * The last state that was known of a gateway that has fallen, with why nothing goes on. `again`: milliseconds until one
 * is started.
 */
export function fallenSnapshot(last: Snapshot, { times, since, why }: Falls, again: number): Snapshot {
  return {
    ...last,
    safe: message('safe-fallen', { why, again }),
    flow: message('flow-stopped'),
    advice: [
      { message: message('gateway-fallen', { count: times, since, why }), action: 'none' },
      ...last.advice.slice(0, 7),
    ],
    connection: { ...last.connection, inFlight: 0 },
  };
}
