import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openGateway, smallPicture, startServer } from '../../support/gateway-fixture.ts';

test('frames that repeat the last one kept are counted and not stored; their originals go as those of stored ones', async () => {
  const server = await startServer();
  const wish = { ...server, source: { afterIngest: 'delete', nearDuplicates: { threshold: 0 } } } as const;
  const first = await openGateway(wish);
  first.gateway.start();
  const [good, flawed] = [await smallPicture(1), await smallPicture(2)];
  const hashes = new Set<string>();
  const sequence = [good, good, good, flawed, flawed, good];
  for (const [index, bytes] of sequence.entries()) {
    hashes.add(await first.put(`frame-${index}.jpg`, bytes));
    await first.until(`frame ${index}`, ({ counts }) => counts.collected + counts.gated === index + 1);
  }
  await first.untilDrained();
  const snapshot = await first.until('all is delivered', ({ counts }) => counts.acknowledged === 3);
  expect(snapshot.counts).toMatchObject({ collected: 3, gated: 3, refused: 0 });
  expect(snapshot.sources[0]).toMatchObject({ collected: 3, nearDuplicateFilter: { threshold: 0, gated: 3 } });
  expect(new Set((await server.images()).map(({ sha256 }) => sha256))).toEqual(hashes);
  await expect.poll(() => readdir(first.input)).toEqual([]);
  const rows = first.operate('ledger.page', { cursor: null, limit: 10 }).rows;
  expect(rows.reduce((sum, { captured }) => sum + captured, 0)).toBe(6);
  expect(rows.every(({ balanced }) => balanced)).toBe(true);
  await first.stop();

  // After a start nothing is known of the frame before: in doubt it is kept.
  const second = await openGateway({ ...wish, root: first.root });
  second.gateway.start();
  await second.put('frame-6.jpg', good);
  await second.until('it is kept', ({ counts }) => counts.collected === 4);
  await second.put('frame-7.jpg', good);
  await second.until('the next is not', ({ counts }) => counts.gated === 4);
});
