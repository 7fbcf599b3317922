import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../electron/gateway/store/database/database.ts';
import { LostDisk } from '../../support/lost-disk.ts';
import { temporaryFolder } from '../../support/store.ts';

/** Commits, and is gone before anybody has flushed the log. */
const killed = `
const database = new (require('better-sqlite3'))(process.argv[1]);
database.pragma('synchronous = OFF');
database.exec("INSERT INTO meta (key, value) VALUES ('committed', 'before the kill')");
process.kill(process.pid, 'SIGKILL');
`;

test.runIf(LostDisk.isPossible)(
  'what a killed gateway had committed and not flushed survives a power cut once the next one has begun',
  async () => {
    const folder = await temporaryFolder();
    const disk = await LostDisk.mount(join(folder, 'data'), join(folder, 'disk.img'));
    const path = join(folder, 'data', 'gateway.sqlite');
    openDatabase({ path }).close();
    expect(spawnSync(process.execPath, ['-e', killed, path]).signal).toBe('SIGKILL');
    const next = openDatabase({ path });
    const read = next.prepare("SELECT value FROM meta WHERE key = 'committed'").pluck();
    expect(read.get()).toBe('before the kill');
    disk.lose();
    try {
      next.close();
    } catch {
      // Its disk is gone.
    }
    disk.bringBack();
    const after = openDatabase({ path });
    expect(after.prepare("SELECT value FROM meta WHERE key = 'committed'").pluck().get()).toBe('before the kill');
    after.close();
  },
);
