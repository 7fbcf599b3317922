import { chmod, copyFile, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openGateway, smallPicture, startServer, temporaryFolder } from '../../support/gateway-fixture.ts';
import { spokenSnapshot } from '../../support/spoken.ts';

type Source = NonNullable<Parameters<typeof openGateway>[0]['source']>;

/** A gateway that has delivered `count` pictures `p0.jpg` …, and is about to look at its folder again at each start. */
async function delivered(count: number, source: Source = {}) {
  const server = await startServer();
  const root = await temporaryFolder();
  const first = await openGateway({ ...server, root, source });
  for (let index = 0; index < count; index += 1)
    await writeFile(join(first.input, `p${index}.jpg`), await smallPicture(index));
  first.gateway.start();
  await first.untilDrained();
  await first.stop();
  /** Another run until all is delivered; what it counted and listed. */
  const again = async () => {
    const { gateway, untilDrained, stop, operate } = await openGateway({ ...server, root, source });
    gateway.start();
    await untilDrained();
    const found = {
      counts: gateway.snapshot().counts,
      listed: operate('refusals.page', { cursor: null, limit: 10 }).rows,
    };
    await stop();
    return found;
  };
  return { server, root, input: first.input, again };
}

describe('a file that was taken before is not sent again', () => {
  test('when its folder was renamed: 20 of 20', async () => {
    const server = await startServer();
    const { gateway, input, until, untilDrained, operate } = await openGateway({
      ...server,
      source: { rescanSeconds: 1 },
    });
    await mkdir(join(input, 'shift 1'));
    for (let index = 0; index < 20; index += 1)
      await writeFile(join(input, 'shift 1', `p${index}.jpg`), await smallPicture(index));
    gateway.start();
    await untilDrained();
    await rename(join(input, 'shift 1'), join(input, 'sorted'));
    await until('all are known again', ({ counts }) => counts.known === 20);
    expect(server.simulator.stats()).toMatchObject({ images: 20, duplicates: 0, replays: 0 });
    expect(spokenSnapshot(gateway.snapshot())).toMatchObject({
      counts: { collected: 20, lost: 0 },
      safe: { headline: 'SAFE' },
    });
    const { rows } = operate('queue.page', { filter: 'all', cursor: null, limit: 1 });
    // "Show file" finds it where it lies now.
    expect(operate('originalLocation', { imageId: rows[0]?.imageId ?? '' })).toContain(join('sorted', 'p'));
  });

  test('when it was sorted into a subfolder, renamed or touched while the gateway was down', async () => {
    const { server, input, again } = await delivered(3);
    await mkdir(join(input, 'OK'));
    await rename(join(input, 'p0.jpg'), join(input, 'OK', 'p0.jpg'));
    await rename(join(input, 'p1.jpg'), join(input, 'serial-0815.jpg'));
    await utimes(join(input, 'p2.jpg'), new Date(), new Date());
    expect((await again()).counts).toMatchObject({ collected: 3, known: 3 });
    // Said once.
    expect((await again()).counts).toMatchObject({ collected: 3, known: 3 });
    expect(server.simulator.stats()).toMatchObject({ images: 3, duplicates: 0 });
  });

  test('when it was moved from another disk: a copy with the old time, and the old file gone', async () => {
    const { server, input, again } = await delivered(1);
    const time = new Date(1_700_000_000_000);
    await utimes(join(input, 'p0.jpg'), time, time);
    expect((await again()).counts).toMatchObject({ collected: 1, known: 1 });
    // As `mv` does from one file system to another.
    await mkdir(join(input, 'OK'));
    await copyFile(join(input, 'p0.jpg'), join(input, 'OK', 'renamed.jpg'));
    await utimes(join(input, 'OK', 'renamed.jpg'), time, time);
    await rm(join(input, 'p0.jpg'));
    expect((await again()).counts).toMatchObject({ collected: 1, known: 2 });
    // Sorted by a program that copies and deletes: another time, the same name.
    await mkdir(join(input, 'OK', 'today'));
    await copyFile(join(input, 'OK', 'renamed.jpg'), join(input, 'OK', 'today', 'renamed.jpg'));
    await rm(join(input, 'OK', 'renamed.jpg'));
    expect((await again()).counts).toMatchObject({ collected: 1, known: 3 });
    expect(server.simulator.stats().images).toBe(1);
  });

  test('when another picture has its name by now: last.jpg, which became previous.jpg', async () => {
    const { server, input, again } = await delivered(1);
    const away = join(input, '..', 'away.jpg');
    await rename(join(input, 'p0.jpg'), away);
    await writeFile(join(input, 'p0.jpg'), await smallPicture(7));
    expect((await again()).counts).toMatchObject({ collected: 2, known: 0 });
    await rename(away, join(input, 'previous.jpg'));
    expect((await again()).counts).toMatchObject({ collected: 2, known: 1 });
    // And once more, with only its rights changed.
    await chmod(join(input, 'previous.jpg'), 0o600);
    expect((await again()).counts).toMatchObject({ collected: 2, known: 1 });
    expect(server.simulator.stats()).toMatchObject({ images: 2, duplicates: 0 });
  });

  test('with its label file, which is neither late nor without a picture then', async () => {
    const { input, again, server } = await delivered(0);
    await writeFile(join(input, 'a.jpg'), await smallPicture(1));
    await writeFile(join(input, 'a.txt'), '0 0.5 0.5 0.2 0.2\n');
    await again();
    await mkdir(join(input, 'OK'));
    for (const name of ['a.jpg', 'a.txt']) await rename(join(input, name), join(input, 'OK', name));
    const { counts, listed } = await again();
    expect(counts).toMatchObject({ collected: 1, known: 1 });
    expect(listed).toEqual([]);
    expect((await server.images())[0]?.metadata['annotations']).toHaveLength(1);
  });

  test('unless the site wants it sent again', async () => {
    const { server, input, again } = await delivered(1, { knownFiles: 'send' });
    await rename(join(input, 'p0.jpg'), join(input, 'renamed.jpg'));
    expect((await again()).counts).toMatchObject({ collected: 2, known: 0 });
    expect(server.simulator.stats().images).toBe(2);
  });
});

describe('a new picture is sent, though its content is known', () => {
  test('when it is a copy that lies beside the first', async () => {
    const { server, input, again } = await delivered(1);
    await copyFile(join(input, 'p0.jpg'), join(input, 'copy.jpg'));
    expect((await again()).counts).toMatchObject({ collected: 2, known: 0 });
    expect(server.simulator.stats().images).toBe(2);
  });

  test('when the originals are deleted and a camera in the dark takes the same picture again', async () => {
    const server = await startServer();
    const { gateway, input, until } = await openGateway({ ...server, source: { afterIngest: 'delete' } });
    gateway.start();
    const dark = await smallPicture(1);
    for (let index = 1; index <= 4; index += 1) {
      await writeFile(join(input, `frame-${index}.jpg`), dark);
      await until(`${index} are delivered`, ({ counts }) => counts.acknowledged === index);
    }
    expect(gateway.snapshot().counts).toMatchObject({ collected: 4, known: 0, lost: 0 });
  });

  test('when its name is written again and again', async () => {
    const server = await startServer();
    const { gateway, input, until } = await openGateway({ ...server });
    gateway.start();
    const [one, two] = await Promise.all([smallPicture(1), smallPicture(2)]);
    let count = 0;
    for (const bytes of [one, two, two, one]) {
      await writeFile(join(input, 'last.jpg'), bytes);
      count += 1;
      await until(`${count} are delivered`, ({ counts }) => counts.acknowledged === count);
    }
    expect(gateway.snapshot().counts).toMatchObject({ collected: 4, known: 0, lost: 0 });
  });

  test('when it has the size and the time of the one that had its name before', async () => {
    const server = await startServer();
    const { gateway, input, until } = await openGateway({ ...server, source: { rescanSeconds: 1 } });
    gateway.start();
    const [one, two] = await Promise.all([smallPicture(1), smallPicture(2)]);
    expect(one.length).toBe(two.length);
    for (const [index, bytes] of [one, two].entries()) {
      await writeFile(join(input, 'last.jpg'), bytes);
      await utimes(join(input, 'last.jpg'), 1_700_000_000, 1_700_000_000);
      await until(`${index + 1} are delivered`, ({ counts }) => counts.acknowledged === index + 1);
    }
    expect(server.simulator.stats()).toMatchObject({ images: 2, duplicates: 0 });
  });
});
