import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { openDatabase } from '../../electron/gateway/store/database/database.ts';

/**
 * A look-up whose value changes each time, in our database beside the same statement in one that was opened plainly: there
 * SQLite prepares it anew for each value (`preparedOnce` in `store/database/database.ts`).
 *
 *   npm run bench look-ups
 */
const times = 20_000;
const sql = `
  SELECT i.seq, f.modified_ms FROM images i JOIN outbox o USING (seq)
    LEFT JOIN source_files f ON f.source_id = i.source_id AND f.path = i.path AND f.seq = i.seq
  WHERE i.source_id = ? AND i.sha256 = ? AND o.state IN ('pending', 'leased') ORDER BY i.seq DESC LIMIT ?`;

const root = mkdtempSync(join(tmpdir(), 'acusight-bench-'));
try {
  const path = join(root, 'gateway.sqlite');
  const nativeBinding = process.env['ACUSIGHT_SQLITE_BINDING'];
  openDatabase({ path, nativeBinding }).close();
  const ours = openDatabase({ path: join(root, 'ours.sqlite'), nativeBinding });
  const plain = new BetterSqlite3(path, nativeBinding === undefined ? {} : { nativeBinding });
  const hashes = Array.from({ length: times }, (_, index) => createHash('sha256').update(`${index}`).digest('hex'));
  const microseconds = [ours, plain].map((database) => {
    const statement = database.prepare<[string, string, number], { seq: number }>(sql);
    const rounds = Array.from({ length: 3 }, () => {
      const began = performance.now();
      for (const hash of hashes) statement.all('aoi', hash, 8);
      return ((performance.now() - began) * 1_000) / times;
    });
    database.close();
    return Math.min(...rounds);
  });
  const [fixed = Number.NaN, anew = Number.NaN] = microseconds;
  process.stdout.write(
    `ours ${fixed.toFixed(2)} µs a look-up, opened plainly ${anew.toFixed(2)} µs: ratio ${(fixed / anew).toFixed(2)}\n`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
