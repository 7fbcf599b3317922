import { appendFileSync, closeSync, constants, existsSync, openSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * A virus scanner: opens each new file for itself alone and holds it for so long. `LOG FOLDER MILLISECONDS`; the folder's
 * subfolders are scanned too, those that are there when it begins. A file `LOG.stop` ends it.
 */
const [log = '', root = '', held = ''] = process.argv.slice(2);
const milliseconds = Number(held);
/** `UV_FS_O_EXLOCK` of libuv for Windows: opened with no sharing at all. */
const forItselfAlone = 0x1000_0000;

const seen = new Set<string>();
let opened = 0;
let busy = 0;

function scan(path: string): void {
  if (seen.has(path)) return;
  seen.add(path);
  try {
    const file = openSync(path, constants.O_RDONLY | forItselfAlone);
    opened += 1;
    setTimeout(() => closeSync(file), milliseconds);
  } catch {
    // Its writer still has it open, or it is gone: looked at again when it changes next.
    seen.delete(path);
    busy += 1;
  }
}

function look(folder: string): void {
  for (const name of readdirSync(folder, { withFileTypes: true })) if (name.isFile()) scan(join(folder, name.name));
}

const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const folder of [root, ...folders.map(({ name }) => join(root, name))]) {
  for (const { name } of readdirSync(folder, { withFileTypes: true })) seen.add(join(folder, name));
  watch(folder, () => look(folder));
}
appendFileSync(log, `${JSON.stringify({ scanning: folders.length })}\n`);
setInterval(() => {
  if (!existsSync(`${log}.stop`)) return;
  appendFileSync(log, `${JSON.stringify({ opened, busy })}\n`);
  process.exit(0);
}, 100);
