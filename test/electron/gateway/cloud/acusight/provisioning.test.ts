import { describe, expect, test } from 'vitest';
import { provisioningMeaning } from '../../../../../electron/gateway/cloud/acusight/provisioning.ts';
import type { Exchange } from '../../../../../electron/gateway/cloud/http/http-exchange.ts';
import { failureTold } from '../../../../support/spoken.ts';

const now = Date.UTC(2025, 10, 21);
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Exchange => ({
  kind: 'answer',
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  complete: true,
});
/** With its code and what a person reads, where it failed. */
function meaning(exchange: Exchange) {
  const outcome = provisioningMeaning(exchange, 'line-7', now);
  return outcome.ok ? outcome : failureTold(outcome);
}

describe('a device key', () => {
  const grant = { device_id: 'line-7', endpoint_id: 4, api_key: 'adk_0a', api_endpoint: 'http://elsewhere' };

  test.each([
    ['enveloped', { success: true, data: grant }],
    ['bare', grant],
  ])('is taken from an answer that is %s; the address in it is not', (_form, body) => {
    const outcome = meaning(answer(201, body));
    expect(outcome).toEqual({ ok: true, deviceKey: 'adk_0a', deviceId: 'line-7', status: null });
  });

  test('comes with the state of the device where the answer has it', () => {
    const body = { data: { ...grant, device_id: 12, status: 'pending' } };
    expect(meaning(answer(200, body))).toEqual({ ok: true, deviceKey: 'adk_0a', deviceId: '12', status: 'pending' });
  });

  test.each([{}, { data: {} }, { api_key: '' }, { api_key: 'adk_\n' }, { api_key: 7 }])(
    'that is missing or no key is said to be so: %j',
    (body) => {
      expect(meaning(answer(201, body))).toMatchObject({ ok: false, code: 'no-key-in-answer' });
    },
  );
});

describe('a refusal says what to do', () => {
  test.each([
    [400, 'VALIDATION_ERROR', 'provisioning-not-accepted', /name is required/, /Check the token/],
    [401, 'INVALID_TOKEN', 'provisioning-token-unknown', /does not know/, /apt_/],
    [401, 'TOKEN_EXPIRED', 'provisioning-token-expired', /expired/, /new token/],
    [409, 'DEVICE_EXISTS', 'device-exists', /registered already/, /another device id/],
  ])('%i %s', (status, code, ours, text, hint) => {
    const outcome = meaning(answer(status, { success: false, error: { code, message: 'name is required' } }));
    expect(outcome).toMatchObject({ ok: false, code: ours });
    if (outcome.ok) return;
    expect(outcome.text).toMatch(text);
    expect(outcome.hint).toMatch(hint);
    expect(outcome.technical).toContain(code);
  });

  test.each([
    [400, { error: 'bad' }, 'provisioning-not-accepted'],
    [401, { success: false, error: { code: 'UNAUTHORIZED', message: 'no' } }, 'provisioning-token-unknown'],
    [409, { success: false, error: { code: 'CONFLICT', message: 'no' } }, 'device-exists'],
  ])('%i by its status where its code is another', (status, body, code) => {
    expect(meaning(answer(status, body))).toMatchObject({ ok: false, code });
  });

  test.each([
    [401, '<html>login</html>', 'cloud-intercepted'],
    [200, '<html>login</html>', 'cloud-intercepted'],
    [302, '', 'cloud-intercepted'],
    [404, '{"error":"no"}', 'cloud-wrong-address'],
    [403, '{"error":"no"}', 'provisioning-refused'],
    [429, '', 'throttled'],
    [500, '{"error":"no"}', 'provisioning-server-error'],
  ])('%i %s is "%s", without words about pictures', (status, body, code) => {
    const outcome = meaning(answer(status, body));
    expect(outcome).toMatchObject({ ok: false, code });
    if (!outcome.ok) expect(`${outcome.text} ${outcome.hint}`).not.toMatch(/picture/i);
  });
});

describe('without an answer', () => {
  const lost = (sent: boolean): Exchange => ({
    kind: 'lost',
    sent,
    error: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
  });

  test('nothing was sent: try again; all was sent: the device may exist now', () => {
    expect(meaning(lost(false))).toMatchObject({ ok: false, code: 'connection-lost' });
    const sent = meaning(lost(true));
    expect(sent).toMatchObject({ ok: false, code: 'provisioning-no-answer' });
    if (!sent.ok) expect(sent.hint).toContain('device exists');
    expect(meaning({ kind: 'aborted', sent: true })).toMatchObject({ ok: false, code: 'provisioning-stopped' });
  });
});
