import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { giveSignsOfLife } from '../../../../electron/gateway/platform/signs-of-life.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-signs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What systemd does: a datagram socket, each datagram a line. Node has no such sockets. */
const listener = `
import socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1].replace('@', '\\0', 1))
print('bound', flush=True)
while True: print(heard.recv(4096).decode(), flush=True)
`;

async function listen(name: string): Promise<string[]> {
  const child = spawn('python3', ['-c', listener, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await expect.poll(() => lines).toEqual(['bound']);
  return lines;
}

describe.runIf(process.platform === 'linux')('where systemd has started the program', () => {
  test.each(['path', 'abstract'])('it hears that the program is ready, alive, and how it is (%s)', async (kind) => {
    const name = kind === 'path' ? join(folder, 'notify') : `@acusight-${process.pid}-${Date.now()}`;
    const lines = await listen(name);
    const signs = giveSignsOfLife({ NOTIFY_SOCKET: name, WATCHDOG_USEC: '600000', WATCHDOG_PID: String(process.pid) });
    expect(signs.startsAgain).toBe('system');
    await expect.poll(() => lines.filter((line) => line === 'WATCHDOG=1').length).toBeGreaterThan(3);
    expect(lines[1]).toBe('READY=1');
    signs.status('ALL IS WELL\nREADY');
    signs.status('ALL IS WELL READY');
    signs.stopping();
    await expect.poll(() => lines).toContain('STOPPING=1');
    expect(lines.filter((line) => line.startsWith('STATUS='))).toEqual(['STATUS=ALL IS WELL READY']);
  });

  test('a watch that is another process’s is not answered', async () => {
    const name = join(folder, 'notify');
    const lines = await listen(name);
    giveSignsOfLife({ NOTIFY_SOCKET: name, WATCHDOG_USEC: '100000', WATCHDOG_PID: '1' }).stopping();
    await expect.poll(() => lines).toEqual(['bound', 'READY=1', 'STOPPING=1']);
  });

  test('a socket that nobody listens at costs nothing', () => {
    const signs = giveSignsOfLife({ NOTIFY_SOCKET: join(folder, 'none') });
    signs.status('well');
    signs.stopping();
  });
});

test('below the launcher a count goes on, always of one length', async () => {
  const file = join(folder, 'beats');
  await writeFile(file, '');
  expect(giveSignsOfLife({ ACUSIGHT_BEAT_FILE: file }).startsAgain).toBe('launcher');
  const count = (): Promise<string> => readFile(file, 'utf8');
  expect(await count()).toMatch(/^\d{12}$/);
  const first = await count();
  await expect.poll(count).not.toBe(first);
  expect(await count()).toMatch(/^\d{12}$/);
});

test('started by a person, the program is told to nobody', () => {
  expect(giveSignsOfLife({}).startsAgain).toBeNull();
  expect(giveSignsOfLife({ NOTIFY_SOCKET: '', ACUSIGHT_BEAT_FILE: '' }).startsAgain).toBeNull();
});
