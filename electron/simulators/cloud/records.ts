/**
 * What the server remembers: one JSON object a line in the journal. Times are milliseconds since the epoch (UTC),
 * sizes are bytes.
 */

export const deviceStatuses = ['pending', 'approved', 'rejected'] as const;
export type DeviceStatus = (typeof deviceStatuses)[number];

/** A device as it stands now; a later record of the same `deviceId` replaces an earlier one. */
export type DeviceRecord = {
  readonly type: 'device';
  readonly deviceId: string;
  /** Counts from 1; the `endpoint_id` of the answers. */
  readonly endpoint: number;
  readonly name: string;
  /** `adk_<hex>`. Kept in the clear: this server guards nothing of value. */
  readonly key: string;
  readonly status: DeviceStatus;
  readonly at: number;
};

export type ImageRecord = {
  readonly type: 'image';
  /** Counts from 1 without gaps, in the order of the commits. */
  readonly image: number;
  readonly batch: number;
  readonly at: number;
  readonly deviceId: string;
  readonly via: 'upload' | 'notify';
  readonly filename: string;
  /** Null for a notified image: its bytes lie in the object storage. */
  readonly bytes: number | null;
  /** Lower-case hex; of the received bytes, or what a notification claims; null where neither is known. */
  readonly sha256: string | null;
  readonly format: 'jpeg' | 'png' | null;
  readonly width: number;
  readonly height: number;
  /** Path below the data folder, with `/`; null where no bytes are kept. */
  readonly payload: string | null;
  readonly storageKey: string | null;
  /** `client_image_id` of the metadata, else the Idempotency-Key header. */
  readonly clientImageId: string | null;
  readonly idempotencyKey: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
};

export type JournalRecord = DeviceRecord | ImageRecord;

/** An image before its commit gives it a number, a batch, a time and a payload. */
export type ImageDraft = Omit<ImageRecord, 'type' | 'image' | 'batch' | 'at' | 'payload'>;

export const annotationCount = (metadata: Readonly<Record<string, unknown>>): number =>
  Array.isArray(metadata.annotations) ? metadata.annotations.length : 0;
