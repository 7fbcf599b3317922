import { describe, expect, test } from 'vitest';
import { actionsOf, checkinBody, deviceFactsOf } from '../../../../../electron/gateway/cloud/acusight/device-api.ts';

const facts = (value: unknown) => deviceFactsOf(JSON.stringify(value));

describe('what the API says of this device', () => {
  test.each([
    [
      'enveloped',
      { success: true, data: { device_id: 'line-7', name: 'Line 7', organization_id: 'org-1', status: 'pending' } },
    ],
    ['bare', { device_id: 'line-7', name: 'Line 7', organization_id: 'org-1', status: 'PENDING' }],
    [
      'in an object of its own',
      { data: { device: { id: 'line-7', name: 'Line 7', organization: 'org-1', status: ' pending ' } } },
    ],
  ])('is read %s', (_form, value) => {
    expect(facts(value)).toEqual({ deviceId: 'line-7', name: 'Line 7', organization: 'org-1', status: 'pending' });
  });

  test('has identifiers that are opaque, and an organisation by name where there is one', () => {
    expect(facts({ device_id: 7, organization_id: 3, organization_name: 'Plant North', status: 'approved' })).toEqual({
      deviceId: '7',
      name: null,
      organization: 'Plant North',
      status: 'approved',
    });
    expect(facts({ organization: { id: 3, name: 'Plant' } })).toMatchObject({ organization: 'Plant' });
  });

  test.each([
    {},
    { data: {} },
    { data: null },
    { status: 5 },
    { status: 'active', name: [] },
    { success: true, data: [] },
  ])('may be nothing that we understand: %j', (value) => {
    expect(facts(value)).toEqual({ deviceId: null, name: null, organization: null, status: 'unknown' });
  });

  test.each(['', 'no', '[]', '"text"', 'null', '{"data"'])('is nothing where the body is no object: %j', (body) => {
    expect(deviceFactsOf(body)).toBeNull();
    expect(actionsOf(body)).toEqual([]);
  });

  test('is bounded', () => {
    expect(facts({ name: 'x'.repeat(10_000) })?.name).toHaveLength(200);
  });
});

describe('what a check-in is asked to do', () => {
  const actions = (value: unknown) => actionsOf(JSON.stringify(value));

  test('is put in words, in either documented shape', () => {
    expect(actions({ success: true, data: { actions: [{ id: 5, type: 'restart', payload: { in: 3 } }] } })).toEqual([
      'restart {"id":5,"type":"restart","payload":{"in":3}}',
    ]);
    expect(actions({ actions: [{ id: 'a-1', action: 'update' }, 'reboot', 7, null] })).toEqual([
      'update {"id":"a-1","action":"update"}',
      'reboot',
      '7',
      'null',
    ]);
  });

  test('is bounded, and nothing where it is no list', () => {
    expect(actions({ data: { actions: 'restart' } })).toEqual([]);
    const many = actions({ data: { actions: Array.from({ length: 500 }, () => ({ type: 'x'.repeat(9_000) })) } });
    expect(many).toHaveLength(20);
    expect(Math.max(...many.map((text) => text.length))).toBe(200);
  });
});

test('a check-in leaves out what could not be measured', () => {
  const metrics = { cpuUsage: 12.5, memoryUsage: null, diskUsage: Number.NaN, temperature: undefined, uptime: 0 };
  expect(checkinBody({ status: 'healthy', metrics })).toEqual({
    status: 'healthy',
    metrics: { cpu_usage: 12.5, uptime: 0 },
  });
});
