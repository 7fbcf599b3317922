import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** Whether the limits of a process can be set while it runs. */
export const canLimitFiles = ((): boolean => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return process.platform === 'linux';
  } catch {
    return false;
  }
})();

/** This very process may open no more files until the returned function has run. What is open stays so. */
export function openNoMore(): () => Promise<void> {
  const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  const setTo = (files: string): string[] => ['--pid', String(process.pid), `--nofile=${files}:${hard}`];
  // Started before: a program can't be started without files.
  const lifting = spawn('sh', ['-c', `read line; exec prlimit ${setTo(String(soft)).join(' ')}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  execFileSync('prlimit', setTo('8'));
  const lift = async (): Promise<void> => {
    if (lifting.exitCode !== null) return;
    lifting.stdin.end('now\n');
    await once(lifting, 'exit');
  };
  onTestFinished(lift);
  return lift;
}
