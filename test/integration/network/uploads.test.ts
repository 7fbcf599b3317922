import { appendFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { LeasedEntry } from '../../../electron/gateway/model/outbox-entry.ts';
import { seededRandom } from '../../../electron/simulators/cloud/faults.ts';
import { jpeg } from '../../electron/simulators/cloud/support.ts';
import { contextOf, openWay } from '../../support/deliveries.ts';
import { startServer } from '../../support/gateway-fixture.ts';
import { startObjectStore } from '../../support/object-store.ts';
import { sha256 } from '../../support/store.ts';

const random = seededRandom(7);
const pictures = Array.from({ length: 60 }, (_, index) => ({
  name: `frame-${index}.jpg`,
  bytes: jpeg(640, 480, Math.floor(1_000 + random() ** 3 * 1_300_000)),
}));

test.each(['cloud', 'lan'] as const)(
  'pictures of all sizes, several at a time, through cuts and refusals, arrive with the bytes they had (%s)',
  async (mode) => {
    const { simulator, baseUrl, deviceKey, images } = await startServer({ seed: 3 });
    const storage = await startObjectStore();
    simulator.faults.set([
      { kind: 'cut', when: 'before-body', probability: 0.1 },
      { kind: 'cut', when: 'before-commit', reset: true, probability: 0.1 },
      { kind: 'cut', when: 'after-commit', probability: 0.1 },
      { kind: 'html', probability: 0.1 },
      { kind: 'status', status: 503, when: 'before-body', probability: 0.1 },
    ]);
    const way = await openWay({ baseUrl, deviceKey, endpoint: storage.endpoint });
    const entries: LeasedEntry[] = [];
    for (const wish of pictures) entries.push(await way.lease(wish));
    const expected = entries.map((entry) => entry.sha256).sort();
    let failures = 0;
    const work = async (): Promise<void> => {
      for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
        for (;;) {
          const { context, stored } = contextOf();
          const outcome = await way[mode].deliver(entry, context);
          if (outcome.kind === 'acknowledged') break;
          if (outcome.kind === 'failed') expect(outcome.failure.disposition).not.toBe('bury');
          failures += 1;
          entry = { ...entry, objectKey: stored[0] ?? entry.objectKey };
        }
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    expect(failures).toBeGreaterThan(10);
    expect((await images()).map((image) => image.sha256).sort()).toEqual(expected);
    if (mode === 'cloud') return;
    const objects = await Promise.all((await storage.keys()).map(async (key) => sha256(await storage.bytesOf(key))));
    expect(objects.sort()).toEqual(expected);
  },
);

test('a picture with a byte too many or too few on this disk is not sent', async () => {
  const { baseUrl, deviceKey, images } = await startServer();
  const way = await openWay({ baseUrl, deviceKey });
  for (const size of [20_000, 1_500_000]) {
    const longer = await way.lease({ bytes: jpeg(640, 480, size) });
    await appendFile(way.payloads.pathOf(longer.sha256, longer.format), 'x');
    const shorter = await way.lease({ bytes: jpeg(640, 480, size + 1) });
    for (const entry of [longer, { ...shorter, bytes: shorter.bytes + 1 }]) {
      expect(await way.cloud.deliver(entry, contextOf().context)).toMatchObject({
        kind: 'failed',
        failure: { message: { code: 'payload-damaged' }, disposition: 'bury', ambiguous: false },
      });
    }
    const gone = { ...shorter, sha256: sha256(Buffer.from('gone')) };
    expect(await way.cloud.deliver(gone, contextOf().context)).toMatchObject({
      kind: 'failed',
      failure: { message: { code: 'payload-missing' }, disposition: 'bury' },
    });
  }
  expect(await images()).toEqual([]);
});
