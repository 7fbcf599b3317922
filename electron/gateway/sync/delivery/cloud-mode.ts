import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AcusightClient, UploadPayload } from '../../cloud/acusight-client.ts';
import { metadataOf } from '../../cloud/acusight-schema.ts';
import type { DeliveryFailure, DeliveryOutcome } from '../../model/delivery.ts';
import { contentTypeOf } from '../../model/image.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';
import { describeCause, errnoCode } from '../../platform/errors.ts';
import type { PayloadStore } from '../../store/payload-store.ts';

/** How one entry is brought to the cloud. */
export type Delivery = {
  readonly deliver: (entry: LeasedEntry, signal: AbortSignal) => Promise<DeliveryOutcome>;
};

/**
 * Up to this size a picture is held in memory while it is sent, which is faster; a larger one is streamed from its
 * file. Also keeps the time to hand a whole body to the socket short of the silence limit on slow lines.
 */
const largestBuffer = 1_000_000;

/** Cloud mode: one multipart request with picture and metadata. The bytes are checked against their hash first. */
export class CloudModeDelivery implements Delivery {
  readonly #client: AcusightClient;
  readonly #payloads: PayloadStore;
  readonly #deviceId: string;

  constructor(client: AcusightClient, payloads: PayloadStore, deviceId: string) {
    this.#client = client;
    this.#payloads = payloads;
    this.#deviceId = deviceId;
  }

  async deliver(entry: LeasedEntry, signal: AbortSignal): Promise<DeliveryOutcome> {
    const payload = await this.#load(entry);
    if ('disposition' in payload) return { kind: 'failed', failure: payload };
    return this.#client.upload(
      { imageId: entry.imageId, contentType: contentTypeOf(entry.format) },
      metadataOf(entry, this.#deviceId),
      payload,
      signal,
    );
  }

  async #load(entry: LeasedEntry): Promise<UploadPayload | DeliveryFailure> {
    const path = this.#payloads.pathOf(entry.sha256, entry.format);
    try {
      const hash = createHash('sha256');
      let payload: UploadPayload;
      if (entry.bytes <= largestBuffer) {
        const bytes = await readFile(path);
        hash.update(bytes);
        payload = { kind: 'bytes', bytes };
      } else {
        for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
        payload = { kind: 'file', path, length: entry.bytes };
      }
      return hash.digest('hex') === entry.sha256
        ? payload
        : unreadable('payload-damaged', 'The stored picture was changed or damaged on this PC’s disk.', path);
    } catch (error) {
      if (errnoCode(error) === 'ENOENT')
        return unreadable('payload-missing', 'The stored picture is gone from this PC’s disk.', path);
      return {
        ...unreadable(
          'payload-unreadable',
          'The stored picture can’t be read from this PC’s disk.',
          describeCause(error),
        ),
        disposition: 'retry',
      };
    }
  }
}

const unreadable = (code: string, text: string, technical: string): DeliveryFailure => ({
  code,
  text,
  hint: 'Have the disk of this PC checked. Look for the original in its folder or archive and put it in again.',
  technical,
  disposition: 'bury',
  gate: 'trouble',
  ambiguous: false,
  retryAfterMilliseconds: null,
});
