import type { z } from 'zod';
import type { Devices } from './devices.ts';
import type { Fault, FaultSet } from './faults.ts';
import type { ImageTotals, Ledger } from './received-images.ts';
import type { checkinSchema } from './request-schema.ts';

/**
 * The server's counts. The first group is about what is stored and survives a restart; the second counts since the
 * process started.
 */
export type CloudStats = {
  /** Images stored. */
  readonly images: number;
  /** Bytes of their payloads. */
  readonly bytes: number;
  readonly annotations: number;
  /**
   * Images stored more than once: of each device's images with the same client image id (`client_image_id` of the
   * metadata, else the Idempotency-Key), all but the first. Images without either are never counted here.
   */
  readonly duplicates: number;
  /** Images stored although an image of the same device, filename and SHA-256 was stored before. */
  readonly repeatedContent: number;
  readonly batches: number;
  readonly devices: number;

  /** Requests answered again as at first because their Idempotency-Key had stored an image; none is stored. */
  readonly replays: number;
  /** Images refused with 409 because their content was known (`onKnownContent: 'refuse'`). */
  readonly conflicts: number;
  readonly checkins: number;
  /** What the last check-in said; null: there was none. */
  readonly lastCheckin: CheckinRecord | null;
  readonly requests: number;
  /** Requests that are being served now. */
  readonly inFlight: number;
  /** Requests that broke off before they were complete. */
  readonly aborted: number;
  /** Answers handed to the network, by status. Those that a fault cut or held back are not among them. */
  readonly answers: Readonly<Record<string, number>>;
  readonly faultsApplied: Readonly<Partial<Record<Fault['kind'], number>>>;
  /** False while the API refuses connections. */
  readonly up: boolean;
};

export type CheckinRecord = Readonly<z.infer<typeof checkinSchema>>;

export type TrafficCounters = {
  requests: number;
  inFlight: number;
  aborted: number;
  checkins: number;
  lastCheckin: CheckinRecord | null;
  answers: Record<string, number>;
};

export const newCounters = (): TrafficCounters => ({
  requests: 0,
  inFlight: 0,
  aborted: 0,
  checkins: 0,
  lastCheckin: null,
  answers: {},
});

export function gatherStats(
  from: {
    readonly ledger: Ledger;
    readonly devices: Devices;
    readonly counters: TrafficCounters;
    readonly faults: FaultSet;
  },
  up: boolean,
): CloudStats {
  const totals: ImageTotals = from.ledger.totals;
  return {
    ...totals,
    batches: from.ledger.batches.count,
    devices: from.devices.count,
    ...from.counters,
    answers: { ...from.counters.answers },
    faultsApplied: from.faults.applied(),
    up,
  };
}
