import type { AcusightClient, SelfOutcome } from '../../cloud/acusight/client.ts';
import { metadataOf } from '../../cloud/acusight/schema.ts';
import { type MultipartFrame, multipartFrame } from '../../cloud/acusight/upload-body.ts';
import type { DeliveryContext, DeliveryFailure, DeliveryOutcome } from '../../model/delivery.ts';
import { contentTypeOf } from '../../model/image.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';
import type { Delivery } from './delivery.ts';
import { discard, type LoadedPayload, type PayloadSource } from './payload-source.ts';
import { ReadAhead } from './read-ahead.ts';

/** Cloud mode: one multipart request with picture and metadata. */
export class CloudModeDelivery implements Delivery {
  readonly #client: AcusightClient;
  readonly #deviceId: string;
  readonly #ahead: ReadAhead<{ readonly form: MultipartFrame; readonly loaded: LoadedPayload | DeliveryFailure }>;

  constructor(client: AcusightClient, payloads: PayloadSource, deviceId: string) {
    this.#client = client;
    this.#deviceId = deviceId;
    this.#ahead = new ReadAhead(
      async (entry) => {
        const form = this.#formOf(entry);
        return { form, loaded: await payloads.load(entry, { before: form.head.length, after: form.tail.length }) };
      },
      ({ loaded }) => discard(loaded),
    );
  }

  prepare(entries: readonly LeasedEntry[]): void {
    this.#ahead.prepare(entries);
  }

  async deliver(entry: LeasedEntry, context: DeliveryContext): Promise<DeliveryOutcome> {
    const { form, loaded } = await this.#ahead.take(entry);
    if ('disposition' in loaded) return { kind: 'failed', failure: loaded };
    const outcome = await this.#client.upload(entry.imageId, form, loaded.payload, context);
    if (outcome.kind === 'acknowledged') loaded.free();
    return outcome;
  }

  /** Is the way open? */
  probe(signal: AbortSignal): Promise<SelfOutcome> {
    return this.#client.self(signal);
  }

  #formOf(entry: LeasedEntry): MultipartFrame {
    const metadata = metadataOf(entry, this.#deviceId);
    return multipartFrame(JSON.stringify(metadata), metadata.filename, contentTypeOf(entry.format));
  }
}
