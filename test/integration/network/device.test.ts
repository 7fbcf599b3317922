import { describe, expect, test } from 'vitest';
import { type ProvisioningRequest, provision } from '../../../electron/gateway/cloud/acusight/provisioning.ts';
import type { FaultInput } from '../../../electron/simulators/cloud/faults.ts';
import { answerForms } from '../../../electron/simulators/cloud/identifiers.ts';
import { openWay } from '../../support/deliveries.ts';
import { startServer } from '../../support/gateway-fixture.ts';
import { plainServer } from '../../support/tls-server.ts';

/** The requests about the device itself, against the embedded server. */

const { signal } = new AbortController();

async function enrol(baseUrl: string, facts: Partial<ProvisioningRequest> = {}) {
  const { network } = await openWay({ baseUrl });
  const options = { baseUrl, network, answerTimeoutMilliseconds: 1_500, userAgent: 'gateway/1', now: Date.now };
  const request = {
    token: 'apt_00',
    deviceId: 'line-8',
    name: 'Line 8',
    agentVersion: '1',
    hardware: 'test',
    ...facts,
  };
  return provision(options, request, signal);
}

describe('provisioning', () => {
  test.each(answerForms)('gives a key that works, whatever the form of the answer: %s', async (answers) => {
    const { baseUrl, provisioningToken: token } = await startServer({ answers, provisionedStatus: 'pending' });
    const outcome = await enrol(baseUrl, { token });
    if (!outcome.ok) throw new Error(outcome.message.code);
    expect(outcome.deviceId).toBe('line-8');
    const { client } = await openWay({ baseUrl, deviceKey: outcome.deviceKey });
    expect(await client.self(signal)).toMatchObject({
      kind: 'failed',
      failure: { message: { code: 'device-pending' }, pauseReason: 'not-approved', disposition: 'pause' },
      device: { deviceId: 'line-8', name: 'Line 8', organization: 'org-1', status: 'pending' },
    });
  });

  test('that is refused says why', async () => {
    const refused = (code: string) => ({ ok: false, message: { code } });
    const expired = { token: 'apt_0e', state: 'expired' } as const;
    const { baseUrl, provisioningToken: token } = await startServer({ provisioningTokens: [expired] });
    expect(await enrol(baseUrl, { token: 'apt_ff' })).toMatchObject(refused('provisioning-token-unknown'));
    expect(await enrol(baseUrl, { token: expired.token })).toMatchObject(refused('provisioning-token-expired'));
    expect(await enrol(baseUrl, { token, deviceId: 'line-7' })).toMatchObject(refused('device-exists'));
    expect(await enrol(baseUrl, { token, name: '' })).toMatchObject(refused('provisioning-not-accepted'));
    expect(await enrol(baseUrl.replace('/api', ''), { token })).toMatchObject(refused('cloud-wrong-address'));
  });
});

describe('self', () => {
  test.each(answerForms)('says who we are, whatever the form of the answer: %s', async (answers) => {
    const { baseUrl, deviceKey } = await startServer({ answers });
    const { client } = await openWay({ baseUrl, deviceKey });
    expect(await client.self(signal)).toMatchObject({
      kind: 'acknowledged',
      device: { deviceId: 'line-7', organization: 'org-1', status: 'approved' },
    });
  });

  test('without an answer is a server that is not there, even when the request had left', async () => {
    const { simulator, baseUrl, deviceKey } = await startServer();
    const { client } = await openWay({ baseUrl, deviceKey, answerTimeoutMilliseconds: 200 });
    simulator.faults.set([{ kind: 'stall' }]);
    expect(await client.self(signal)).toMatchObject({
      kind: 'failed',
      failure: { message: { code: 'server-silent' }, disposition: 'pause', pauseReason: 'offline', ambiguous: false },
      device: null,
    });
  });
});

type JsonBody = Extract<FaultInput, { kind: 'answer' }>['body'];

describe('a check-in', () => {
  test('brings what the cloud asks for, in words', async () => {
    const checkinActions = [{ id: 1, type: 'restart' }, { id: 'x', action: 'update' }, 'dance'];
    const { baseUrl, deviceKey } = await startServer({ checkinActions });
    const { client } = await openWay({ baseUrl, deviceKey });
    expect(await client.checkin({ status: 'healthy', metrics: { uptime: 5 } }, signal)).toEqual({
      kind: 'accepted',
      actions: ['restart {"id":1,"type":"restart"}', 'update {"id":"x","action":"update"}', 'dance'],
    });
  });

  test('that is answered with an error is not accepted, whatever the number', async () => {
    const { simulator, baseUrl, deviceKey } = await startServer();
    const { client } = await openWay({ baseUrl, deviceKey });
    const report = { status: 'healthy', metrics: {} } as const;
    for (const body of [{ status: 'error' }, { errors: ['unknown device'] }, { success: true, error: 'no' }]) {
      simulator.faults.set([{ kind: 'answer', status: 200, body: body as JsonBody }]);
      expect(await client.checkin(report, signal)).toMatchObject({
        kind: 'failed',
        failure: { message: { code: 'cloud-reports-error' } },
      });
      expect(await client.self(signal)).toMatchObject({
        kind: 'failed',
        failure: { message: { code: 'cloud-reports-error' } },
      });
    }
    // The status that we reported, told back.
    simulator.faults.set([{ kind: 'answer', status: 200, body: { status: 'error', actions: [] } }]);
    expect(await client.checkin({ ...report, status: 'error' }, signal)).toEqual({ kind: 'accepted', actions: [] });
  });

  test('that fails says so, and one that is stopped is stopped', async () => {
    const { baseUrl } = await startServer();
    const { client } = await openWay({ baseUrl, deviceKey: 'adk_ff' });
    const report = { status: 'degraded', metrics: {} } as const;
    expect(await client.checkin(report, signal)).toMatchObject({
      kind: 'failed',
      failure: { message: { code: 'device-key-refused' } },
    });
    expect(await client.checkin(report, AbortSignal.abort())).toEqual({ kind: 'aborted' });
  });
});

describe('the server’s clock', () => {
  test.each([0, 3_600_000, -86_400_000])('is compared with ours: %i ms ahead', async (ahead) => {
    const { port } = await plainServer((_request, response) => {
      response.setHeader('date', new Date(Date.now() + ahead).toUTCString());
      response.end('{}');
    });
    const { client } = await openWay({ baseUrl: `http://127.0.0.1:${port}/api` });
    expect(client.clockSkewMilliseconds).toBeNull();
    await client.self(signal);
    expect(Math.abs((client.clockSkewMilliseconds ?? Number.NaN) - ahead)).toBeLessThan(10_000);
  });

  test('is not taken from a page that somebody else sent', async () => {
    const { simulator, baseUrl, deviceKey } = await startServer();
    const { client } = await openWay({ baseUrl, deviceKey });
    simulator.faults.set([{ kind: 'html' }]);
    await client.self(signal);
    expect(client.clockSkewMilliseconds).toBeNull();
  });
});
