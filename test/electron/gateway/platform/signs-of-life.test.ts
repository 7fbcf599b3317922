import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { giveSignsOfLife } from '../../../../electron/gateway/platform/signs-of-life.ts';
import { listen } from '../../../support/service-notices.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-signs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

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
