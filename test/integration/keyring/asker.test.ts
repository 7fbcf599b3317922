import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isThisProgram } from '../../../electron/keyring/asker.ts';
import { asNobody } from '../../support/as-nobody.ts';
import { temporaryFolder } from '../../support/store.ts';

/** Who may be told what the keyring holds, as the system tells of real processes. */

async function running(program: string, ...words: readonly string[]): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(program, words, { stdio: ['pipe', 'ignore', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child as ChildProcess & { readonly pid: number };
}
const waiting = ['-e', 'process.stdin.resume()'];

describe.runIf(process.platform === 'linux')('what the keyring holds is told', () => {
  test('to this program', async () => {
    expect(isThisProgram(process.pid)).toBe(true);
    expect(isThisProgram((await running(process.execPath, ...waiting)).pid)).toBe(true);
  });

  test('to no other, nor to one that is not there', async () => {
    const other = await running('sleep', '60');
    await expect.poll(() => isThisProgram(other.pid)).toBe(false);
    const gone = once(other, 'exit');
    other.kill('SIGKILL');
    await gone;
    for (const pid of [other.pid, 0, -1, Number.NaN]) expect(isThisProgram(pid), String(pid)).toBe(false);
  });

  test('to another copy of it no more than to another program, also once that copy has been removed', async () => {
    const copy = join(await temporaryFolder(), 'node');
    await copyFile(process.execPath, copy);
    const { pid } = await running(copy, ...waiting);
    await unlink(copy);
    expect(isThisProgram(pid)).toBe(false);
  });

  test.runIf(process.getuid?.() === 0)('to none that can’t be looked at', async () => {
    const { pid } = await running(process.execPath, ...waiting);
    expect(isThisProgram(pid)).toBe(true);
    expect(await asNobody(async () => isThisProgram(pid))).toBe(false);
  });

  test('to everybody where the system shows no processes', async () => {
    expect(isThisProgram(process.pid, join(await temporaryFolder(), 'proc'))).toBe(true);
  });
});
