import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../../../../electron/gateway/platform/clock.ts';
import { describeCause, errnoCode, failureOf, OperatorError } from '../../../../electron/gateway/platform/errors.ts';
import { nodeFiles } from '../../../../electron/gateway/platform/files.ts';
import { jsonLogger } from '../../../../electron/gateway/platform/logger.ts';
import { baseName, fileStem, stemOf } from '../../../../electron/gateway/platform/names.ts';
import { legacy, message } from '../../../../shared/messages/message.ts';
import { failureSchema } from '../../../../shared/result.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { said } from '../../../support/spoken.ts';
import { temporaryFolder } from '../../../support/store.ts';

it('an error of the system that Node has no name for has the system’s own', () => {
  const unnamed = (number: number): Error =>
    Object.assign(new Error(`Unknown system error -${number}: write`), {
      code: `Unknown system error -${number}`,
      errno: -number,
    });
  expect(errnoCode(unnamed(constants.errno.EDQUOT))).toBe('EDQUOT');
  expect(describeCause(unnamed(constants.errno.EDQUOT))).toMatch(/^EDQUOT: Unknown system error/);
  expect(errnoCode(unnamed(99_999))).toBe('Unknown system error -99999');
});

describe('files', () => {
  it('are written once, for this user alone', async () => {
    const path = join(await temporaryFolder(), 'a');
    await nodeFiles.writeAndSync(path, Buffer.from('whole'));
    expect(await readFile(path, 'utf8')).toBe('whole');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(nodeFiles.writeAndSync(path, Buffer.from('other'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(path, 'utf8')).toBe('whole');
  });

  it('leave nothing behind when they can’t be written', async () => {
    const folder = await temporaryFolder();
    // The file is made, then the write fails.
    const noBytes = { length: 5 } as Uint8Array;
    await expect(nodeFiles.writeAndSync(join(folder, 'a'), noBytes)).rejects.toThrow(TypeError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('make folders that are there already, or deep', async () => {
    const folder = await temporaryFolder();
    await nodeFiles.makeDirectory(join(folder, 'a', 'b', 'c'));
    await nodeFiles.makeDirectory(join(folder, 'a', 'b', 'c'));
    expect((await stat(join(folder, 'a/b/c'))).isDirectory()).toBe(true);
    await writeFile(join(folder, 'file'), '');
    await expect(nodeFiles.makeDirectory(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('that are not there are no fault to remove, and have no size', async () => {
    const folder = await temporaryFolder();
    await nodeFiles.remove(join(folder, 'missing'));
    expect(await nodeFiles.size(join(folder, 'missing'))).toBeNull();
    await writeFile(join(folder, 'a'), '12345');
    expect(await nodeFiles.size(join(folder, 'a'))).toBe(5);
    await nodeFiles.rename(join(folder, 'a'), join(folder, 'b'));
    await nodeFiles.syncDirectory(folder);
    await mkdir(join(folder, 'c'));
    expect((await nodeFiles.list(folder)).sort()).toEqual(['b', 'c']);
    expect((await nodeFiles.space(folder)).totalBytes).toBeGreaterThan(0);
  });
});

describe('sleeping', () => {
  it('ends after its time or at once when it is aborted, and never rejects', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const ended: string[] = [];
    const sleeps = [
      sleep(clock, 100).then(() => ended.push('time')),
      sleep(clock, 1_000, abort.signal).then(() => ended.push('abort')),
      sleep(clock, 1_000, AbortSignal.abort()).then(() => ended.push('aborted before')),
    ];
    clock.advance(100);
    await sleeps[0];
    abort.abort();
    await Promise.all(sleeps);
    expect(ended).toEqual(['aborted before', 'time', 'abort']);
    expect(clock.timers).toBe(0);
  });

  it('is really slept by the system’s clock', async () => {
    const before = systemClock.monotonic();
    await sleep(systemClock, 30);
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(28);
    let called = false;
    systemClock.after(1, () => {
      called = true;
    })();
    await sleep(systemClock, 20);
    expect(called).toBe(false);
  });
});

describe('errors', () => {
  it('say code, then message, then what lies under them, in bounds', () => {
    const inner = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    expect(describeCause(new Error('fetch failed', { cause: inner }))).toBe(
      'fetch failed (ECONNREFUSED: connect failed)',
    );
    expect(describeCause(Object.assign(new Error('ENOENT: no file'), { code: 'ENOENT' }))).toBe('ENOENT: no file');
    expect(describeCause('text')).toBe('text');
    expect(describeCause(null)).toBe('');
    expect(describeCause(new Error('x'.repeat(5_000)))).toHaveLength(500);
    expect(errnoCode(inner)).toBe('ECONNREFUSED');
    for (const value of [null, undefined, 'ENOENT', 5, {}, { code: 5 }]) expect(errnoCode(value)).toBeNull();
  });

  it('that are their own cause come to an end', () => {
    const error = new Error('round');
    error.cause = error;
    expect(describeCause(error)).toMatch(/^round/);
    expect(describeCause(error).length).toBeLessThanOrEqual(500);
  });

  it('carry what a person can do', () => {
    const cause = Object.assign(new Error('disk'), { code: 'EIO' });
    const what = message('store-missing', { folder: '/data' });
    const error = new OperatorError(what, { operation: 'open-store', disposition: 'bury', cause });
    expect(error).toMatchObject({ said: what, code: 'store-missing', technical: 'EIO: disk', cause, retryable: false });
    expect(said(error.said).hint).toContain('--data-dir');
  });

  it('are told to the window as a code, what fills it and what is for support', () => {
    const what = message('file-limit', { context: 'pc' });
    const cause = Object.assign(new Error('open'), { code: 'ENFILE' });
    const failure = failureOf(new OperatorError(what, { operation: 'open', disposition: 'retry', cause }));
    expect(failure).toEqual({ ...what, technical: 'ENFILE: open', retryable: true });
    expect(failureSchema.parse(structuredClone(failure))).toEqual(failure);
    expect(failureSchema.safeParse({ code: 'x', message: 'It is so.', retryable: true, hint: '' }).success).toBe(false);
  });

  it.each([new RangeError('Invalid array length'), new Error('x is not a function'), 'text'])(
    'that nobody has met are a bug, of which a person can correct nothing: %s',
    (error) => {
      const { code, technical, ...rest } = failureOf(error);
      expect({ code, technical }).toEqual({ code: 'program-fault', technical: describeCause(error) });
      expect(said({ code, ...rest })).toEqual({
        text: 'The gateway could not do this.',
        hint: `Try it again. If it happens again, tell support: ${describeCause(error)}.`,
      });
    },
  );
});

describe('the log', () => {
  const log = (fields: Record<string, unknown>): Record<string, unknown> => {
    const lines: string[] = [];
    jsonLogger(
      (line) => lines.push(line),
      () => 0,
    ).log('warn', 'event-name', fields);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]*\n$/);
    return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  };

  it('is one JSON object a line, with time, level and event', () => {
    expect(log({ path: 'a\nb', count: 3 })).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      event: 'event-name',
      path: 'a\nb',
      count: 3,
    });
  });

  it('shows errors, of ours with their code, of others with where they were thrown', () => {
    expect(log({ error: new Error('broken') })).toMatchObject({
      error: { message: 'broken', stack: expect.any(String) },
    });
    const facts = { operation: 'o', disposition: 'bug', technical: 'x' } as const;
    expect(log({ error: new OperatorError(legacy('t', 'h'), facts) })).toMatchObject({
      error: { code: 'legacy', operation: 'o', params: { text: 't', hint: 'h' }, technical: 'x' },
    });
  });

  it('has a message’s code, what fills it, and its words', () => {
    const lines: string[] = [];
    const logger = jsonLogger(
      (line) => lines.push(line),
      () => 0,
      ({ code }) => `words of ${code}`,
    );
    const said = message('pictures-wait', { count: 3 });
    logger.log('info', 'said', { message: said });
    logger.log('warn', 'failed', { error: new OperatorError(said, { operation: 'o', disposition: 'retry' }) });
    const written = { code: 'pictures-wait', params: { count: 3 }, text: 'words of pictures-wait' };
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: written });
    logger.log('warn', 'several', { problems: [said, said] });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ error: { ...written, operation: 'o' } });
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ problems: [written, written] });
  });

  it('is written whatever is to be logged', () => {
    const round: Record<string, unknown> = {};
    round['self'] = round;
    expect(log({ big: 5n, round })).toMatchObject({ event: 'event-name' });
  });
});

it('names are taken apart at their last dot', () => {
  expect(['a/b.tar.gz', 'a/.hidden', 'a.b/c', 'x.jpg', ''].map(stemOf)).toEqual([
    'a/b.tar',
    'a/.hidden',
    'a.b/c',
    'x',
    '',
  ]);
  expect(['a/b.jpg', 'b.jpg', 'a/'].map(baseName)).toEqual(['b.jpg', 'b.jpg', '']);
});

describe('a file of ours that is called after an id', () => {
  it.each(['CON', 'nul', 'com1', 'AUX.top'])('is none of the devices of Windows: %s', (id) => {
    expect(fileStem(id, 'win32')).toBe(`_${id}`);
    expect(fileStem(id, 'linux')).toBe(id);
  });

  it.each(['camera', 'console', 'com10', 'top.nul'])('bears it otherwise: %s', (id) => {
    expect(fileStem(id, 'win32')).toBe(id);
  });
});
