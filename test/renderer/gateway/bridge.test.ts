import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, parseAnswer, subscribeSnapshots } from '../../../renderer/gateway/bridge.ts';
import type { GatewayBridge } from '../../../shared/contract.ts';
import { scenarios } from '../../support/fake-gateway/scenarios.ts';
import { failureSaying } from '../../support/spoken.ts';

const expose = (gateway?: GatewayBridge) => vi.stubGlobal('window', { gateway });
afterEach(() => vi.unstubAllGlobals());

describe('the bridge', () => {
  it('passes a well-formed answer on', () => {
    expect(parseAnswer('entry.retry', { ok: true, value: { changed: 1 } })).toEqual({
      ok: true,
      value: { changed: 1 },
    });
  });

  it('passes a refusal on in its own words', () => {
    const error = failureSaying('Busy.', 'Wait.');
    expect(parseAnswer('entry.retry', { ok: false, error })).toEqual({ ok: false, error });
  });

  it.each([
    undefined,
    null,
    'yes',
    {},
    { ok: true },
    { ok: true, value: { changed: 'one' } },
    { ok: false, error: {} },
  ])('turns the answer %j into a failure instead of trusting it', (answer) => {
    expect(parseAnswer('entry.retry', answer)).toMatchObject({ ok: false, error: { code: 'gateway-misunderstood' } });
  });

  it('says that the gateway does not answer when there is none, or when it breaks', async () => {
    expose();
    expect(await call('sync.tryNow', {})).toMatchObject({ ok: false, error: { code: 'gateway-silent' } });
    expose({ invoke: () => Promise.reject(new Error('gone')), subscribe: () => () => undefined });
    expect(await call('sync.tryNow', {})).toMatchObject({ ok: false, error: { code: 'gateway-silent' } });
  });

  it('keeps a malformed snapshot out', () => {
    let send: (value: unknown) => void = () => undefined;
    expose({
      invoke: () => Promise.resolve(null),
      subscribe: (listener) => {
        send = listener;
        return () => undefined;
      },
    });
    const taken: unknown[] = [];
    let broken = 0;
    subscribeSnapshots(
      (snapshot) => taken.push(snapshot),
      () => {
        broken += 1;
      },
    );
    const calm = scenarios.calm?.snapshot;
    send(calm);
    send({ ...calm, disk: null });
    expect(taken).toEqual([calm]);
    expect(broken).toBe(1);
  });
});
