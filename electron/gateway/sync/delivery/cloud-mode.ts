import type { AcusightClient, SelfOutcome } from '../../cloud/acusight-client.ts';
import { metadataOf } from '../../cloud/acusight-schema.ts';
import { multipartFrame } from '../../cloud/multipart.ts';
import type { DeliveryContext, DeliveryOutcome } from '../../model/delivery.ts';
import { contentTypeOf } from '../../model/image.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';
import type { PayloadStore } from '../../store/payload-store.ts';
import type { Delivery } from './delivery.ts';
import { PayloadSource } from './payload-source.ts';

/** Cloud mode: one multipart request with picture and metadata. */
export class CloudModeDelivery implements Delivery {
  readonly #client: AcusightClient;
  readonly #payloads: PayloadSource;
  readonly #deviceId: string;

  constructor(client: AcusightClient, payloads: PayloadStore, deviceId: string) {
    this.#client = client;
    this.#payloads = new PayloadSource(payloads);
    this.#deviceId = deviceId;
  }

  async deliver(entry: LeasedEntry, context: DeliveryContext): Promise<DeliveryOutcome> {
    const metadata = metadataOf(entry, this.#deviceId);
    const form = multipartFrame(JSON.stringify(metadata), metadata.filename, contentTypeOf(entry.format));
    const loaded = await this.#payloads.load(entry, { before: form.head.length, after: form.tail.length });
    if ('disposition' in loaded) return { kind: 'failed', failure: loaded };
    const outcome = await this.#client.upload(entry.imageId, form, loaded.payload, context);
    if (outcome.kind === 'acknowledged') loaded.free();
    return outcome;
  }

  /** Is the way open? */
  probe(signal: AbortSignal): Promise<SelfOutcome> {
    return this.#client.self(signal);
  }
}
