import { expect, test } from 'vitest';
import { jpeg, sha256, startCloud } from './support.ts';

const MINUTE = 60_000;

test('an image can be looked at by the id of its answer, in either form', async () => {
  const { api, upload, address } = await startCloud();
  const picture = jpeg(10, 20);
  const { image_id } = (await upload(picture, { source: 'aoi' })).data;
  const reply = await api(`/data/images/${image_id}`);
  expect(reply.data).toMatchObject({
    id: 'img-1',
    batch_id: 'batch-1',
    sha256: sha256(picture),
    size: picture.length,
    width: 10,
    metadata: { source: 'aoi' },
  });
  const bearer = { authorization: `Bearer ${address.token}` };
  expect((await api('/data/images/1', { key: null, headers: bearer })).body).toEqual(reply.body);
  expect((await api('/data/images/1', { key: null })).status).toBe(401);
  for (const id of ['2', 'img-2', 'batch-1', '0', '-1', 'x', '%zz']) {
    expect([404, 400]).toContain((await api(`/data/images/${id}`)).status);
  }
});

test('a batch takes images for its window and up to its limit, then a new one opens', async () => {
  let now = Date.UTC(2025, 0, 1);
  const { api, upload } = await startCloud({ batchImages: 3 }, { now: () => now });
  const place = async (): Promise<unknown> => (await upload(jpeg(8, 8))).data.batch_id;
  expect([await place(), await place()]).toEqual(['batch-1', 'batch-1']);
  now += 30 * MINUTE - 1;
  expect(await place()).toBe('batch-1');
  expect(await place(), 'the first is full').toBe('batch-2');
  now += 30 * MINUTE - 1;
  expect(await place()).toBe('batch-2');
  now += 1;
  expect(await place(), 'the window of the second is over').toBe('batch-3');
  const { list } = await api('/data/batches');
  expect(list.map((batch) => [batch.status, batch.image_count])).toEqual([
    ['closed', 3],
    ['closed', 2],
    ['open', 1],
  ]);
  expect(list[1]?.closed_at).toBe('2025-01-01T00:59:59.999Z');
});

test('devices have batches of their own', async () => {
  const { api, upload, address } = await startCloud();
  const device_info = { device_id: 'other', name: 'Other', ip_address: '', agent_version: '1' };
  const json = { token: address.provisioningToken, device_info };
  const { api_key } = (await api('/devices/provision', { json, key: null })).data;
  expect((await upload(jpeg(8, 8))).data.batch_id).toBe('batch-1');
  expect((await upload(jpeg(8, 8), {}, { 'x-device-key': String(api_key) })).data.batch_id).toBe('batch-2');
  expect((await upload(jpeg(8, 8))).data.batch_id).toBe('batch-1');
});

test('batches come in pages with the documented metadata', async () => {
  const { api, upload } = await startCloud({ batchImages: 1 });
  for (let count = 0; count < 5; count += 1) await upload(jpeg(8, 8));
  expect((await api('/data/batches')).body).toMatchObject({
    meta: { total: 5, page: 1, per_page: 20, total_pages: 1 },
  });
  const second = await api('/data/batches?page=2&per_page=2');
  expect(second.body).toMatchObject({ meta: { total: 5, page: 2, per_page: 2, total_pages: 3 } });
  expect(second.list.map(({ id }) => id)).toEqual(['batch-3', 'batch-4']);
  expect((await api('/data/batches?page=9')).list).toEqual([]);
  for (const query of ['page=0', 'page=x', 'per_page=101', 'per_page=']) {
    const reply = await api(`/data/batches?${query}`);
    expect([reply.status, reply.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  }
});
