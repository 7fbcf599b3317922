import { readdir, readFile } from 'node:fs/promises';

/** Pids of Chromium's processes of one type in the process group of a program, as Linux lists them. */
export async function chromiumProcesses(group: number, type: 'gpu-process' | 'renderer' | 'zygote'): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = (await readFile(`/proc/${name}/cmdline`, 'utf8')).split(/[\0 ]/);
      if (!words.includes(`--type=${type}`)) continue;
      // After the name, which may hold anything: state, parent, group.
      const [state, , pgid] = (await readFile(`/proc/${name}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
      if (Number(pgid) === group && state !== 'Z') found.push(Number(name));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}
