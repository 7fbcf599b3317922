import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The script in the program's place, with a program of shell words that tells how it was started. */
const script = fileURLToPath(new URL('../../resources/linux/launcher.sh', import.meta.url));
/** It refuses to run as root. */
const person = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const quiet = '--log-level=3';
const headless = [quiet, '--ozone-platform=headless', '--disable-gpu', '--'];

describe.runIf(process.platform === 'linux')('the installed command', () => {
  let place = '';
  let command = '';

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'launcher '));
    const installed = join(place, 'opt', 'acusight-line-gateway');
    await mkdir(installed, { recursive: true });
    await chmod(place, 0o755);
    await copyFile(script, join(installed, 'acusight-line-gateway'));
    await writeFile(
      join(installed, 'acusight-line-gateway.bin'),
      '#!/bin/sh\nfor word; do [ "$word" = exit-7 ] && exit 7; [ "$word" = wait ] && exec sleep 60; done\nprintf "%s\\n" "$@"\n',
    );
    await chmod(join(installed, 'acusight-line-gateway'), 0o755);
    await chmod(join(installed, 'acusight-line-gateway.bin'), 0o755);
    command = join(place, 'acusight-line-gateway');
    await symlink(join(installed, 'acusight-line-gateway'), command);
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  const start = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    const { status, stdout, stderr } = spawnSync(command, words, {
      ...person,
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      encoding: 'utf8',
    });
    return { status, words: stdout.split('\n').slice(0, -1), stderr };
  };
  const screen = { DISPLAY: ':0' };

  test.each([
    [[]],
    [['open']],
    [['--data-dir', '/srv/a folder']],
    [['gateway', '--config', 'c.json', '--data-dir', 'd']],
  ])('opens a window on the screen that is there: %j', (words) => {
    expect(start(words, screen)).toEqual({ status: 0, words: [quiet, '--', ...words], stderr: '' });
    expect(start(words, { WAYLAND_DISPLAY: 'wayland-0' }).words).toEqual([quiet, '--', ...words]);
  });

  test.each([
    [['gateway', '--config', 'c.json', '--data-dir', 'a folder', '--headless', '--exit-when-drained']],
    [['gateway', 'doctor', '--config', 'c.json']],
    [['doctor', '--config', 'c.json']],
    [['ledger', '--verify']],
    [['--help']],
    [['recover', '--data-dir', "it's"]],
  ])('needs no screen, and uses none, for what opens no window: %j', (words) => {
    const expected = { status: 0, words: [...headless, ...words], stderr: '' };
    expect(start(words, screen)).toEqual(expected);
    expect(start(words)).toEqual(expected);
  });

  test('says that there is no window where there is no screen for it, and collects all the same', () => {
    expect(start(['gateway', '--config', 'c'])).toEqual({
      status: 0,
      words: [...headless, 'gateway', '--config', 'c', '--headless'],
      stderr: 'There is no display here: the gateway runs without its window.\n',
    });
  });

  test.each([[[]], [['open']], [['--data-dir', 'd']]])(
    'says that there is no screen for a window alone: %j',
    (words) => {
      const { status, stderr, words: started } = start(words);
      expect({ status, started }).toEqual({ status: 1, started: [] });
      expect(stderr).toContain('the window cannot be opened');
    },
  );

  test('leaves the choice of switches to whoever gives some', () => {
    const words = ['--ozone-platform=x11', '--', 'gateway', 'cameras'];
    expect(start(words).words).toEqual(words);
  });

  test('never runs without the sandbox that an AppImage would do without', () => {
    const { status, words, stderr } = start(['--no-sandbox', '--', 'open'], { APPIMAGE: '/a.AppImage', ...screen });
    expect({ status, words }).toEqual({ status: 1, words: [] });
    expect(stderr).toContain('install the deb package');
  });

  test.runIf(process.getuid?.() === 0)('says that root is not the one to run it', () => {
    const { status, stderr } = spawnSync(command, ['doctor'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('does not run as root');
  });

  test('ends as the program ends, and passes signals on', async () => {
    expect(start(['gateway', 'exit-7']).status).toBe(7);
    const child = spawn(command, ['gateway', 'wait'], { ...person, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await once(child, 'spawn');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  describe('keeps a gateway that is to run for long', () => {
    let folder = '';
    let program = '';
    beforeAll(async () => {
      folder = join(place, 'kept');
      await mkdir(folder);
      await chmod(folder, 0o777);
      const shorter = (await readFile(script, 'utf8'))
        .replace('most_silent_looks=12', 'most_silent_looks=3')
        .replace('seconds_between_looks=5', 'seconds_between_looks=1');
      await writeFile(join(folder, 'acusight-line-gateway'), shorter);
      await chmod(join(folder, 'acusight-line-gateway'), 0o755);
      program = join(folder, 'acusight-line-gateway.bin');
    });

    /** `body`: of a program that knows by `$run` how often it was started. */
    const keep = async (body: string, environment: Readonly<Record<string, string>> = {}) => {
      await rm(join(folder, 'runs'), { force: true });
      await writeFile(
        program,
        `#!/bin/sh\nprintf 'run %s\\n' "$*" >>'${folder}/runs'\nrun=$(wc -l <'${folder}/runs')\n${body}\n`,
      );
      await chmod(program, 0o755);
      const child = spawn(join(folder, 'acusight-line-gateway'), ['gateway', '--config', 'c', '--headless'], {
        ...person,
        env: { PATH: process.env['PATH'] ?? '', TMPDIR: folder, ...environment },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let complaints = '';
      child.stderr?.on('data', (text) => {
        complaints += String(text);
      });
      const ended = once(child, 'exit').then(([status, signal]) => ({ status, signal }));
      const runs = async (): Promise<string[]> =>
        (await readFile(join(folder, 'runs'), 'utf8').catch(() => '')).split('\n').slice(0, -1);
      return { child, ended, runs, complaints: () => complaints };
    };

    test('starts it again after a crash, and not after an end in order', async () => {
      const { ended, runs, complaints } = await keep(
        '[ "$run" = 1 ] && kill -SEGV $$\n[ "$run" = 2 ] && exit 75\nexit 0',
      );
      expect(await ended).toEqual({ status: 0, signal: null });
      expect(await runs()).toHaveLength(3);
      expect(complaints()).toContain('(139): it is started again in 1 s');
      expect(complaints()).toContain('(75): it is started again in 2 s');
      // What it kept for itself is gone.
      expect((await readdir(folder)).filter((name) => name.startsWith('acusight-beats'))).toEqual([]);
    });

    test.each([0, 1, 2, 3])('leaves it at an end of its own with %i', async (code) => {
      const { ended, runs } = await keep(`exit ${code}`);
      expect((await ended).status).toBe(code);
      expect(await runs()).toHaveLength(1);
    });

    test('starts one again that can’t have Chromium draw, so that it draws by itself', async () => {
      const { ended, runs } = await keep('[ "$run" = 1 ] && exit 76\nexit 0');
      expect((await ended).status).toBe(0);
      expect((await runs())[1]).toMatch(/^run --in-process-gpu .*--headless$/);
    });

    test('passes the wish to end on, waits for the end, and starts nothing then', async () => {
      const { child, ended, runs } = await keep("trap 'sleep 1; exit 0' TERM\nsleep 60 & wait $!");
      await expect.poll(runs).toHaveLength(1);
      child.kill('SIGTERM');
      expect(await ended).toEqual({ status: 0, signal: null });
      expect(await runs()).toHaveLength(1);
    });

    test('ends one that does not go on, with all that it has started, and starts it again', async () => {
      const { ended, runs, complaints } = await keep('[ "$run" = 2 ] && exit 0\nsleep 61 & exec sleep 62');
      expect((await ended).status).toBe(0);
      expect(await runs()).toHaveLength(2);
      expect(complaints()).toContain('The gateway does not go on');
      expect(spawnSync('pgrep', ['-f', '^sleep 6[12]$'], { encoding: 'utf8' }).stdout).toBe('');
    });

    test('leaves one alone that counts, and one whose count it can’t see', async () => {
      const counting = 'for beat in 1 2 3 4 5 6; do printf %s "$beat" >"$ACUSIGHT_BEAT_FILE"; sleep 1; done; exit 0';
      for (const body of [counting, 'rm "$ACUSIGHT_BEAT_FILE"; sleep 6; exit 0']) {
        const { ended, runs } = await keep(body);
        expect((await ended).status).toBe(0);
        expect(await runs()).toHaveLength(1);
      }
    });

    test('starts nothing again where somebody else does, and is not there then', async () => {
      const { ended, runs } = await keep('kill -SEGV $$', { NOTIFY_SOCKET: '/run/none' });
      expect(await ended).toEqual({ status: null, signal: 'SIGSEGV' });
      expect(await runs()).toHaveLength(1);
    });
  });
});
