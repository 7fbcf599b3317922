import { describe, expect, test } from 'vitest';
import { jpeg, notice, startCloud } from './support.ts';

const picture = jpeg(64, 48);
const key = { 'idempotency-key': 'client-1' };

describe('with the idempotency key honoured', () => {
  test('the same key has the same answer and stores nothing again', async () => {
    const { simulator, upload } = await startCloud();
    const first = await upload(picture, { client_image_id: 'client-1' }, key);
    await upload(jpeg(8, 8));
    const again = await upload(picture, { client_image_id: 'client-1' }, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(simulator.stats()).toMatchObject({ images: 2, replays: 1, duplicates: 0, repeatedContent: 0 });
  });

  test('two requests at the same instant store one image', async () => {
    const { simulator, upload } = await startCloud();
    const replies = await Promise.all(Array.from({ length: 8 }, () => upload(picture, {}, key)));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(simulator.stats()).toMatchObject({ images: 1, replays: 7 });
  });

  test('an answer that was cut is given when the client asks again', async () => {
    const { simulator, upload } = await startCloud();
    simulator.faults.set([{ kind: 'cut', when: 'after-commit', times: 1 }]);
    await expect(upload(picture, {}, key)).rejects.toThrow();
    expect((await upload(picture, {}, key)).data).toMatchObject({ image_id: 'img-1' });
    expect(simulator.stats()).toMatchObject({ images: 1, replays: 1 });
  });

  test('a refused request does not use up its key', async () => {
    const { simulator, upload } = await startCloud();
    expect((await upload(picture, { width: 1 }, key)).status).toBe(400);
    expect((await upload(picture, { width: 64 }, key)).status).toBe(201);
    expect(simulator.stats()).toMatchObject({ images: 1, replays: 0 });
  });

  test('a key used for another image is refused, not taken for a success', async () => {
    const { simulator, upload } = await startCloud();
    await upload(picture, {}, key);
    const reply = await upload(jpeg(8, 8), {}, key);
    expect([reply.status, reply.error.details]).toEqual([400, 'Idempotency-Key was used before for another image']);
    expect(simulator.stats().images).toBe(1);
  });

  test('holds for notices, and each device has keys of its own', async () => {
    const { simulator, notify, api, address } = await startCloud();
    const device_info = { device_id: 'other', name: 'Other', ip_address: '', agent_version: '1' };
    const json = { token: address.provisioningToken, device_info };
    const { api_key } = (await api('/devices/provision', { json, key: null })).data;
    const first = await notify(notice, key);
    expect((await notify(notice, key)).body).toEqual(first.body);
    expect((await notify(notice, { ...key, 'x-device-key': String(api_key) })).data.image_id).toBe('img-2');
    expect(simulator.stats()).toMatchObject({ images: 2, replays: 1, duplicates: 0 });
  });

  test('an empty or endless key is refused', async () => {
    const { upload } = await startCloud();
    for (const bad of ['', 'k'.repeat(256)]) {
      const reply = await upload(picture, {}, { 'idempotency-key': bad });
      expect([reply.status, reply.error.details]).toEqual([400, 'Idempotency-Key must have 1 to 255 characters']);
    }
  });
});

describe('what counts as a duplicate', () => {
  test('an image stored again for the same client image id does, whatever its bytes', async () => {
    const { simulator, upload } = await startCloud({ idempotency: false });
    await upload(picture, { client_image_id: 'a' }, key);
    await upload(picture, { client_image_id: 'a' }, key);
    await upload(jpeg(8, 8), { client_image_id: 'a' });
    await upload(picture, { client_image_id: 'b' });
    expect(simulator.stats()).toMatchObject({ images: 4, duplicates: 2, replays: 0 });
  });

  test('the idempotency key stands in for a client image id that is not given', async () => {
    const { simulator, upload } = await startCloud({ idempotency: false });
    await upload(picture, {}, key);
    await upload(picture, {}, key);
    await upload(picture);
    await upload(picture);
    expect(simulator.stats()).toMatchObject({ images: 4, duplicates: 1 });
  });

  test('repeated content is counted by device, filename and hash', async () => {
    const { simulator, upload } = await startCloud();
    await upload(picture, { filename: 'a.jpg' });
    await upload(picture, { filename: 'b.jpg' });
    await upload(jpeg(8, 8), { filename: 'a.jpg' });
    expect(simulator.stats().repeatedContent).toBe(0);
    await upload(picture, { filename: 'a.jpg' });
    expect(simulator.stats()).toMatchObject({ repeatedContent: 1, duplicates: 0, images: 4 });
  });

  test('known content is a 409 where the server refuses it', async () => {
    const { simulator, upload } = await startCloud({ onKnownContent: 'refuse' });
    expect((await upload(picture)).status).toBe(201);
    const reply = await upload(picture);
    expect([reply.status, reply.error.code]).toEqual([409, 'CONFLICT']);
    expect(simulator.stats()).toMatchObject({ images: 1, conflicts: 1, repeatedContent: 0 });
  });
});
