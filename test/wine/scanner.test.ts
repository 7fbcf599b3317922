import { mkdir } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CameraProcess } from '../support/camera-process.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { picturesIn, stopped, WineLine } from './line.ts';
import { asWindows, Wine } from './wine.ts';

const frames = 100;
const files = 20;

let wine: Wine;
beforeAll(async () => {
  wine = await Wine.open();
});
afterAll(() => wine.close());

test.each([100, 300])('a scanner that holds each new file for %i ms loses nothing and leaves nothing', async (held) => {
  const name = `scan${held}`;
  const cloud = await CloudProcess.start(wine.pathOnC(name, 'cloud'));
  // Slow enough for what the encoder takes to start on a busy machine.
  const camera = await CameraProcess.start(
    ...['--address', '127.0.0.71', '--serial', 'WINE', '--width', '320', '--height', '240', '--frame-rate', '5'],
  );
  const line = new WineLine(wine, name, cloud, [
    { id: 'top', kind: 'gige', address: '127.0.0.71', interface: '127.0.0.1', frames },
    { id: 'aoi', kind: 'folder', path: `C:\\${name}\\in`, afterIngest: 'archive' },
  ]);
  await mkdir(line.path('in'), { recursive: true });
  await line.makePayloadFolders();
  const scan = (folder: string) =>
    wine.start('scanner', [asWindows(line.path(folder)), String(held)], line.path(`scan-${folder.length}.log`));
  const scanners = [scan('data/payloads'), scan('in')];
  for (const scanner of scanners) await scanner.said('scanning');
  const gateway = await line.start();
  try {
    await gateway.said('log');
    await fillFolder(line.path('in'), { count: files, bytes: 50_000 });
    const delivered = async () => (await cloud.images()).length;
    await expect.poll(delivered, { timeout: 120_000, interval: 500 }).toBe(frames + files);
    await expect.poll(() => picturesIn(line.path('in', '.acusight-archive'))).toHaveLength(files);
    // What was held last is removed within a second of its release.
    await after(2_000);
    const { counts, sources } = await stopped(gateway);
    for (const scanner of scanners) await scanner.stop();
    const opened = Number(scanners[0]?.lines.at(-1)?.['opened']);
    expect(opened).toBeGreaterThan(frames);
    const none = { lostUnseen: 0, dead: 0, orphans: 0, originalsStay: 0, retrying: 0 };
    expect(counts).toMatchObject({ acknowledged: frames + files, ...none });
    expect(sources.map(({ warnings }) => warnings)).toEqual([[], []]);
    expect(await line.payloads('.part')).toEqual([]);
    expect(await line.payloads('.jpg')).toHaveLength(frames + files);
    expect(await picturesIn(line.path('in'))).toHaveLength(files);
  } finally {
    await Promise.all([...scanners, gateway].map((program) => program.kill()));
    await Promise.all([camera.stop(), cloud.stop()]);
  }
});
