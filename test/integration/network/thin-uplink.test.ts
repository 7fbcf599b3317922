import { describe, expect, test } from 'vitest';
import { jpeg } from '../../electron/simulators/cloud/support.ts';
import { bufferingProxy } from '../../support/buffering-proxy.ts';
import { contextOf, openWay } from '../../support/deliveries.ts';
import { openGateway, startServer } from '../../support/gateway-fixture.ts';
import { startObjectStore } from '../../support/object-store.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { codeOf, failureTold } from '../../support/spoken.ts';

/** A proxy takes a picture in no time and needs longer to pass it on than an answer is waited for. */

describe('behind a proxy that swallows pictures before a thin uplink', () => {
  test('a picture is waited for longer each time, and arrives', async () => {
    const server = await startServer();
    // A second and a half for each picture.
    const proxy = await bufferingProxy(server.baseUrl, 40_000);
    const { put, until, gateway } = await openGateway({
      ...server,
      baseUrl: `${proxy.origin}/api`,
      sync: { answerTimeoutMilliseconds: 300, concurrency: 1 },
    });
    await put('a.jpg', await makeJpeg({ width: 320, height: 240, seed: 1, targetBytes: 60_000 }));
    await put('b.jpg', await makeJpeg({ width: 320, height: 240, seed: 2, targetBytes: 60_000 }));
    gateway.start();
    await until('both are delivered', ({ counts }) => counts.acknowledged === 2, 40_000);
    // What was learnt with the first serves the second.
    const uploads = proxy.taken.filter((asked) => asked.endsWith('/upload'));
    expect(uploads.length).toBeLessThanOrEqual(6);
    expect(await server.images()).toHaveLength(2);
  });

  test('the same holds for the object storage of LAN mode', async () => {
    const server = await startServer();
    const storage = await startObjectStore();
    const proxy = await bufferingProxy(storage.endpoint, 40_000);
    const { lan, lease } = await openWay({
      ...server,
      endpoint: proxy.origin,
      answerTimeoutMilliseconds: 300,
    });
    const entry = await lease({ bytes: jpeg(640, 480, 60_000) });
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== 'acknowledged' && outcomes.length < 8) {
      const outcome = await lan.deliver(entry, contextOf().context);
      outcomes.push(outcome.kind === 'failed' ? codeOf(outcome.failure.message) : outcome.kind);
    }
    expect(outcomes.at(-1)).toBe('acknowledged');
    expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(['no-answer storage-slow']));
  });

  test('the words say what may be in the way, and which setting helps', async () => {
    const server = await startServer();
    const proxy = await bufferingProxy(server.baseUrl, 1_000);
    const { cloud, lease } = await openWay({
      ...server,
      baseUrl: `${proxy.origin}/api`,
      answerTimeoutMilliseconds: 200,
    });
    const outcome = await cloud.deliver(await lease({ bytes: jpeg(640, 480, 60_000) }), contextOf().context);
    if (outcome.kind !== 'failed') throw new Error(outcome.kind);
    const failure = failureTold(outcome.failure);
    expect(failure).toMatchObject({ code: 'no-answer', text: 'Sent, no answer.', ambiguous: true });
    expect(failure.hint).toMatch(/waits longer.*proxy.*slow line.*sync\.answerTimeoutMilliseconds/);
  });
});
