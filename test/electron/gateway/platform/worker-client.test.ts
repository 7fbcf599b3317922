import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../electron/gateway/platform/clock.ts';
import { OpenRequests } from '../../../../electron/gateway/platform/open-requests.ts';
import { WorkerClient, type WorkerClientOptions } from '../../../../electron/gateway/platform/worker-client.ts';
import { temporaryFolder } from '../../../support/store.ts';

type Job = { readonly text?: string; readonly end?: boolean; readonly silent?: boolean; readonly bytes?: Uint8Array };
type Answer = { readonly id: number; readonly text: string; readonly thread: number; readonly bytes?: Uint8Array };

const script = `
  import { parentPort, threadId, workerData } from 'node:worker_threads';
  parentPort.on('message', ({ id, text, end, silent, bytes }) => {
    if (end) process.exit(3);
    if (silent) return;
    const answer = { id, text: (workerData ?? '') + text, thread: threadId, bytes };
    // Not in the order of the requests.
    setTimeout(() => parentPort.postMessage(answer, bytes ? [bytes.buffer] : []), text === 'slow' ? 50 : 0);
  });`;

async function start(options: Partial<WorkerClientOptions> = {}, source = script) {
  const path = join(await temporaryFolder(), 'worker.mjs');
  await writeFile(path, source);
  const client = new WorkerClient<Job, Answer>({ script: path, name: 'the worker', clock: systemClock, ...options });
  onTestFinished(() => client.stop());
  return client;
}

describe('a worker that is asked', () => {
  test('answers each request by its number, whatever the order, and keeps what it is given away to it', async () => {
    const client = await start({ workerData: 'said: ' });
    const bytes = new Uint8Array([1, 2, 3]);
    const answers = [client.ask({ text: 'slow' }), client.ask({ text: 'fast', bytes }, [bytes.buffer])];
    // Sent at once: whoever asked may count on it.
    expect(bytes.byteLength).toBe(0);
    const [slow, fast] = await Promise.all(answers);
    expect([slow?.text, fast?.text]).toEqual(['said: slow', 'said: fast']);
    expect(fast?.bytes).toEqual(new Uint8Array([1, 2, 3]));
    expect(slow?.thread).toBe(fast?.thread);
  });

  test('and ends is refused with what became of it, with all that wait; the next request meets another', async () => {
    const client = await start();
    const { thread } = await client.ask({ text: 'a' });
    const waiting = [client.ask({ end: true }), client.ask({ text: 'b' })];
    for (const answer of waiting)
      await expect(answer).rejects.toMatchObject({
        name: 'WorkerGoneError',
        reason: 'ended',
        message: 'the worker ended',
      });
    expect((await client.ask({ text: 'c' })).thread).not.toBe(thread);
  });

  test('and throws is refused with its words', async () => {
    const client = await start({}, "throw new Error('no decoder here');");
    await expect(client.ask({ text: 'a' })).rejects.toMatchObject({ reason: 'ended', message: 'no decoder here' });
  });

  test('and takes too long is replaced', async () => {
    const client = await start({ limitMilliseconds: 1_500 });
    const { thread } = await client.ask({ text: 'a' });
    await expect(client.ask({ silent: true })).rejects.toMatchObject({ reason: 'late' });
    expect((await client.ask({ text: 'b' })).thread).not.toBe(thread);
  });

  test('is another one after a replacement', async () => {
    const client = await start();
    const { thread } = await client.ask({ text: 'a' });
    client.replace();
    expect((await client.ask({ text: 'b' })).thread).not.toBe(thread);
  });

  test('for what can’t be sent says so, and goes on', async () => {
    const client = await start();
    const { thread } = await client.ask({ text: 'a' });
    await expect(client.ask({ text: Symbol('no data') as unknown as string })).rejects.toThrow('could not be cloned');
    expect((await client.ask({ text: 'b' })).thread).toBe(thread);
  });
});

describe('a worker that ends again and again', () => {
  test('is started at once twice, and then ever later', async () => {
    const client = await start();
    const ended = async (): Promise<number> => {
      const began = performance.now();
      await expect(client.ask({ end: true })).rejects.toMatchObject({ reason: 'ended' });
      return performance.now() - began;
    };
    for (let time = 0; time < 3; time += 1) {
      expect(client.isResting).toBe(false);
      await ended();
    }
    expect(client.isResting).toBe(true);
    expect(await ended()).toBeGreaterThanOrEqual(95);
    expect(await ended()).toBeGreaterThanOrEqual(195);
  });

  test('rests no more once it has answered', async () => {
    const client = await start();
    for (let time = 0; time < 3; time += 1) await client.ask({ end: true }).catch(() => undefined);
    await client.ask({ text: 'a' });
    await client.ask({ end: true }).catch(() => undefined);
    expect(client.isResting).toBe(false);
  });

  test('is not waited for by a stop', async () => {
    const client = await start();
    for (let time = 0; time < 6; time += 1) await client.ask({ end: true }).catch(() => undefined);
    const asked = client.ask({ text: 'a' });
    const refused = expect(asked).rejects.toMatchObject({ reason: 'stopped' });
    const began = performance.now();
    await client.stop();
    await refused;
    expect(performance.now() - began).toBeLessThan(300);
  });
});

test('a stop refuses what waits and whatever is asked later, and starts no worker for it', async () => {
  const client = await start();
  await client.ask({ text: 'a' });
  const waiting = expect(client.ask({ silent: true })).rejects.toMatchObject({ reason: 'stopped' });
  await client.stop();
  await waiting;
  await expect(client.ask({ text: 'b' })).rejects.toMatchObject({ reason: 'stopped', message: 'stopped' });
  await client.stop();
});

describe('open requests', () => {
  test('are each answered once, by their number', async () => {
    const requests = new OpenRequests<string>();
    const ids: number[] = [];
    const asked = ['a', 'b', 'c'].map(() => requests.ask((id) => ids.push(id)));
    expect(new Set(ids).size).toBe(3);
    const [first = 0, second = 0, third = 0] = ids;
    requests.answer(second, 'two');
    requests.refuse(third, new Error('three'));
    requests.answer(first, 'one');
    requests.answer(first, 'again');
    expect(await Promise.allSettled(asked)).toMatchObject([
      { value: 'one' },
      { value: 'two' },
      { reason: { message: 'three' } },
    ]);
    expect(requests.size).toBe(0);
  });

  test('that can’t be sent, or that nobody will answer, are refused', async () => {
    const requests = new OpenRequests<string>();
    const thrower = (): never => {
      throw new Error('no port');
    };
    await expect(requests.ask(thrower)).rejects.toThrow('no port');
    const asked = requests.ask(() => undefined);
    requests.refuseAll(new Error('gone'));
    await expect(asked).rejects.toThrow('gone');
    expect(requests.size).toBe(0);
  });
});
