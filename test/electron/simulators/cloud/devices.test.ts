import { describe, expect, test } from 'vitest';
import { jpeg, notice, startCloud } from './support.ts';

const EXPIRED = 'apt_00ff';
const request = (token: string, deviceId = 'line-8') => ({
  token,
  device_info: { device_id: deviceId, name: 'Line 8', ip_address: '10.0.0.8', agent_version: '0.1.0' },
  hardware: 'x86_64, 4 cores',
});

describe('provisioning', () => {
  test('turns a token into a device key that works', async () => {
    const { api, address } = await startCloud();
    const reply = await api('/devices/provision', { json: request(address.provisioningToken), key: null });
    expect(reply.status).toBe(201);
    expect(reply.data).toEqual({
      device_id: 'line-8',
      endpoint_id: 'ep-2',
      api_key: expect.stringMatching(/^adk_[0-9a-f]{48}$/),
      api_endpoint: address.baseUrl.replace(/\/api$/, ''),
    });
    const self = await api('/device/self', { key: String(reply.data.api_key) });
    expect(self.data).toMatchObject({
      device_id: 'line-8',
      name: 'Line 8',
      status: 'approved',
      endpoint_id: 'ep-2',
    });
  });

  test.each([
    ['an unknown token', 'apt_dead', 401, 'INVALID_TOKEN'],
    ['what is no token', 'hello', 401, 'INVALID_TOKEN'],
    ['an expired token', EXPIRED, 401, 'TOKEN_EXPIRED'],
    ['an empty token', '', 400, 'VALIDATION_ERROR'],
  ])('refuses %s', async (_, token, status, code) => {
    const { api } = await startCloud({ provisioningTokens: [{ token: EXPIRED, state: 'expired' }] });
    const reply = await api('/devices/provision', { json: request(token), key: null });
    expect([reply.status, reply.error.code]).toEqual([status, code]);
  });

  test('refuses a device that exists', async () => {
    const { api, address } = await startCloud({ deviceId: 'line-7' });
    const reply = await api('/devices/provision', { json: request(address.provisioningToken, 'line-7'), key: null });
    expect([reply.status, reply.error.code]).toEqual([409, 'DEVICE_EXISTS']);
  });

  test('names missing fields', async () => {
    const { api } = await startCloud();
    const reply = await api('/devices/provision', { json: { device_info: { device_id: 'x' } }, key: null });
    expect(reply.status).toBe(400);
    expect(reply.error.details).toContain('token is required');
    expect(reply.error.details).toContain('device_info.name is required');
  });
});

describe('authentication', () => {
  const paths = ['/device/self', '/device/checkin', '/device/images/upload', '/data/agent/images/notify'];
  test.each(paths)('%s refuses a missing and an unknown key', async (path) => {
    const { api } = await startCloud();
    const how = path === '/device/self' ? {} : { json: notice };
    for (const key of [null, 'adk_dead', '']) {
      const reply = await api(path, { ...how, key });
      expect([reply.status, reply.error.code]).toEqual([401, 'UNAUTHORIZED']);
    }
  });

  test('a device that is pending or rejected may ask who it is, and upload only once approved', async () => {
    const { simulator, api, upload, notify } = await startCloud({ deviceId: 'd' });
    for (const status of ['pending', 'rejected'] as const) {
      simulator.setDeviceStatus('d', status);
      expect((await api('/device/self')).data.status).toBe(status);
      const reply = await upload(jpeg(8, 8));
      expect([reply.status, reply.error.code]).toEqual([403, 'FORBIDDEN']);
      expect((await notify(notice)).status).toBe(403);
    }
    simulator.setDeviceStatus('d', 'approved');
    expect((await upload(jpeg(8, 8))).status).toBe(201);
  });
});

describe('check-in', () => {
  const metrics = { cpu_usage: 12.5, memory_usage: 40, disk_usage: 80, temperature: 51.5, uptime: 86_400 };
  test('is counted and answered with the actions of the options', async () => {
    const checkinActions = [{ id: 7, type: 'reboot' }];
    const { simulator, api } = await startCloud({ checkinActions });
    const reply = await api('/device/checkin', { json: { status: 'healthy', metrics } });
    expect([reply.status, reply.body]).toEqual([200, { success: true, data: { actions: checkinActions } }]);
    expect(simulator.stats().checkins).toBe(1);
  });

  test.each([
    [{ metrics }, 'status is required'],
    [{ status: 'fine' }, 'status: '],
    [{ status: 'healthy', metrics: { ...metrics, uptime: 'long' } }, 'metrics.uptime: '],
  ])('refuses %j', async (json, details) => {
    const { api } = await startCloud();
    const reply = await api('/device/checkin', { json });
    expect(reply.status).toBe(400);
    expect(reply.error.details).toContain(details);
  });
});

describe('what is not there', () => {
  test.each([
    '/',
    '/device',
    '/device/images/upload/',
    '/device/images/uploads',
    '/data/images',
    '/provisioning-tokens',
  ])('%s is a 404', async (path) => {
    const { api } = await startCloud();
    const reply = await api(path);
    expect([reply.status, reply.error.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('a wrong method is a 405 that names the right one', async () => {
    const { api } = await startCloud();
    const get = await api('/device/images/upload');
    expect([get.status, get.headers.allow, get.error.code]).toEqual([405, 'POST', 'METHOD_NOT_ALLOWED']);
    const remove = await api('/device/self', { method: 'DELETE' });
    expect([remove.status, remove.headers.allow]).toEqual([405, 'GET']);
  });

  test('a foreign host name is refused, unless it is allowed', async () => {
    const { api } = await startCloud({ allowedHosts: ['acusight.test'] });
    expect((await api('/device/self', { headers: { host: 'evil.example:80' } })).status).toBe(403);
    expect((await api('/device/self', { headers: { host: 'acusight.test' } })).status).toBe(200);
    expect((await api('/device/self', { headers: { host: 'localhost:1' } })).status).toBe(200);
  });
});
