import { rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openGateway, sha256, smallPicture, startServer } from '../../support/gateway-fixture.ts';
import { spokenAdvice, spokenSnapshot, statement } from '../../support/spoken.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a source does that was left as it is. */
const asShipped = { settleMilliseconds: 500, sidecar: { waitMilliseconds: 1_000 } } as const;

async function watching(source: NonNullable<Parameters<typeof openGateway>[0]['source']> = asShipped) {
  const server = await startServer();
  const opened = await openGateway({ ...server, source });
  opened.gateway.start();
  await opened.until('it watches', ({ sources }) => sources[0]?.state === 'watching');
  return { server, ...opened };
}

/** Calls `write` with each picture, no two of them closer together than that. */
async function every(
  milliseconds: number,
  pictures: readonly Buffer[],
  write: (picture: Buffer, index: number) => Promise<void>,
): Promise<void> {
  for (const [index, picture] of pictures.entries()) {
    await write(picture, index);
    await pause(milliseconds);
  }
}

/** Made before a test begins: coding them takes the time of the gateway in the same process. */
const some = (count: number, firstSeed = 0): Promise<Buffer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => smallPicture(firstSeed + index)));

const label = (name: string): string =>
  JSON.stringify({ annotations: [{ class_value: name, x_center: 0.5, y_center: 0.5, width: 0.1, height: 0.1 }] });

describe('a name that a camera program writes again and again', () => {
  test('is a picture each time, at 0.7, 0.9 and 1.2 seconds: 15 of 15', async () => {
    const pictures = await some(45);
    const hashes = pictures.map(sha256);
    const { input, until, server, gateway } = await watching();
    const chain = (name: string, milliseconds: number, first: number): Promise<void> =>
      every(milliseconds, pictures.slice(first, first + 15), (bytes) => writeFile(join(input, name), bytes));
    await Promise.all([chain('a.jpg', 700, 0), chain('b.jpg', 900, 15), chain('c.jpg', 1_200, 30)]);
    await until('45 are delivered', ({ counts }) => counts.acknowledged === 45);
    expect((await server.images()).map((image) => image.sha256).sort()).toEqual(hashes.sort());
    expect(spokenSnapshot(gateway.snapshot())).toMatchObject({
      counts: { lost: 0, collected: 45 },
      safe: { headline: 'SAFE' },
    });
  });

  test('and renames into its place is a picture each time too', async () => {
    const pictures = await some(8);
    const { input, until, server, gateway } = await watching();
    await every(700, pictures, async (bytes) => {
      await writeFile(join(input, 'last.tmp'), bytes);
      await rename(join(input, 'last.tmp'), join(input, 'last.jpg'));
    });
    await until('8 are delivered', ({ counts }) => counts.acknowledged === 8);
    expect(await server.images()).toHaveLength(8);
    expect(gateway.snapshot().counts.lost).toBe(0);
  });

  test('never gets the label of another picture: 25 pairs, picture and then label', async () => {
    const pictures = await some(25);
    const { input, until, server, gateway } = await watching();
    const nameOf = new Map(pictures.map((bytes, index) => [sha256(bytes), `part ${index}`]));
    await every(560, pictures, async (bytes, index) => {
      await writeFile(join(input, 'last.jpg'), bytes);
      await pause(60);
      await writeFile(join(input, 'last.json'), label(`part ${index}`));
    });
    await until('25 are delivered', ({ counts }) => counts.acknowledged === 25, 20_000);
    const images = await server.images();
    expect(images.map(({ sha256: hash }) => hash).sort()).toEqual([...nameOf.keys()].sort());
    const labels = images.map(({ sha256: hash, metadata }) => {
      const [annotation] = (metadata['annotations'] ?? []) as { class_value: string }[];
      return { own: nameOf.get(hash ?? ''), said: annotation?.class_value };
    });
    expect(labels.filter(({ own, said }) => said !== undefined && said !== own)).toEqual([]);
    // In doubt none; but the clock of this machine leaves little doubt.
    expect(labels.filter(({ own, said }) => said === own).length).toBeGreaterThan(12);
    expect(gateway.snapshot().counts.lost).toBe(0);
  });

  test('never gets the label of another picture: label and then picture', async () => {
    const pictures = await some(12);
    const { input, until, server } = await watching();
    const nameOf = new Map(pictures.map((bytes, index) => [sha256(bytes), `part ${index}`]));
    await every(670, pictures, async (bytes, index) => {
      await writeFile(join(input, 'last.json'), label(`part ${index}`));
      await pause(30);
      await writeFile(join(input, 'last.jpg'), bytes);
    });
    await until('12 are delivered', ({ counts }) => counts.acknowledged === 12, 20_000);
    const labels = (await server.images()).map(({ sha256: hash, metadata }) => {
      const [annotation] = (metadata['annotations'] ?? []) as { class_value: string }[];
      return { own: nameOf.get(hash ?? ''), said: annotation?.class_value };
    });
    expect(labels.filter(({ own, said }) => said !== undefined && said !== own)).toEqual([]);
    expect(labels.filter(({ own, said }) => said === own).length).toBeGreaterThan(6);
  });
});

describe('a picture that is gone before it could be read', () => {
  test('is counted where it was overwritten too soon, in state, counts, check-in and ledger', {
    timeout: 60_000,
  }, async () => {
    const pictures = await some(10);
    const { input, until, gateway, server, operate } = await watching();
    await every(150, pictures, (bytes) => writeFile(join(input, 'last.jpg'), bytes));
    const { counts } = await until(
      'each is taken or lost',
      ({ counts: { acknowledged, lost } }) => acknowledged + lost === 10,
    );
    expect(counts.acknowledged).toBeGreaterThan(0);
    expect(counts.lost).toBeGreaterThan(5);
    const snapshot = gateway.snapshot();
    expect(statement(snapshot.safe)).toMatchObject({ level: 'alarm', headline: 'PICTURES LOST' });
    expect(statement(snapshot.safe).detail).toContain('overwritten before being read');
    expect(spokenAdvice(snapshot.advice)[0]).toMatchObject({
      code: 'pictures-lost',
      level: 'alarm',
      action: 'acknowledge-losses',
    });
    expect(snapshot.sources[0]?.lost).toBe(counts.lost);
    expect(operate('ledger.page', { cursor: null, limit: 9 }).rows).toMatchObject([
      { captured: 10, lost: counts.lost, balanced: true },
    ]);
    expect(await operate('ledger.verify', {})).toMatchObject({ ok: true, problems: [] });
    await until('the cloud is told', ({ checkin }) => checkin.status === 'error');
    // Whoever has seen it ends the alarm; the ledger goes on counting.
    expect(operate('losses.acknowledge', {}).changed).toBe(counts.lost);
    expect(spokenSnapshot(gateway.snapshot())).toMatchObject({
      safe: { headline: 'SAFE' },
      counts: { lost: counts.lost, lostUnseen: 0 },
    });
    expect(await server.images()).toHaveLength(counts.acknowledged);
  });

  test('is taken all the same from what was read early, where it lay still for a while', {
    timeout: 60_000,
  }, async () => {
    const { input, until, gateway, server } = await watching();
    const [removed, overwritten, last] = await Promise.all([1, 2, 3].map(smallPicture));
    if (removed === undefined || overwritten === undefined || last === undefined) throw new Error('no pictures');
    await writeFile(join(input, 'removed.jpg'), removed);
    await writeFile(join(input, 'last.jpg'), overwritten);
    await pause(400);
    await rm(join(input, 'removed.jpg'));
    await writeFile(join(input, 'last.jpg'), last);
    await until('three are delivered', ({ counts }) => counts.acknowledged === 3);
    expect((await server.images()).map((image) => image.sha256).sort()).toEqual(
      [removed, overwritten, last].map(sha256).sort(),
    );
    expect(gateway.snapshot().counts.lost).toBe(0);
  });

  test('is not lost where it was renamed in its folder, or where half of it was removed', {
    timeout: 60_000,
  }, async () => {
    const { input, until, gateway } = await watching();
    const picture = await smallPicture(1);
    await writeFile(join(input, 'upload.jpg'), picture);
    await writeFile(join(input, 'half.jpg'), picture.subarray(0, picture.length / 2));
    await pause(250);
    await rename(join(input, 'upload.jpg'), join(input, 'final.jpg'));
    await unlink(join(input, 'half.jpg'));
    await until('the picture is delivered', ({ counts }) => counts.acknowledged === 1);
    await pause(3_500);
    expect(spokenSnapshot(gateway.snapshot())).toMatchObject({
      counts: { lost: 0, collected: 1 },
      safe: { headline: 'SAFE' },
    });
  });

  test('is not lost where it only grew: a slow copy', async () => {
    const { input, until, gateway } = await watching();
    const picture = await smallPicture(1);
    for (let part = 1; part <= 6; part += 1) {
      await writeFile(join(input, 'slow.jpg'), picture.subarray(0, Math.ceil((picture.length * part) / 6)));
      await pause(200);
    }
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect(gateway.snapshot().counts).toMatchObject({ lost: 0, collected: 1 });
  });

  test('is not lost where its whole folder went away, and is taken when it is back', async () => {
    const { input, until, gateway } = await watching();
    await writeFile(join(input, 'a.jpg'), await smallPicture(1));
    await pause(150);
    await rename(input, `${input}-away`);
    await until('the folder is missed', ({ sources }) => sources[0]?.state === 'missing');
    await pause(3_500);
    await rename(`${input}-away`, input);
    await until('it is delivered', ({ counts }) => counts.acknowledged === 1);
    expect(gateway.snapshot().counts.lost).toBe(0);
  });
});
