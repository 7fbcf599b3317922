import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SimulatedCloud } from '../../../../electron/simulators/cloud/simulated-cloud.ts';
import { jpeg, sha256, startCloud, temporaryFolder } from './support.ts';

const key = (text: string): Record<string, string> => ({ 'idempotency-key': text });

test('a restart keeps images, payloads, batches, devices, keys and counts', async () => {
  const dataDir = await temporaryFolder();
  const first = await startCloud({ dataDir, batchImages: 2 });
  for (let index = 0; index < 3; index += 1) {
    await first.upload(jpeg(8 + index, 8), { client_image_id: `c${index}`, annotations: [{}] }, key(`c${index}`));
  }
  first.simulator.setDeviceStatus('simulated-device', 'approved');
  const before = first.simulator.stats();
  const images = await first.simulator.images();
  await first.simulator.stop();

  const second = await startCloud({ dataDir, batchImages: 2 });
  expect(second.address.deviceKey).toBe(first.address.deviceKey);
  expect(await second.simulator.images()).toEqual(images);
  const { bytes, annotations, batches, devices } = before;
  expect(second.simulator.stats()).toMatchObject({ images: 3, bytes, annotations, batches, devices, requests: 0 });
  const replay = await second.upload(jpeg(9, 8), { client_image_id: 'c1' }, key('c1'));
  expect(replay.data).toEqual({ image_id: 'img-2', batch_id: 'batch-1' });
  const next = await second.upload(jpeg(99, 8), {}, key('c9'));
  expect(next.data).toEqual({ image_id: 'img-4', batch_id: 'batch-2' });
  expect(sha256(await readFile((await second.simulator.payloadPath(1)) ?? ''))).toBe(images[0]?.sha256);
});

test('a torn last line, as a killed process leaves it, is cut off and its image asked for again', async () => {
  const dataDir = await temporaryFolder();
  const journal = join(dataDir, 'journal.jsonl');
  const first = await startCloud({ dataDir });
  await first.upload(jpeg(8, 8), {}, key('a'));
  await first.upload(jpeg(9, 9), { source: 'a line longer than the one that follows'.repeat(20) }, key('b'));
  await first.simulator.stop();
  await truncate(journal, (await readFile(journal)).length - 20);
  await writeFile(join(dataDir, 'incoming', '7'), 'half a picture');

  const second = await startCloud({ dataDir });
  expect(second.simulator.stats().images).toBe(1);
  expect((await second.upload(jpeg(9, 9), {}, key('b'))).data.image_id).toBe('img-2');
  await second.simulator.stop();
  const third = await startCloud({ dataDir });
  expect((await third.simulator.images()).map(({ width }) => width)).toEqual([8, 9]);
  const lines = (await readFile(journal, 'utf8')).split('\n');
  expect(lines.pop(), 'nothing is left of the torn line').toBe('');
  expect(await readdir(join(dataDir, 'incoming'))).toEqual([]);
});

test('a broken line in the middle is an error that says where', async () => {
  const dataDir = await temporaryFolder();
  await appendFile(join(dataDir, 'journal.jsonl'), 'not json\n');
  await expect(new SimulatedCloud({ dataDir }).start()).rejects.toThrow(
    /journal\.jsonl: the line at byte 0 is not JSON/,
  );
});

test('a given key replaces the one of before', async () => {
  const dataDir = await temporaryFolder();
  const first = await startCloud({ dataDir });
  await first.simulator.stop();
  const { api } = await startCloud({ dataDir, deviceKey: 'adk_0123' });
  expect((await api('/device/self', { key: 'adk_0123' })).status).toBe(200);
  expect((await api('/device/self', { key: first.address.deviceKey })).status).toBe(401);
});

test('images come in pages, whatever lies between them in the journal', async () => {
  const { simulator, upload } = await startCloud();
  for (let width = 1; width <= 7; width += 1) {
    await upload(jpeg(width, 8));
    simulator.setDeviceStatus('simulated-device', 'approved');
  }
  const page = async (number: number): Promise<number[]> =>
    (await simulator.images(number, 3)).map(({ width }) => width);
  expect([await page(1), await page(2), await page(3), await page(4)]).toEqual([[1, 2, 3], [4, 5, 6], [7], []]);
});
