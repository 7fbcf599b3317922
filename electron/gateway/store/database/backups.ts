import { closeSync, fdatasync, openSync } from 'node:fs';
import { join } from 'node:path';
import { errnoCode } from '../../platform/errors.ts';
import type { Files } from '../../platform/files.ts';
import type { Database } from './database.ts';
import type { Soundness } from './integrity.ts';

/** `daily`, or `schema`: as it was before a newer version changed its form. */
export type BackupKind = 'daily' | 'schema';
export type Backup = {
  readonly path: string;
  readonly kind: BackupKind;
  /** Milliseconds since the epoch, by the clock of this PC. */
  readonly at: number;
  readonly schema: number;
};

/** Of each kind. */
const kept = 3;
const pagesAtOnce = 100;
const syncEveryPages = 4_000;
/** What a backup must leave free, besides its own bytes. */
const spareBytes = 256_000_000;

const namePattern = /^(daily|schema)-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-s(\d+)\.sqlite$/;

function nameOf(kind: BackupKind, at: number, schema: number): string {
  const time = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${kind}-${time}-s${schema}.sqlite`;
}

function parseName(folder: string, name: string): Backup | null {
  const [, kind, year, month, day, hour, minute, second, schema] = namePattern.exec(name) ?? [];
  if (kind === undefined) return null;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return { path: join(folder, name), kind: kind as BackupKind, at, schema: Number(schema) };
}

export const backupFolder = (dataDir: string): string => join(dataDir, 'backups');

/** Newest first; none where there is no such folder. */
export async function listBackups(folder: string, files: Pick<Files, 'list'>): Promise<readonly Backup[]> {
  const names = await files.list(folder).catch((error: unknown) => {
    if (errnoCode(error) === 'ENOENT') return [];
    throw error;
  });
  return names
    .map((name) => parseName(folder, name))
    .filter((backup) => backup !== null)
    .sort((a, b) => b.at - a.at);
}

export type MakeBackup = {
  readonly database: Database;
  readonly folder: string;
  readonly files: Files;
  readonly kind: BackupKind;
  readonly at: number;
  /** Reads the finished copy as a whole. It is a copy page by page: what is wrong with it is wrong with the database. */
  readonly check: (path: string) => Promise<Soundness>;
  readonly signal?: AbortSignal;
};

export type BackupOutcome =
  | { readonly kind: 'made'; readonly backup: Backup }
  | { readonly kind: 'no-room'; readonly bytes: number }
  | { readonly kind: 'damaged'; readonly detail: string };

/**
 * A copy of the open database by SQLite's own online backup (https://www.sqlite.org/backup.html): some pages at a time,
 * while it is written to. It gets its name only once it is whole, sound and on the disk, and only then the oldest of its
 * kind goes: there are always as many good ones as before. Throws what the disk says.
 */
export async function makeBackup(options: MakeBackup): Promise<BackupOutcome> {
  const { database, folder, files, kind, at, check } = options;
  const bytes =
    (database.pragma('page_count', { simple: true }) as number) *
    (database.pragma('page_size', { simple: true }) as number);
  await files.makeDirectory(folder);
  const temporary = join(folder, 'unfinished.sqlite');
  await removeAll(temporary, files);
  if ((await files.space(folder)).freeBytes < bytes + spareBytes) return { kind: 'no-room', bytes };
  try {
    await copy(options, temporary);
    const soundness = await check(temporary);
    if (soundness.kind !== 'sound') return { kind: 'damaged', detail: soundness.detail };
    const schema = database.pragma('user_version', { simple: true }) as number;
    const backup = { path: join(folder, nameOf(kind, at, schema)), kind, at, schema };
    await syncFile(temporary);
    await files.rename(temporary, backup.path);
    await files.syncDirectory(folder);
    await removeOld(folder, kind, files);
    return { kind: 'made', backup };
  } finally {
    await removeAll(temporary, files);
  }
}

async function copy({ database, signal }: MakeBackup, path: string): Promise<void> {
  let untilSync = syncEveryPages;
  let file: number | null = null;
  const syncs = new Set<Promise<void>>();
  try {
    await database.backup(path, {
      progress: () => {
        signal?.throwIfAborted();
        untilSync -= pagesAtOnce;
        if (untilSync > 0) return pagesAtOnce;
        // Beside it, and bit by bit: at the end SQLite waits for the disk in this thread.
        untilSync = syncEveryPages;
        file ??= openSync(path, 'r+');
        const sync: Promise<void> = new Promise<void>((resolve) => fdatasync(file as number, () => resolve())).then(
          () => void syncs.delete(sync),
        );
        syncs.add(sync);
        return pagesAtOnce;
      },
    });
  } finally {
    await Promise.all(syncs);
    if (file !== null) closeSync(file);
  }
}

async function syncFile(path: string): Promise<void> {
  const file = openSync(path, 'r+');
  try {
    await new Promise<void>((resolve, reject) =>
      fdatasync(file, (error) => (error === null ? resolve() : reject(error))),
    );
  } finally {
    closeSync(file);
  }
}

async function removeOld(folder: string, kind: BackupKind, files: Files): Promise<void> {
  const old = (await listBackups(folder, files)).filter((backup) => backup.kind === kind).slice(kept);
  for (const { path } of old) await removeAll(path, files);
}

/** With what SQLite may have left beside it. */
async function removeAll(path: string, files: Files): Promise<void> {
  for (const end of ['', '-journal', '-wal', '-shm']) await files.remove(`${path}${end}`);
}
