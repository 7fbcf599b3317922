import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { imageIdOf } from '../../electron/gateway/ingest/image-identity.ts';
import type { Reason } from '../../electron/gateway/model/file-sink.ts';
import type { FileVersion } from '../../electron/gateway/model/file-version.ts';
import { type NewImage, noSidecar, type SidecarContent } from '../../electron/gateway/model/image.ts';
import { type Files, nodeFiles } from '../../electron/gateway/platform/files.ts';
import { silentLogger } from '../../electron/gateway/platform/logger.ts';
import { openDatabase } from '../../electron/gateway/store/database/database.ts';
import { ImageQueries } from '../../electron/gateway/store/image-queries.ts';
import { ImageJournal } from '../../electron/gateway/store/journal/image-journal.ts';
import { journalFolder, replayJournal } from '../../electron/gateway/store/journal/replay.ts';
import { Ledger } from '../../electron/gateway/store/ledger/ledger.ts';
import { type ShiftOf, shiftsOf } from '../../electron/gateway/store/ledger/shifts.ts';
import { DeadLetters } from '../../electron/gateway/store/outbox/dead-letters.ts';
import { type DeliveryOrder, plainOrder } from '../../electron/gateway/store/outbox/delivery-order.ts';
import { Outbox } from '../../electron/gateway/store/outbox/outbox.ts';
import { PayloadAudit } from '../../electron/gateway/store/payload-audit.ts';
import { PayloadStore } from '../../electron/gateway/store/payloads/payload-store.ts';
import { Retention } from '../../electron/gateway/store/payloads/retention.ts';
import { SourceFiles } from '../../electron/gateway/store/source-files.ts';
import { Tally, totalOf } from '../../electron/gateway/store/tally.ts';
import { message } from '../../shared/messages/message.ts';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-gateway-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export type TestStore = Awaited<ReturnType<typeof openStore>>;

export type StorePolicy = { readonly line?: DeliveryOrder; readonly shiftOf?: ShiftOf };

/** Whatever the time zone of the PC that runs the tests. */
const utcDays = shiftsOf({ timeZone: 'UTC', shifts: [] });

/** A whole store in a folder; it is closed with the test, or before by `close`. */
export async function openStore(
  folder?: string,
  files: Files = nodeFiles,
  { line = plainOrder, shiftOf = utcDays }: StorePolicy = {},
) {
  const root = folder ?? (await temporaryFolder());
  const database = openDatabase({ path: join(root, 'gateway.sqlite') });
  onTestFinished(() => void database.close());
  const payloads = new PayloadStore(join(root, 'payloads'), files);
  // Made durably, as `prepare` does it, the 256 folders of a new store would cost every test 200 ms.
  for (let value = 0; value < 256; value += 1)
    mkdirSync(join(payloads.root, value.toString(16).padStart(2, '0')), { recursive: true });
  await payloads.prepare();
  const journal = new ImageJournal({ database, folder: journalFolder(root), files: nodeFiles, logger: silentLogger });
  const { through } = await replayJournal({
    database,
    folder: journalFolder(root),
    payloads,
    files: nodeFiles,
    now: () => 0,
  });
  await journal.open(through);
  onTestFinished(() => journal.close());
  const ledger = new Ledger(database, shiftOf);
  const outbox = new Outbox(database, line, ledger);
  const tally = new Tally(database);
  return {
    root,
    database,
    payloads,
    journal,
    outbox,
    tally,
    ledger,
    catalogue: new ImageQueries(database, line),
    sourceFiles: new SourceFiles(database, ledger),
    retention: new Retention(database, payloads),
    audit: new PayloadAudit(database, payloads, files, outbox),
    deadLetters: new DeadLetters(database, payloads, ledger),
    totals: () => totalOf(tally.sources().values()),
    close: () => database.close(),
  };
}

export type ImageWish = {
  readonly name?: string;
  readonly sourceId?: string;
  readonly modifiedMs?: number;
  readonly bytes?: Uint8Array;
  readonly content?: Partial<SidecarContent>;
};

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An image as ingest would make it. The store does not look into the bytes. */
export function newImage({ name = 'a.jpg', sourceId = 'aoi', modifiedMs = 1, bytes, content }: ImageWish = {}): {
  image: NewImage;
  bytes: Uint8Array;
} {
  const payload = bytes ?? Buffer.from(`picture ${name}`);
  const hash = sha256(payload);
  const file = { path: name, bytes: payload.length, modifiedMs };
  return {
    bytes: payload,
    image: {
      imageId: imageIdOf(sourceId, file, hash),
      sourceId,
      origin: { kind: 'file', file, originalStays: true },
      filename: name.slice(name.lastIndexOf('/') + 1),
      sha256: hash,
      bytes: payload.length,
      format: 'jpeg',
      width: 640,
      height: 480,
      capturedAt: modifiedMs,
      captureOffsetMinutes: null,
      capturedFrom: 'file',
      content: { ...noSidecar, ...content },
    },
  };
}

/** The file that an image came as. */
export function fileOf({ origin }: NewImage): FileVersion {
  if (origin.kind !== 'file') throw new Error('this image came from a camera');
  return origin.file;
}

/** Puts an image in the store the way ingest does: staged, published, enqueued. */
export async function storeImage(store: TestStore, wish: ImageWish = {}, storedAt = 1_000): Promise<NewImage> {
  const { image, bytes } = newImage(wish);
  const staged = await store.payloads.stage(image.sha256, image.format, bytes);
  await store.payloads.publish([staged]);
  store.outbox.enqueue([image], storedAt);
  return image;
}

/** Delivers the oldest entries that are due. Returns their numbers. */
export function acknowledge(store: TestStore, limit: number, now = 2_000): readonly number[] {
  const leased = store.outbox.lease(limit, now, 60_000);
  store.outbox.settle(
    leased.map(({ seq, token }) => ({
      seq,
      token,
      settlement: { kind: 'acknowledge', duplicate: false, serverImageId: null, serverBatchId: null },
    })),
    now,
  );
  return leased.map(({ seq }) => seq);
}

/** Temporary files of the payload store, half-written or not yet published. */
export async function temporaryFiles(payloadRoot: string): Promise<string[]> {
  const found = await readdir(payloadRoot, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile() && entry.name.endsWith('.part')).map(({ name }) => name);
}

/** Why a file is listed, for tests that need one. */
export const cutOff = {
  severity: 'refused',
  message: message('truncated', { detail: message('picture-fault', { technical: 'it has no end marker' }) }),
} as const satisfies Reason;
