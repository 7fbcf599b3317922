import type { Snapshot } from '../../shared/snapshot.ts';
import type { GatewayError } from './platform/errors.ts';

/**
 * The last state that was known, with why nothing goes on: its database is damaged or its disk is gone. The counts are
 * as they were; nothing that is said of them is good news.
 */
export function haltedSnapshot(last: Snapshot, fault: GatewayError): Snapshot {
  const isDamaged = fault.code === 'store-damaged';
  return {
    ...last,
    safe: { level: 'alarm', headline: isDamaged ? 'DATABASE DAMAGED' : 'DISK FAULT', detail: fault.message },
    flow: { level: 'alarm', headline: 'STOPPED', detail: 'Nothing is collected or delivered.' },
    advice: [{ code: fault.code, level: 'alarm', text: fault.message, hint: fault.hint, action: 'none' }],
    disk: isDamaged ? last.disk : { ...last.disk, state: 'failing', text: 'The disk does not answer' },
    ledger: isDamaged ? { ...last.ledger, state: 'gap', text: fault.message } : last.ledger,
    connection: { ...last.connection, inFlight: 0 },
  };
}
