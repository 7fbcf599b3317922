import { describe, expect, test } from 'vitest';
import { notice, startCloud } from './support.ts';

test('a good notice is recorded with its metadata and answered with image and batch', async () => {
  const { simulator, notify } = await startCloud();
  const reply = await notify({ ...notice, client_image_id: 'c1' });
  expect(reply.status).toBe(201);
  expect(reply.data).toEqual({ image_id: 'img-1', batch_id: 'batch-1' });
  const [stored] = await simulator.images();
  expect(stored).toMatchObject({ via: 'notify', storageKey: notice.storage_key, clientImageId: 'c1', bytes: null });
  expect(simulator.stats()).toMatchObject({ images: 1, annotations: 1, bytes: 0 });
});

describe('a wrong notice is a 400 that names the field, in a body of strings as the document demands', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['device_id missing', { device_id: undefined }, 'device_id is required'],
    ['filename missing', { filename: undefined }, 'filename is required'],
    ['storage_key missing', { storage_key: undefined }, 'storage_key is required'],
    ['width missing', { width: undefined }, 'width is required'],
    ['height missing', { height: undefined }, 'height is required'],
    ['height as text', { height: '480' }, 'height: '],
    ['a fraction of a pixel', { width: 640.5 }, 'width: '],
    ['no size', { width: 0 }, 'width: '],
    ['model_id as a number', { model_id: 7 }, 'model_id: '],
    ['null in place of a text', { model_name: null }, 'model_name: '],
    [
      'an annotation beyond the picture',
      { annotations: [{ ...notice.annotations[0], width: 1.01 }] },
      'annotations[0].width',
    ],
  ])('%s', async (_, change, details) => {
    const { simulator, notify } = await startCloud();
    const reply = await notify({ ...notice, ...change });
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ code: 'VALIDATION_ERROR', error: 'Invalid request body' });
    expect(reply.body).toMatchObject({ details: expect.stringContaining(details) });
    expect(simulator.stats().images).toBe(0);
  });

  test('every missing field is named at once', async () => {
    const { notify } = await startCloud();
    const { text } = await notify({});
    for (const field of ['device_id', 'filename', 'storage_key', 'width', 'height'])
      expect(text).toContain(`${field} is required`);
  });

  test('what is not JSON, or does not say so', async () => {
    const { api } = await startCloud();
    const path = '/data/agent/images/notify';
    const broken = await api(path, { body: '{', headers: { 'content-type': 'application/json' } });
    expect(broken.body).toMatchObject({ details: 'the body is not valid JSON' });
    const untyped = await api(path, { body: JSON.stringify(notice), headers: { 'content-type': 'text/plain' } });
    expect(untyped.body).toMatchObject({ details: expect.stringContaining('application/json') });
    expect([broken.status, untyped.status]).toEqual([400, 400]);
  });
});

test('a notice beyond a mebibyte is a 413', async () => {
  const { notify } = await startCloud();
  expect((await notify({ ...notice, model_name: 'x'.repeat(1_100_000) })).status).toBe(413);
});
