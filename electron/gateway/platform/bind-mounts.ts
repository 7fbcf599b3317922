import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';

/** A mount of Linux: the folder `root` of the disk `device` is seen at `point`. */
type Mount = { readonly device: string; readonly root: string; readonly point: string };

/**
 * Linux shows one folder at several places (`mount --bind`), and above each lies something else: that a folder lies in
 * another can't be seen from there. Where a path leads through such a mount, these are the other paths of the same
 * folder, those that show the most of what lies above it first.
 */
export async function otherPathsOf(path: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  return pathsBeside(path, await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
}

/** `table`: as `/proc/self/mountinfo` (proc_pid_mountinfo(5)), a later line covers an earlier one. */
export function pathsBeside(path: string, table: string): readonly string[] {
  const mounts = table.split('\n').flatMap(mountIn);
  const own = mounts
    .filter(({ point }) => wayBelow(point, path) !== null)
    .sort(byLength('point'))
    .at(-1);
  if (own === undefined || own.root === '/') return [];
  const onDisk = posix.join(own.root, wayBelow(own.point, path) ?? '');
  return mounts
    .filter(({ device, root }) => device === own.device && root.length < own.root.length)
    .sort(byLength('root'))
    .flatMap(({ root, point }) => {
      const way = wayBelow(root, onDisk);
      return way === null ? [] : [posix.join(point, way)];
    });
}

const byLength = (key: 'root' | 'point') => (a: Mount, b: Mount) => a[key].length - b[key].length;

/** Number, number of the one above, device, root, mount point, …; what would part a line is written in octal. */
function mountIn(line: string): readonly Mount[] {
  const [, , device, root, point] = line.split(' ').map(unescaped);
  return device === undefined || root === undefined || point === undefined ? [] : [{ device, root, point }];
}

const unescaped = (text: string): string =>
  Buffer.from(
    text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
  ).toString();

function wayBelow(folder: string, path: string): string | null {
  if (folder === path) return '';
  const above = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(above) ? path.slice(above.length) : null;
}
