import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGateway, sha256, startServer, until } from '../../support/gateway-fixture.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { said, statement } from '../../support/spoken.ts';

/** The quota holds about 24 of them. */
const each = 40_000;
const maxBytes = 1_000_000;
const picture = (seed: number): Promise<Buffer> => makeJpeg({ width: 64, height: 48, seed, targetBytes: each });
const label = JSON.stringify({
  annotations: [{ class_value: 'scratch', confidence: 0.9, x_center: 0.5, y_center: 0.5, width: 0.2, height: 0.1 }],
});

test('the quota is reached while pictures keep coming, and freed again: no loss, no restart, the state in words', {
  timeout: 120_000,
}, async () => {
  const server = await startServer();
  await server.simulator.down();
  const { gateway, input, until, untilDrained, log, operate } = await openGateway({
    ...server,
    store: { maxBytes },
    source: { afterIngest: 'delete', rescanSeconds: 2 },
  });
  const hashes = new Set<string>();
  let writing = true;
  const camera = (async () => {
    for (let seed = 1; writing && seed <= 400; seed += 1) {
      const bytes = await picture(seed);
      await writeFile(join(input, `frame-${seed}.jpg`), bytes);
      hashes.add(sha256(bytes));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  })();
  gateway.start();

  const full = await until('the quota is reached', ({ disk }) => disk.state === 'full', 30_000);
  expect(statement(full.safe)).toMatchObject({ level: 'alarm', headline: 'DISK FULL' });
  expect(full.disk).toMatchObject({ whenFull: 'refuse', fullOf: 'quota' });
  expect(full.counts.pending).toBeGreaterThan(15);
  const blocked = await until('the source says so', ({ sources }) => sources[0]?.state === 'blocked');
  expect(said(blocked.sources[0]?.message).text).toContain('full');
  expect(said(blocked.sources[0]?.message).hint).toContain('store.maxBytes');
  // Those that had found room before are still on their way.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const { collected } = gateway.snapshot().counts;
  // It goes on so, and takes nothing more.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(gateway.snapshot().counts).toMatchObject({ collected, payloadsRemoved: 0, dropped: 0, dead: 0 });
  expect(gateway.snapshot().disk.usedBytes).toBeLessThanOrEqual(maxBytes);

  await server.simulator.up();
  operate('sync.tryNow', {});
  await until('it takes pictures again by itself', ({ counts }) => counts.collected > collected + 20, 30_000);
  writing = false;
  await camera;
  await untilDrained(60_000);
  const done = await until('all is delivered', ({ counts }) => counts.acknowledged === hashes.size, 30_000);
  expect(done.disk.state).not.toBe('full');
  expect(done.sources[0]?.state).toBe('watching');
  expect(done.disk.usedBytes).toBeLessThanOrEqual(maxBytes);
  expect(done.counts).toMatchObject({ dropped: 0, dead: 0, refused: 0, pending: 0, duplicates: 0 });
  expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(hashes);
  expect(log.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a ring buffer takes every picture, drops the oldest undelivered ones and counts each; defects go last', {
  timeout: 120_000,
}, async () => {
  const server = await startServer();
  await server.simulator.down();
  const {
    gateway,
    input,
    untilDrained,
    until: untilSnapshot,
    log,
    operate,
  } = await openGateway({
    ...server,
    store: { maxBytes, whenFull: 'drop-oldest' },
    source: { afterIngest: 'delete', rescanSeconds: 2 },
  });
  gateway.start();
  const hashes: string[] = [];
  const put = async (seed: number): Promise<void> => {
    const bytes = await picture(seed);
    if (seed <= 5) await writeFile(join(input, `frame-${seed}.json`), label);
    await writeFile(join(input, `frame-${seed}.jpg`), bytes);
    hashes.push(sha256(bytes));
    await untilSnapshot(`picture ${seed} is taken`, ({ counts }) => counts.collected === seed, 20_000);
  };
  for (let seed = 1; seed <= 40; seed += 1) await put(seed);
  const full = gateway.snapshot();
  expect(statement(full.safe)).toMatchObject({ level: 'alarm', headline: 'DROPPING PICTURES' });
  const { dropped, pending } = full.counts;
  expect(dropped).toBeGreaterThan(10);
  expect(dropped + pending).toBe(40);

  await server.simulator.up();
  operate('sync.tryNow', {});
  await untilDrained(30_000);
  const { counts } = gateway.snapshot();
  expect(counts).toMatchObject({ acknowledged: 40 - dropped, dropped, pending: 0, dead: 0 });
  const there = new Set((await server.images()).map((image) => image.sha256));
  // Those with a defect, the oldest of all, and the newest.
  expect([...there].sort()).toEqual([...hashes.slice(0, 5), ...hashes.slice(5 + dropped)].sort());
  const told = log.filter(({ event }) => event === 'pictures-dropped');
  expect(told.reduce((sum, { fields }) => sum + Number(fields['pictures']), 0)).toBe(dropped);
  expect(told.every(({ level }) => level === 'warn')).toBe(true);
  await until('the ledger has them', () =>
    operate('ledger.page', { cursor: null, limit: 10 }).rows.every(({ balanced }) => balanced) ? true : null,
  );
  expect(operate('ledger.page', { cursor: null, limit: 10 }).rows.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(
    dropped,
  );
});
