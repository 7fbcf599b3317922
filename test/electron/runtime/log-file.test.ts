import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { logFile } from '../../../electron/runtime/log-file.ts';
import { temporaryFolder } from '../../support/store.ts';

const line = `${'x'.repeat(99_999)}\n`;

it('the log goes on where it was, and is moved aside when it is full, three times at most', async () => {
  const path = join(await temporaryFolder(), 'log', 'gateway.jsonl');
  logFile(path)('first\n');
  const write = logFile(path);
  write('second\n');
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
  for (let count = 0; count < 260; count += 1) write(line);
  for (const name of ['', '.1', '.2', '.3']) {
    expect(existsSync(`${path}${name}`), name).toBe(true);
    expect(statSync(`${path}${name}`).size).toBeLessThan(5_200_000);
  }
  expect(existsSync(`${path}.4`)).toBe(false);
  // The size is remembered across a restart.
  expect(statSync(`${path}.3`).size).toBeGreaterThan(5_000_000);
});

it('a log that can’t be moved goes on, and none is written over by the one before it', async () => {
  const path = join(await temporaryFolder(), 'gateway.jsonl');
  await mkdir(join(`${path}.3`, 'held'), { recursive: true });
  writeFileSync(`${path}.2`, 'two');
  writeFileSync(`${path}.1`, 'one');
  const write = logFile(path);
  for (let count = 0; count < 60; count += 1) write(line);
  expect(readFileSync(`${path}.2`, 'utf8')).toBe('two');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('one');
  expect(statSync(path).size).toBe(60 * 100_000);
});

it('a log that can’t be written stops nothing', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'gateway.jsonl'));
  expect(() => logFile(join(folder, 'gateway.jsonl'))('line\n')).not.toThrow();
});
