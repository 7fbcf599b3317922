import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyringProcess } from '../../../electron/keyring/reader-process.ts';

/** What the program makes of a process that answers for the keyring; here it is a shell script. */
async function answering(script: string) {
  const folder = await mkdtemp(join(tmpdir(), 'reader-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const executable = join(folder, 'reader');
  await writeFile(executable, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const environment = { PATH: process.env['PATH'], FOLDER: folder };
  return { keyring: keyringProcess({ executable, args: [], environment, lock: async () => 'absent' }), folder };
}
/** By itself it goes on until the test is over, which removes its folder. */
const untilTested = 'while test -d "$FOLDER"; do sleep 0.05; done';
const never = new AbortController().signal;
const sealed = [Buffer.from('sealed')];
const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe.runIf(process.platform === 'linux')('a process that asks the keyring', () => {
  it('is given the question by its input alone, and answers by a pipe of its own', async () => {
    const { keyring } = await answering(`
      read -r question
      test "$question" = '{"kind":"open","sealed":["c2VhbGVk"]}' || exit 1
      test "$*" = '--keyring-reader=${process.pid}' || exit 1
      echo 'something else'
      echo 'a warning' >&2
      printf '{"kind":"opened",' >&3
      printf '"texts":["adk_1",null]}\\n' >&3`);
    expect(await keyring.open(sealed, never)).toEqual({ kind: 'opened', texts: ['adk_1', null] });
  });

  it('is not waited for once it has answered', async () => {
    const { keyring } = await answering(`echo '{"kind":"sealed","sealed":["c2VhbGVk"]}' >&3; ${untilTested}`);
    expect(await keyring.seal(['adk_1'], never)).toEqual(sealed);
  });

  it.each([
    ['sealed', '{"kind":"sealed","sealed":["c2VhbGVk"]}'],
    ['nonsense', 'nonsense'],
  ])('has ended once it has answered, whatever it does then (%s)', async (_, answer) => {
    const { keyring, folder } = await answering(`
      trap '' TERM
      echo $$ > "$FOLDER/pid"
      echo '${answer}' >&3
      exec 3>&-
      ${untilTested}`);
    await keyring.seal(['adk_1'], never).catch(() => undefined);
    const pid = (await readFile(join(folder, 'pid'), 'utf8')).trim();
    await expect.poll(() => isThere(`/proc/${pid}`)).toBe(false);
  });

  it.each([
    ['ends without an answer', 'exit 1'],
    ['reads nothing', 'exec 0<&-; exit 0'],
    ['answers half', `printf '{"kind"' >&3`],
    ['finds no keyring', `echo '{"kind":"shut","isRefused":false}' >&3`],
    ['answers another question', `echo '{"kind":"sealed","sealed":[]}' >&3`],
  ])('and %s has not opened it', async (_, script) => {
    const { keyring } = await answering(script);
    expect(await keyring.open(sealed, never)).toEqual({ kind: 'shut', isRefused: false });
  });

  it('says whether a person was asked', async () => {
    const { keyring } = await answering(`echo '{"kind":"shut","isRefused":true}' >&3`);
    expect(await keyring.open(sealed, never)).toEqual({ kind: 'shut', isRefused: true });
  });

  it('and answers nonsense, or can’t be started, is a failure and no crash', async () => {
    const { keyring } = await answering(`echo 'nonsense' >&3`);
    await expect(keyring.open(sealed, never)).rejects.toThrow();
    const program = { executable: '/nowhere/reader', args: [], environment: {}, lock: async () => 'absent' as const };
    await expect(keyringProcess(program).open(sealed, never)).rejects.toThrow('ENOENT');
  });

  it('ends when nobody wants its answer any more, whatever it does', async () => {
    const { keyring, folder } = await answering(`
      trap '' TERM
      touch "$FOLDER/begun"
      sleep 1
      touch "$FOLDER/went on"`);
    const stop = new AbortController();
    const asked = keyring.open(sealed, stop.signal);
    await expect.poll(() => isThere(join(folder, 'begun'))).toBe(true);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await isThere(join(folder, 'went on'))).toBe(false);
    await expect(keyring.open(sealed, stop.signal)).rejects.toThrow('enough');
  });
});
