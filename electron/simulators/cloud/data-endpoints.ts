import { pageMeta, pageQuery, Refusal, success } from './answers.ts';
import type { BatchSummary } from './batches.ts';
import { type AnswerForm, enclose, identifier, parseIdentifier } from './identifiers.ts';
import type { ImageRecord } from './records.ts';
import type { Call, Endpoint, Prepared } from './services.ts';

/** For a person who wants to see what arrived. The documents name these two paths and not the fields of their data. */

const time = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : new Date(milliseconds).toISOString();

async function image({ services, parameter }: Call): Promise<Prepared> {
  return {
    commit: async () => {
      const number = parseIdentifier('image', parameter);
      const record = number === null ? null : await services.ledger.image(number);
      if (record === null) throw new Refusal(404, 'Resource not found', `no image "${parameter}"`);
      return enclose(services.options.answers, 200, imageData(services.options.answers, record));
    },
  };
}

async function batches({ services, query }: Call): Promise<Prepared> {
  const { page, perPage } = pageQuery(query, 100);
  const { batches } = services.ledger;
  return {
    commit: async () => {
      const found = batches.list(page, perPage, services.now());
      const data = found.map((batch) => batchData(services.options.answers, batch));
      return success(200, data, pageMeta(batches.count, page, perPage));
    },
  };
}

const imageData = (form: AnswerForm, record: ImageRecord): Record<string, unknown> => ({
  id: identifier(form, 'image', record.image),
  batch_id: identifier(form, 'batch', record.batch),
  device_id: record.deviceId,
  filename: record.filename,
  size: record.bytes,
  sha256: record.sha256,
  width: record.width,
  height: record.height,
  storage_key: record.storageKey,
  created_at: time(record.at),
  metadata: record.metadata,
});

const batchData = (form: AnswerForm, batch: BatchSummary): Record<string, unknown> => ({
  id: identifier(form, 'batch', batch.batch),
  device_id: batch.deviceId,
  status: batch.status,
  image_count: batch.images,
  created_at: time(batch.openedAt),
  closed_at: time(batch.closedAt),
});

export const dataEndpoints: readonly Endpoint[] = [
  {
    name: 'image',
    method: 'GET',
    path: /^\/data\/images\/([^/]+)$/,
    access: 'reader',
    errorForm: 'envelope',
    prepare: image,
  },
  {
    name: 'batches',
    method: 'GET',
    path: /^\/data\/batches$/,
    access: 'reader',
    errorForm: 'envelope',
    prepare: batches,
  },
];
