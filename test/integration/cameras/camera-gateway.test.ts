import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { descriptionFile } from '../../../electron/simulators/camera/description/description.ts';
import { completeOptions, type SimulatorOptionsInput } from '../../../electron/simulators/camera/options.ts';
import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { rampSample } from '../../../electron/simulators/camera/test-pattern.ts';
import { openGateway, startServer, until } from '../../support/gateway-fixture.ts';
import { withVips } from '../../support/pictures.ts';
import { said, spokenAdvice, statement } from '../../support/spoken.ts';

/** The whole gateway with a camera: from packets to pictures on the server. */

const address = '127.0.0.71';
const [width, height] = [64, 48];

async function startCamera(more: Partial<SimulatorOptionsInput> = {}) {
  const camera = await SimulatedCamera.start({
    address,
    serial: 'GW1',
    sensorWidth: width,
    sensorHeight: height,
    width,
    height,
    framesPerSecond: 20,
    ...more,
  });
  onTestFinished(() => camera.stop());
  return camera;
}

type CameraWish = Parameters<typeof openGateway>[0]['cameras'];
const top = (more: object): NonNullable<CameraWish> => [
  { id: 'top', kind: 'gige', serial: 'GW1', interface: '127.0.0.1', encode: { format: 'png' }, ...more },
];

/** Samples of a PNG, line by line, as numbers of its own depth. */
const samplesOf = (png: Uint8Array): Promise<{ bands: number; depth: number; samples: number[] }> =>
  withVips((vips) => {
    const image = vips.Image.newFromBuffer(png);
    const deep = image.format === 'ushort';
    const memory = image.writeToMemory();
    const samples = deep
      ? Array.from(new Uint16Array(memory.buffer, memory.byteOffset, memory.byteLength / 2))
      : Array.from(memory);
    return { bands: image.bands, depth: deep ? 16 : 8, samples };
  });

const exact = [
  ['Mono8', 8, ['Y']],
  ['Mono16', 16, ['Y']],
  ['RGB8', 8, ['R', 'G', 'B']],
] as const;

describe('frames of a GigE camera', () => {
  test.each(exact)('in %s are on the server, each pixel as the camera saw it', async (pixelFormat, depth, channels) => {
    const server = await startServer();
    await startCamera();
    const line = await openGateway({ ...server, cameras: top({ features: { PixelFormat: pixelFormat }, frames: 5 }) });
    line.gateway.start();
    await line.untilDrained(30_000);
    const images = await server.images();
    expect(images).toHaveLength(5);
    expect(line.gateway.snapshot().counts).toMatchObject({ collected: 5, acknowledged: 5, dead: 0 });
    const numbers = new Set<number>();
    for (const { clientImageId, sha256 } of images) {
      const detail = line.operate('image.detail', { imageId: clientImageId ?? '' }).image;
      const blockId = detail?.frame?.frameNumber ?? 0;
      numbers.add(blockId);
      expect(detail).toMatchObject({ width, height, format: 'png', frame: { trigger: 'free-run' } });
      const file = await readFile(line.operate('original', { imageId: clientImageId ?? '' })?.path ?? '');
      expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
      const picture = await samplesOf(file);
      expect(picture).toMatchObject({ bands: channels.length, depth });
      const expected = Array.from({ length: width * height }, (_, pixel) =>
        channels.map((channel) => {
          const sample = rampSample(pixel % width, Math.floor(pixel / width), channel, blockId);
          return depth === 16 ? sample : sample >>> 8;
        }),
      ).flat();
      expect(picture.samples).toEqual(expected);
    }
    expect(numbers.size).toBe(5);
  });

  test('are taken when somebody asks, as many as the burst, and say so', async () => {
    const server = await startServer();
    await startCamera();
    const line = await openGateway({ ...server, cameras: top({ trigger: { mode: 'software', burst: 3 } }) });
    line.gateway.start();
    await line.until('it is ready', ({ sources }) => sources[0]?.state === 'armed', 15_000);
    await line.operate('camera.trigger', { sourceId: 'top' });
    await line.until('all are delivered', ({ counts }) => counts.acknowledged === 3, 15_000);
    const details = (await server.images()).map(
      ({ clientImageId }) => line.operate('image.detail', { imageId: clientImageId ?? '' }).image,
    );
    for (const detail of details) expect(detail?.frame).toMatchObject({ trigger: 'burst', triggeredBy: 'window' });
    expect(line.gateway.snapshot().sources[0]?.camera).toMatchObject({ stored: 3, drops: [] });
  });

  test('answer a setting with all settings as they are then, and a command too', async () => {
    const server = await startServer();
    await startCamera();
    const line = await openGateway({ ...server, cameras: top({ trigger: { mode: 'software', burst: 1 } }) });
    line.gateway.start();
    await line.until('it is ready', ({ sources }) => sources[0]?.state === 'armed', 15_000);
    const before = (await line.operate('camera.features', { sourceId: 'top' })).features;
    expect(before.find(({ name }) => name === 'ExposureTime')?.value).not.toBe(2_500);
    const set = await line.operate('camera.setFeature', { sourceId: 'top', name: 'ExposureTime', value: 2_500 });
    expect(set.features.find(({ name }) => name === 'ExposureTime')?.value).toBe(2_500);
    expect(set.features.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
    const run = await line.operate('camera.runCommand', { sourceId: 'top', name: 'TriggerSoftware' });
    expect(run.features.find(({ name }) => name === 'ExposureTime')?.value).toBe(2_500);
    await expect(
      line.operate('camera.setFeature', { sourceId: 'top', name: 'ExposureTime', value: -1 }),
    ).rejects.toThrow();
  });

  test('that repeat are counted and not stored where the filter says so, and the ledger adds up', async () => {
    const server = await startServer();
    // One picture for ever.
    const still = Buffer.alloc(width * height, 77);
    await startCamera({ picture: () => still });
    const line = await openGateway({ ...server, cameras: top({ trigger: { mode: 'on-change', threshold: 0 } }) });
    line.gateway.start();
    const { sources } = await line.until('some are gated', ({ counts }) => counts.gated >= 5, 20_000);
    expect(sources[0]).toMatchObject({ collected: 1, nearDuplicateFilter: { threshold: 0 } });
    await line.stop();
  });

  test('that are lost on their way, or find no room, are PICTURES LOST in state, counts, check-in and ledger', {
    timeout: 60_000,
  }, async () => {
    const server = await startServer();
    const large = { width: 256, height: 192, sensorWidth: 256, sensorHeight: 192 };
    const camera = await startCamera({ ...large, framesPerSecond: 5, picture: () => randomBytes(256 * 192) });
    const line = await openGateway({
      ...server,
      deviceKey: null,
      cameras: top({}),
      // About sixty of these pictures, and nothing is delivered that could make room.
      store: { maxBytes: 3_000_000 },
    });
    line.gateway.start();
    await line.until('the first are stored', ({ counts }) => counts.collected >= 3, 20_000);
    expect(statement(line.gateway.snapshot().safe).headline).toBe('SAFE');
    camera.setFaults({ lossPerThousand: 300, resendAnswer: 'unavailable' });
    const lost = await line.until('the loss is known', ({ counts }) => counts.lost > 0, 20_000);
    expect(statement(lost.safe)).toMatchObject({ level: 'alarm', headline: 'PICTURES LOST' });
    expect(statement(lost.safe).detail).toContain('lost on the way from the camera');
    expect(spokenAdvice(lost.advice)).toContainEqual(
      expect.objectContaining({ code: 'pictures-lost', level: 'alarm' }),
    );
    camera.setFaults({ lossPerThousand: 0 });
    await line.until('the cloud would be told', ({ checkin }) => checkin.status === 'error');
    await line.until('there is no room', ({ disk }) => disk.state === 'full', 30_000);
    line.setKey(server.deviceKey);
    line.operate('sync.tryNow', {});
    const full = await line.until(
      'room is made',
      ({ disk, counts }) => disk.state !== 'full' && counts.acknowledged > 0,
      20_000,
    );
    expect(statement(full.safe)).toMatchObject({ level: 'alarm', headline: 'PICTURES LOST' });
    await line.until('both are told', ({ safe }) => statement(safe).detail.includes('for want of room'));
    const { rows } = line.operate('ledger.page', { cursor: null, limit: 9 });
    expect(rows.every(({ balanced }) => balanced)).toBe(true);
    expect(rows.reduce((sum, row) => sum + row.lost, 0)).toBeGreaterThan(1);
    expect((await line.operate('ledger.verify', {})).problems).toEqual([]);
  });

  test('keep coming after the camera was switched off and on', async () => {
    const server = await startServer();
    const camera = await startCamera();
    const line = await openGateway({ ...server, cameras: top({}) });
    line.gateway.start();
    await line.until('frames come', ({ counts }) => counts.collected >= 3, 15_000);
    await camera.stop();
    await line.until('it is missed', ({ sources }) => sources[0]?.state === 'lost', 15_000);
    expect(statement(line.gateway.snapshot().safe).headline).toBe('NOT COLLECTING');
    const before = line.gateway.snapshot().counts.collected;
    await startCamera();
    await line.until('frames come again', ({ counts }) => counts.collected >= before + 3, 40_000);
    expect(line.gateway.snapshot().sources[0]?.camera?.reconnects).toBeGreaterThan(0);
  });

  test('stop coming while there is no room, and come again once there is', async () => {
    const server = await startServer();
    await server.simulator.down();
    // Noise, so that no coder makes it small.
    const large = { width: 512, height: 384, sensorWidth: 512, sensorHeight: 384 };
    await startCamera({ ...large, picture: () => randomBytes(512 * 384) });
    const line = await openGateway({
      ...server,
      cameras: top({}),
      store: { maxBytes: 3_000_000, minFreeBytes: 0 },
    });
    line.gateway.start();
    await line.until('it is full', ({ sources }) => sources[0]?.state === 'blocked', 60_000);
    const { collected } = line.gateway.snapshot().counts;
    await server.simulator.up();
    line.operate('sync.tryNow', {});
    await line.until('frames come again', ({ counts }) => counts.collected > collected + 3, 40_000);
    await line.stop();
  });
});

describe('a camera that names a web address for its description', () => {
  /** A web server of this PC, which is what a hostile device would have us ask. */
  async function startPage() {
    const asked: string[] = [];
    const page = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end(descriptionFile(completeOptions({ address, ...small })));
    });
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void page.close());
    onTestFinished(() => page.closeAllConnections());
    const host = `127.0.0.1:${(page.address() as AddressInfo).port}`;
    return { asked, host, url: `http://${host}/cameras/sim.xml` };
  }
  const small = { sensorWidth: width, sensorHeight: height, width, height };

  test('has nothing fetched, however often it is connected, and the words name the address and the setting', async () => {
    const page = await startPage();
    await startCamera({ descriptionUrl: page.url });
    const line = await openGateway({ ...(await startServer()), cameras: top({}) });
    line.gateway.start();
    await until('it was tried twice', () =>
      line.log.filter(({ event }) => event === 'camera-trouble').length >= 2 ? true : null,
    );
    expect(page.asked).toEqual([]);
    const [source] = line.gateway.snapshot().sources;
    expect(source).toMatchObject({ state: 'failed' });
    expect(said(source?.message).text).toContain(`“${page.url}”`);
    expect(said(source?.message).hint).toContain(`add "${page.host}" to descriptionHosts`);
    expect(said(source?.message).hint).toContain('get the file “sim.xml”');
    // As a person does who has got the file from the camera's maker.
    const folder = join(line.root, 'data', 'cameras', 'descriptions');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'sim.xml'), descriptionFile(completeOptions({ address, ...small })));
    await line.until('frames come', ({ counts }) => counts.collected >= 1, 40_000);
    expect(page.asked).toEqual([]);
  });

  test('has it fetched from a host that the site allows', async () => {
    const page = await startPage();
    await startCamera({ descriptionUrl: page.url });
    const line = await openGateway({ ...(await startServer()), cameras: top({ descriptionHosts: [page.host] }) });
    line.gateway.start();
    await line.until('frames come', ({ counts }) => counts.collected >= 1, 20_000);
    expect(page.asked).toEqual(['/cameras/sim.xml']);
  });

  test.each(['ftp://127.0.0.1/sim.xml', 'gopher://127.0.0.1:70/', 'http://root:word@127.0.0.1/'])(
    'has nothing done with %s, and the words name it',
    async (descriptionUrl) => {
      await startCamera({ descriptionUrl });
      const line = await openGateway({ ...(await startServer()), cameras: top({}) });
      line.gateway.start();
      const { sources } = await line.until('it is refused', ({ sources: [camera] }) => camera?.state === 'failed');
      expect(said(sources[0]?.message).text).toContain(`“${descriptionUrl}”`);
    },
  );
});
