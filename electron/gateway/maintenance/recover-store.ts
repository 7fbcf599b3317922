import { existsSync } from 'node:fs';
import { copyFile, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Config } from '../../../shared/config.ts';
import { type Message, message } from '../../../shared/messages/message.ts';
import { isFolder } from '../../../shared/source-config.ts';
import { imageIdOf, sha256Of } from '../ingest/image-identity.ts';
import { inspectPicture } from '../ingest/picture/inspect.ts';
import { extensionOf, type NewImage, noSidecar, type PictureFormat } from '../model/image.ts';
import type { Clock } from '../platform/clock.ts';
import { errnoCode, OperatorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import type { Logger } from '../platform/logger.ts';
import { type Backup, backupFolder, listBackups } from '../store/database/backups.ts';
import { type Database, openDatabase } from '../store/database/database.ts';
import { findDamage, type Soundness, soundnessOf } from '../store/database/integrity.ts';
import { WriteBatch } from '../store/database/write-batch.ts';
import { journalFolder, type Replayed, replayJournal, tellReplayed } from '../store/journal/replay.ts';
import { Ledger } from '../store/ledger/ledger.ts';
import { type ChainTail, readChainTail } from '../store/ledger/ledger-chain.ts';
import { Losses } from '../store/ledger/losses.ts';
import { shiftsOf } from '../store/ledger/shifts.ts';
import { deliveryOrderOf } from '../store/outbox/delivery-order.ts';
import { Outbox } from '../store/outbox/outbox.ts';
import { PayloadStore } from '../store/payloads/payload-store.ts';
import { Tally, totalOf } from '../store/tally.ts';
import { openDataFolder } from './data-folder.ts';

export type RecoverOptions = {
  readonly dataDir: string;
  readonly config: Config;
  readonly files: Files;
  readonly clock: Clock;
  readonly logger: Logger;
  /** An addon built for this runtime, where the shipped one does not fit it. */
  readonly nativeBinding?: string | undefined;
};

/** What the database was built from. `repaired`: the damaged one, whose tables were whole. */
export type RecoveryBase = 'current' | 'repaired' | 'backup' | 'none';

export type RecoveryReport = Replayed & {
  readonly base: RecoveryBase;
  /** Of the backup, milliseconds since the epoch; null where it is none. */
  readonly backupAt: number | null;
  /** Pictures of which only the payload was left: they go to the cloud under an id of their own. */
  readonly unknown: number;
  /** Files among the payloads that are no whole picture: they stay where they are put aside. */
  readonly unreadable: number;
  /** Lost pictures that the old ledger counted after the backup. */
  readonly lost: number;
  /** Pictures that wait for their delivery now, all of them. */
  readonly waiting: number;
  /** Where the database lies that was replaced; null: there was none, or it was good. */
  readonly replaced: string | null;
};

/** For pictures of which nobody knows where they came from. */
const unknownSource = 'recovered';
const parts = ['', '-wal', '-shm', '-journal'] as const;

/**
 * Builds the database of a data folder anew, whatever became of it: from the best of what is there (itself, itself
 * repaired, the newest good backup, nothing), the journal, the payloads and the old ledger. Every image whose payload
 * exists is in the queue afterwards, or known to be delivered. What nobody knows is sent again under its idempotency key.
 *
 * Nothing is deleted: what is replaced is put aside. It may be interrupted anywhere and begun again. Throws an
 * OperatorError with words: in use, no such folder, no room.
 */
export async function recoverStore(options: RecoverOptions): Promise<RecoveryReport> {
  const { dataDir, files, logger, nativeBinding } = options;
  await openDataFolder(dataDir, files);
  const path = join(dataDir, 'gateway.sqlite');
  refuseUsed(path, nativeBinding);
  const work = join(dataDir, 'recovery');
  await rm(work, { recursive: true, force: true });
  await files.makeDirectory(work);
  try {
    const { base, backup, from } = await chooseBase(options, path, work);
    logger.log('info', 'recovery-begun', { base, from });
    const built = base === 'current' ? path : join(work, 'gateway.sqlite');
    const found = await fill(options, built, base === 'current' ? null : join(work, 'old.sqlite'));
    const replaced = base === 'current' ? null : await swap(options, path, built);
    const report = { ...found, base, backupAt: backup?.at ?? null, replaced };
    logger.log('warn', 'recovery-done', report);
    return report;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A gateway that has it open holds it for itself alone. */
function refuseUsed(path: string, nativeBinding: string | undefined): void {
  if (!existsSync(path)) return;
  try {
    const database = new BetterSqlite3(path, { timeout: 0, ...(nativeBinding === undefined ? {} : { nativeBinding }) });
    try {
      database.pragma('locking_mode = EXCLUSIVE');
      database.exec('BEGIN EXCLUSIVE; ROLLBACK');
    } finally {
      database.close();
    }
  } catch (error) {
    const code = errnoCode(error) ?? '';
    if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
      throw new OperatorError(message('store-in-use'), { operation: 'recover', disposition: 'pause', cause: error });
  }
}

type Base = {
  readonly base: RecoveryBase;
  readonly backup: Backup | null;
  /** How far it has come. */
  readonly from: Extract<Soundness, { kind: 'sound' }>['position'] | null;
};

/** The one that has come farthest, of those that are whole. All but the current one lie in `work` afterwards. */
async function chooseBase(
  { dataDir, files, nativeBinding }: RecoverOptions,
  path: string,
  work: string,
): Promise<Base> {
  const target = join(work, 'gateway.sqlite');
  const current = soundnessOf(path, nativeBinding);
  let best: Base = { base: 'none', backup: null, from: null };
  if (current.kind === 'sound') best = { base: 'current', backup: null, from: current.position };
  // Of a newer version, which nothing here may write to, the ledger can be read all the same.
  else if (current.kind !== 'missing') await copyDatabase(path, join(work, 'old.sqlite'));
  if (current.kind === 'damaged') {
    await copyDatabase(path, target);
    const repaired = repair(target, nativeBinding);
    if (repaired.kind === 'sound') best = { base: 'repaired', backup: null, from: repaired.position };
  }
  for (const backup of await listBackups(backupFolder(dataDir), files)) {
    const soundness = soundnessOf(backup.path, nativeBinding);
    if (soundness.kind === 'sound' && isFarther(soundness.position, best.from))
      best = { base: 'backup', backup, from: soundness.position };
  }
  if (best.base === 'repaired') return best;
  for (const part of parts) await files.remove(`${target}${part}`);
  if (best.backup !== null) await copyDatabase(best.backup.path, target);
  return best;
}

const isFarther = (one: NonNullable<Base['from']>, other: Base['from']): boolean => {
  if (other === null) return true;
  const different = one.findIndex((number, index) => number !== other[index]);
  return different >= 0 && (one[different] ?? 0) > (other[different] ?? 0);
};

/** What only an index has wrong is put right from its table. */
function repair(path: string, nativeBinding: string | undefined): Soundness {
  try {
    const database = new BetterSqlite3(path, nativeBinding === undefined ? {} : { nativeBinding });
    try {
      database.exec('REINDEX');
      if (findDamage(database, { whole: true }) !== null) return { kind: 'damaged', detail: '' };
    } finally {
      database.close();
    }
  } catch {
    return { kind: 'damaged', detail: '' };
  }
  return soundnessOf(path, nativeBinding);
}

/** With its log, which may hold what is newest. A folder in its place is no database. */
async function copyDatabase(from: string, to: string): Promise<void> {
  for (const part of ['', '-wal'] as const) {
    try {
      if ((await stat(`${from}${part}`)).isFile()) await copyFile(`${from}${part}`, `${to}${part}`);
    } catch (error) {
      if (errnoCode(error) !== 'ENOENT') throw noRoomOr(error);
    }
  }
}

const noRoomOr = (error: unknown): unknown =>
  ['ENOSPC', 'EDQUOT'].includes(errnoCode(error) ?? '')
    ? new OperatorError(message('recover-no-room'), { operation: 'recover', disposition: 'pause', cause: error })
    : error;

type Filled = Omit<RecoveryReport, 'base' | 'backupAt' | 'replaced'>;

/** Brings the database up to what the journal, the payloads and the old ledger know. Closed afterwards, and on the disk. */
async function fill(options: RecoverOptions, path: string, old: string | null): Promise<Filled> {
  const { dataDir, config, files, clock, nativeBinding } = options;
  const database = openDatabase({ path, nativeBinding });
  try {
    const payloads = new PayloadStore(join(dataDir, 'payloads'), files);
    await payloads.prepare();
    const ledger = new Ledger(database, shiftsOf(config.site));
    const replayed = await replayJournal({ database, folder: journalFolder(dataDir), payloads, files, now: clock.now });
    database.exec(countPayloadsAnew);
    const outbox = new Outbox(database, deliveryOrderOf(config.sync, config.sources), ledger);
    const { unknown, unreadable } = await takeUnknown(options, database, payloads, outbox);
    const tail = old === null ? null : readTail(old, database, nativeBinding);
    const lost = tail === null ? 0 : countLost(options, database, ledger, tail);
    const waiting = totalOf(new Tally(database).sources().values()).pending;
    const found = { ...replayed, unknown, unreadable, lost, waiting };
    ledger.sealNow(clock.now());
    ledger.note(clock.now(), '', { said: recoveredMessage(found) });
    await WriteBatch.of(database).close();
    database.pragma('wal_checkpoint(TRUNCATE)');
    return found;
  } catch (error) {
    throw noRoomOr(error);
  } finally {
    database.close();
  }
}

/** Which payload is needed how often, from the images that need it. */
const countPayloadsAnew = `
BEGIN IMMEDIATE;
DELETE FROM payloads;
INSERT INTO payloads (sha256, format, bytes, refs)
  SELECT i.sha256, min(i.format), min(i.bytes), count(*) FROM images i JOIN outbox o USING (seq)
  WHERE o.payload_present = 1 GROUP BY i.sha256;
COMMIT;
`;

/** For the ledger's notes, the window and the command line. */
export const recoveredMessage = (found: Omit<Filled, 'waiting'>): Message =>
  message('store-recovered', {
    found: tellReplayed({ ...found, queued: found.queued + found.unknown }, found.lost),
  });

/** Payloads that neither database nor journal knows. Damaged ones are left to the audit, which puts them aside. */
async function takeUnknown(
  { config, files, clock }: RecoverOptions,
  database: Database,
  payloads: PayloadStore,
  outbox: Outbox,
): Promise<{ readonly unknown: number; readonly unreadable: number }> {
  const isKnown = database.prepare<[string], { found: number }>('SELECT 1 AS found FROM payloads WHERE sha256 = ?');
  const wasDelivered = database.prepare<[string], { found: number }>('SELECT 1 AS found FROM images WHERE sha256 = ?');
  const [only, ...others] = config.sources;
  const sourceId = only !== undefined && others.length === 0 ? only.id : unknownSource;
  let [unknown, unreadable] = [0, 0];
  for await (const { path, sha256, format } of payloads.everyFile()) {
    if (isKnown.get(sha256) !== undefined) continue;
    const isAside = dirname(path) === payloads.orphanRoot;
    // A picture that was delivered, and whose payload a kill has left: the audit removes it.
    if (wasDelivered.get(sha256) !== undefined) continue;
    const image = await imageOf(path, sha256, format, sourceId);
    if (image === null) {
      unreadable += 1;
      continue;
    }
    if (isAside && !(await payloads.takeBack(sha256, format))) continue;
    outbox.enqueue([image], clock.now());
    unknown += 1;
  }
  await files.syncDirectory(payloads.root);
  return { unknown, unreadable };
}

/** Null where it is not the whole picture that its name says. */
async function imageOf(
  path: string,
  sha256: string,
  format: PictureFormat,
  sourceId: string,
): Promise<NewImage | null> {
  const bytes = await readFile(path);
  const found = inspectPicture(bytes);
  if (found.kind !== 'complete' || found.format !== format || (await sha256Of(bytes)) !== sha256) return null;
  const filename = `${sha256}.${extensionOf(format)}`;
  const file = { path: filename, bytes: bytes.length, modifiedMs: (await stat(path)).mtimeMs };
  return {
    imageId: imageIdOf(sourceId, file, sha256),
    sourceId,
    origin: { kind: 'file', file, originalStays: true },
    filename,
    sha256,
    bytes: bytes.length,
    format,
    width: found.width,
    height: found.height,
    notes: [message('picture-recovered')],
    capturedAt: Math.round(file.modifiedMs),
    captureOffsetMinutes: null,
    capturedFrom: 'file',
    content: noSidecar,
  };
}

/** What the old database's ledger has chained after the new one's last row. */
function readTail(path: string, database: Database, nativeBinding: string | undefined): ChainTail | null {
  if (!existsSync(path)) return null;
  try {
    const old = new BetterSqlite3(path, nativeBinding === undefined ? {} : { nativeBinding });
    try {
      return readChainTail(old, database);
    } finally {
      old.close();
    }
  } catch {
    // What can't be read counts nothing.
    return null;
  }
}

/** Lost pictures must be told also by the new database. How they were lost is not in the chain: by their source. */
function countLost({ config, clock }: RecoverOptions, database: Database, ledger: Ledger, tail: ChainTail): number {
  const losses = new Losses(database, ledger);
  const folders = new Set(config.sources.filter(isFolder).map(({ id }) => id));
  return WriteBatch.of(database).run(() => {
    let lost = 0;
    for (const [sourceId, frames] of tail.lost) {
      const cause = folders.has(sourceId) ? 'vanished' : 'frame-lost';
      losses.countWithin({ sourceId, cause, path: '', at: clock.now(), frames });
      lost += frames;
    }
    return lost;
  });
}

/** Puts the old database aside and the new one in its place. Returns where the old one lies. */
async function swap({ dataDir, files, clock }: RecoverOptions, path: string, built: string): Promise<string | null> {
  let aside: string | null = null;
  for (const part of parts) {
    if (!existsSync(`${path}${part}`)) continue;
    aside ??= join(dataDir, 'replaced', new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-'));
    await files.makeDirectory(aside);
    await files.rename(`${path}${part}`, join(aside, basename(`${path}${part}`)));
  }
  if (aside !== null) await files.syncDirectory(aside);
  await files.rename(built, path);
  await files.syncDirectory(dataDir);
  return aside;
}
