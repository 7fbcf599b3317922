import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ReadingThread } from '../../../../electron/gateway/platform/reading-thread.ts';
import { readingWorker } from '../../../support/workers.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function start(workerPath = readingWorker) {
  const folder = await mkdtemp(join(tmpdir(), 'reading-thread-'));
  const thread = new ReadingThread(workerPath);
  onTestFinished(async () => {
    await thread.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const put = async (length: number) => {
    const path = join(folder, `of-${length}`);
    const content = Buffer.from(Array.from({ length }, (_, index) => index % 251));
    await writeFile(path, content);
    return { path, content };
  };
  return { thread, folder, put };
}

describe('a file', () => {
  test('comes with its hash and lies where it was wanted; its buffer comes back', async () => {
    const { thread, put } = await start();
    const { path, content } = await put(70_000);
    const given = new ArrayBuffer(80_000);
    const reading = thread.read({ path, length: 70_000, into: { buffer: given, offset: 500 } });
    expect(given.byteLength).toBe(0);
    const { outcome, buffer } = await reading;
    expect(outcome).toMatchObject({ kind: 'read', sha256: sha256(content), facts: { size: 70_000 } });
    expect(Buffer.from(buffer as ArrayBuffer, 500, 70_000).equals(content)).toBe(true);
  });

  test('that is large is hashed without being held', async () => {
    const { thread, put } = await start();
    const { path, content } = await put(2_500_000);
    expect(await thread.read({ path, length: 2_500_000, into: null })).toMatchObject({
      buffer: null,
      outcome: { kind: 'read', sha256: sha256(content) },
    });
  });

  test.each([
    ['longer', 999],
    ['shorter', 1_001],
  ])('whose file is %s than it should be has no hash', async (_what, length) => {
    const { thread, put } = await start();
    const { path } = await put(1_000);
    const into = { buffer: new ArrayBuffer(2_000), offset: 0 };
    expect((await thread.read({ path, length, into })).outcome).toMatchObject({ kind: 'read', sha256: '' });
    expect((await thread.read({ path, length, into: null })).outcome).toMatchObject({ kind: 'read', sha256: '' });
  });

  test('that is gone says so, and gives its buffer back', async () => {
    const { thread, folder } = await start();
    const into = { buffer: new ArrayBuffer(100), offset: 0 };
    const { outcome, buffer } = await thread.read({ path: join(folder, 'gone'), length: 10, into });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'ENOENT' });
    expect(buffer?.byteLength).toBe(100);
  });
});

test('a thread that ends answers whoever waits, and the next read starts another', async () => {
  const { folder } = await start();
  const script = join(folder, 'ends.mjs');
  await writeFile(
    script,
    "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
  );
  const thread = new ReadingThread(script);
  onTestFinished(() => thread.stop());
  for (let time = 0; time < 2; time += 1) {
    const into = { buffer: new ArrayBuffer(8), offset: 0 };
    expect(await thread.read({ path: script, length: 4, into })).toMatchObject({
      buffer: null,
      outcome: { kind: 'failed', message: 'the reading thread ended' },
    });
  }
});
