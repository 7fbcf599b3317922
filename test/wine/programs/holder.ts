import { appendFileSync, closeSync, constants, existsSync, openSync, renameSync } from 'node:fs';

/**
 * A camera program that holds its file open for itself alone: `LOG FILE`, until there is a file `LOG.stop`. With a third
 * word it gives the file that name instead, and ends.
 */
const [log = '', file = '', newName] = process.argv.slice(2);
const say = (line: object): void => appendFileSync(log, `${JSON.stringify(line)}\n`);
if (newName !== undefined) {
  renameSync(file, newName);
  say({ renamed: newName });
  process.exit(0);
}
/** `UV_FS_O_EXLOCK` of libuv for Windows: opened with no sharing at all. */
const held = openSync(file, constants.O_RDWR | 0x1000_0000);
say({ holds: file });
setInterval(() => {
  if (!existsSync(`${log}.stop`)) return;
  closeSync(held);
  say({ released: file });
  process.exit(0);
}, 50);
