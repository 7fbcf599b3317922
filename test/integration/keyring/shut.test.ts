import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { SecretsWait } from '../../../electron/gateway/gateway-options.ts';
import { openGateway, startServer } from '../../support/gateway-fixture.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { said, spokenAdvice, spokenCheck, statement } from '../../support/spoken.ts';

/** The gateway while this PC's keyring has not given what it holds. */

const held = (state: SecretsWait['state'], ...names: SecretsWait['names']) => ({ waiting: { names, state } });

describe('while the device key is in a keyring that is shut', () => {
  test('pictures are collected, nothing is sent, and it is said why; unlocked, they go out by themselves', async () => {
    const server = await startServer();
    const { gateway, putPictures, rows, until, setSecrets } = await openGateway({
      ...server,
      deviceKey: null,
      secrets: held('locked', 'deviceKey'),
    });
    await putPictures(3);
    gateway.start();
    const locked = await until(
      'the keyring is waited for',
      ({ connection, counts }) => connection.state === 'key-locked' && counts.pending === 3,
    );
    expect(statement(locked.flow)).toMatchObject({ level: 'act', headline: 'WAITING FOR KEYRING' });
    expect(statement(locked.flow).detail).toBe(
      'The device key can’t be read: this PC’s keyring is locked. 3 pictures wait safely on this PC.',
    );
    expect(statement(locked.safe).level).toBe('good');
    expect(spokenAdvice(locked.advice)).toMatchObject([{ code: 'key-locked', level: 'act', action: 'try-now' }]);
    expect(locked.connection.nextProbeAt).toBeNull();
    expect(rows().every(({ attempts, state }) => attempts === 0 && state === 'pending')).toBe(true);

    setSecrets(held('absent', 'deviceKey'));
    const absent = await until('it can’t be reached', ({ connection }) =>
      said(connection.message).text.includes('can’t be reached'),
    );
    // It is the same trouble.
    expect(absent.connection).toMatchObject({ state: 'key-locked', since: locked.connection.since });
    await pause(1_500);
    await until('the cloud would be told', ({ checkin }) => checkin.status === 'degraded');
    expect(server.simulator.stats().requests).toBe(0);

    setSecrets({ deviceKey: server.deviceKey, keySource: 'keyring' });
    await until('all are delivered', ({ flow }) => statement(flow).headline === 'ALL DELIVERED');
  });

  test('nothing is wrong in the moment before it answers, and nothing is well', async () => {
    const server = await startServer();
    const { gateway, putPictures, until, setSecrets } = await openGateway({
      ...server,
      deviceKey: null,
      secrets: held('asking', 'deviceKey'),
    });
    const seen = new Set<string>();
    gateway.onChange(() => seen.add(statement(gateway.snapshot().flow).headline));
    await putPictures(2);
    gateway.start();
    await until('both are stored', ({ counts }) => counts.pending === 2);
    await pause(500);
    expect(statement(gateway.snapshot().flow)).toMatchObject({ level: 'busy', headline: 'STARTING' });
    setSecrets({ deviceKey: server.deviceKey });
    await until('both are delivered', ({ flow }) => statement(flow).headline === 'ALL DELIVERED');
    expect([...seen]).not.toContain('WAITING FOR KEYRING');
    expect([...seen]).not.toContain('READY');
  });

  test('a stop waits for nothing', async () => {
    const server = await startServer();
    for (const state of ['asking', 'locked'] as const) {
      const { gateway, stop } = await openGateway({
        ...server,
        deviceKey: null,
        secrets: held(state, 'deviceKey'),
      });
      gateway.start();
      await pause(300);
      await stop();
    }
  });

  test('the site doctor says so, and calls no key missing', async () => {
    const server = await startServer();
    const { gateway, operate } = await openGateway({
      ...server,
      deviceKey: null,
      secrets: held('locked', 'deviceKey'),
    });
    gateway.start();
    const checks = (await operate('doctor.run', {})).checks.map(spokenCheck);
    expect(checks.find(({ code }) => code === 'keyring')).toMatchObject({
      state: 'fault',
      text: 'The device key can’t be read: this PC’s keyring is locked.',
      hint: expect.stringContaining('Unlock it'),
    });
    expect(checks.find(({ code }) => code === 'key')).toMatchObject({ state: 'skipped' });
    expect(checks.find(({ code }) => code === 'api')).toMatchObject({ state: 'ok' });
    expect(JSON.stringify(checks)).not.toContain('no device key yet');
  });
});

test('of a secret that the keyring holds back the site doctor says so, and of another that there is none', async () => {
  const server = await startServer();
  const proxy = await startProxy({ login: 'line:word' });
  const { gateway, operate } = await openGateway({
    ...server,
    deviceKey: null,
    cloud: { proxy: { url: proxy.url, username: 'line', noProxy: [] } },
    secrets: held('locked', 'proxyPassword'),
  });
  gateway.start();
  const checks = (await operate('doctor.run', {})).checks.map(spokenCheck);
  expect(checks.find(({ code }) => code === 'keyring')).toMatchObject({
    text: 'The password of the proxy can’t be read: this PC’s keyring is locked.',
  });
  expect(checks.find(({ code }) => code === 'key')).toMatchObject({
    state: 'fault',
    text: 'There is no device key yet.',
  });
});

test('a key that another user’s keyring holds is called so, and a new one sets it going', async () => {
  const server = await startServer();
  const { gateway, putPictures, until, setSecrets } = await openGateway({
    ...server,
    deviceKey: null,
    secrets: { keyIsForeign: true },
  });
  await putPictures(1);
  gateway.start();
  const { flow, advice } = await until('it is told', ({ connection }) => connection.state === 'key-missing');
  expect(statement(flow).detail).toContain('The stored device key can’t be opened by this user’s keyring.');
  expect(spokenAdvice(advice)).toMatchObject([
    { action: 'enter-key', hint: 'Enter it again, or start the gateway as the user who entered it.' },
  ]);
  setSecrets({ deviceKey: server.deviceKey });
  await until('it is delivered', ({ flow: now }) => statement(now).headline === 'ALL DELIVERED');
});

test('a proxy is asked for nothing before its password is there, and then is shown it', async () => {
  const server = await startServer();
  const proxy = await startProxy({ login: 'line:word' });
  const { gateway, putPictures, until, setSecrets } = await openGateway({
    ...server,
    cloud: { proxy: { url: proxy.url, username: 'line', noProxy: [] } },
    secrets: { deviceKey: server.deviceKey, ...held('locked', 'proxyPassword') },
  });
  await putPictures(2);
  gateway.start();
  const locked = await until('the keyring is waited for', ({ connection }) => connection.state === 'key-locked');
  expect(said(locked.connection.message).text).toBe(
    'The password of the proxy can’t be read: this PC’s keyring is locked.',
  );
  await pause(1_500);
  expect(proxy.asked).toEqual([]);
  setSecrets({ deviceKey: server.deviceKey, proxyPassword: 'word' });
  await until('both are delivered', ({ flow }) => statement(flow).headline === 'ALL DELIVERED');
});
