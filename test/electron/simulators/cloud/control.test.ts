import { describe, expect, test } from 'vitest';
import { jpeg, sha256, startCloud } from './support.ts';

const picture = jpeg(64, 48);

describe('the control endpoint', () => {
  test('refuses everyone without its token', async () => {
    const { control } = await startCloud();
    for (const authorization of ['', 'Bearer wrong', 'Basic x']) {
      expect((await control('/stats', { headers: { authorization } })).status).toBe(401);
    }
    expect((await control('/stats', { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  test('tells the counts', async () => {
    const { control, simulator, upload, api } = await startCloud();
    await upload(picture);
    await api('/nowhere');
    const { data } = await control('/stats');
    expect(data).toEqual(simulator.stats());
    expect(data).toMatchObject({ images: 1, requests: 2, answers: { 201: 1, 404: 1 }, inFlight: 0, up: true });
  });

  test('lists images in pages with their hashes, and gives out their bytes', async () => {
    const { control, upload } = await startCloud();
    for (let width = 1; width <= 3; width += 1) await upload(jpeg(width, 8));
    const second = await control('/images?page=2&per_page=2');
    expect(second.body).toMatchObject({ meta: { total: 3, page: 2, per_page: 2, total_pages: 2 } });
    expect(second.list).toHaveLength(1);
    expect(second.list[0]).toMatchObject({ image: 3, sha256: sha256(jpeg(3, 8)) });
    const payload = await control('/images/3/payload');
    expect([payload.status, payload.headers['content-type'], payload.text]).toEqual([
      200,
      'image/jpeg',
      jpeg(3, 8).toString(),
    ]);
    expect((await control('/images/4/payload')).status).toBe(404);
    expect((await control('/images?per_page=1001')).status).toBe(400);
  });

  test('sets faults, and names what is wrong with them', async () => {
    const { control, upload } = await startCloud();
    const faults = [{ kind: 'status', status: 429, retryAfter: { seconds: 3 }, times: 2 }];
    expect((await control('/faults', { json: { faults, seed: 5 } })).status).toBe(200);
    expect((await upload(picture)).status).toBe(429);
    expect((await control('/faults')).list).toMatchObject([{ kind: 'status', times: 1 }]);
    const bad = await control('/faults', { json: { faults: [{ kind: 'cut', when: 'later' }] } });
    expect([bad.status, bad.error.details]).toEqual([400, expect.stringContaining('faults[0].when')]);
    await control('/faults', { json: { faults: [] } });
    expect((await upload(picture)).status).toBe(201);
  });

  test('takes the API down and up again, and answers meanwhile', async () => {
    const { control, upload } = await startCloud();
    expect((await control('/down', { json: {} })).status).toBe(200);
    await expect(upload(picture)).rejects.toThrow();
    expect((await control('/stats')).data.up).toBe(false);
    expect((await control('/up', { json: {} })).status).toBe(200);
    expect((await upload(picture)).status).toBe(201);
    await control('/down', { json: { forMilliseconds: 100 } });
    await expect.poll(async () => (await control('/stats')).data.up).toBe(true);
  });

  test('approves devices and adds provisioning tokens', async () => {
    const { control, api, upload } = await startCloud({ provisionedStatus: 'pending' });
    expect((await control('/provisioning-tokens', { json: { token: 'apt_77', state: 'valid' } })).status).toBe(200);
    const device_info = { device_id: 'd2', name: 'D2', ip_address: '', agent_version: '1' };
    const { data } = await api('/devices/provision', { json: { token: 'apt_77', device_info }, key: null });
    const headers = { 'x-device-key': String(data.api_key) };
    expect((await upload(picture, {}, headers)).status).toBe(403);
    expect((await control('/devices', { json: { deviceId: 'd2', status: 'approved' } })).status).toBe(200);
    expect((await upload(picture, {}, headers)).status).toBe(201);
    expect((await control('/devices')).list).toMatchObject([
      { deviceId: 'simulated-device' },
      { deviceId: 'd2', status: 'approved' },
    ]);
    expect((await control('/devices', { json: { deviceId: 'd3', status: 'approved' } })).status).toBe(404);
  });

  test('resets to an empty server whose devices are still known, also after a restart', async () => {
    const { control, simulator, upload, api, dataDir } = await startCloud();
    await upload(picture, {}, { 'idempotency-key': 'k' });
    simulator.faults.set([{ kind: 'stall' }]);
    const stalled = upload(picture).catch(() => 'cut');
    await expect.poll(() => simulator.stats().inFlight).toBe(1);
    expect((await control('/reset', { json: {} })).status).toBe(200);
    expect(await stalled).toBe('cut');
    expect(simulator.stats()).toMatchObject({
      images: 0,
      batches: 0,
      replays: 0,
      requests: 0,
      inFlight: 0,
      answers: {},
      up: true,
    });
    expect((await upload(picture, {}, { 'idempotency-key': 'k' })).data.image_id).toBe('img-1');
    expect((await api('/device/self')).status).toBe(200);
    await simulator.stop();
    const again = await startCloud({ dataDir });
    expect(again.simulator.stats()).toMatchObject({ images: 1, devices: 1 });
  });

  test('has no other operations', async () => {
    const { control } = await startCloud();
    for (const path of ['/', '/nothing', '/constructor']) expect((await control(path)).status).toBe(404);
    expect((await control('/stats', { json: {} })).status).toBe(404);
  });
});
