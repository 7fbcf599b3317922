import { describe, expect, it } from 'vitest';
import type { SecretsWait } from '../../../../electron/gateway/gateway-options.ts';
import {
  keyLocked,
  keyringShut,
  neededOf,
  neededToProvision,
  shutOf,
} from '../../../../electron/gateway/wiring/shut-keyring.ts';
import { said } from '../../../support/spoken.ts';

const all: SecretsWait = {
  names: ['deviceKey', 's3AccessKeyId', 's3SecretAccessKey', 'proxyPassword'],
  state: 'locked',
};
const plain = { cloud: { mode: 'cloud' as const } };
const proxy = { url: 'http://proxy:8080', username: 'line', noProxy: [] };

describe('secrets in a keyring that is shut', () => {
  it('keep a site from its cloud only where it needs them', () => {
    const names = (site: Parameters<typeof neededOf>[0], waiting: SecretsWait | null = all) =>
      neededOf(site, { waiting })?.names ?? null;
    expect(names(plain, null)).toBeNull();
    expect(names(plain)).toEqual(['deviceKey']);
    expect(names({ cloud: { mode: 'lan' } })).toEqual(['deviceKey', 's3AccessKeyId', 's3SecretAccessKey']);
    expect(names({ cloud: { mode: 'cloud', proxy } })).toEqual(['deviceKey', 'proxyPassword']);
    const { username: _, ...open } = proxy;
    expect(names({ cloud: { mode: 'cloud', proxy: open } })).toEqual(['deviceKey']);
    // The key came from the environment: what is left over from LAN mode hinders nobody.
    expect(names(plain, { ...all, names: ['s3AccessKeyId', 's3SecretAccessKey'] })).toBeNull();
    expect(shutOf(plain, { waiting: { ...all, names: ['s3AccessKeyId'] } })).toBeNull();
  });

  it('keep a token from the cloud only where the proxy wants a password', () => {
    expect(neededToProvision(plain, { waiting: all })).toBeNull();
    expect(neededToProvision({ cloud: { mode: 'cloud', proxy } }, { waiting: all })?.names).toEqual(['proxyPassword']);
  });

  it('are told with what holds them, what to do, and that pictures are safe; nobody is asked for a new key', () => {
    const { text, hint } = said(keyringShut({ ...all, names: ['deviceKey'] }));
    expect(text).toBe('The device key can’t be read: this PC’s keyring is locked.');
    expect(hint).toContain('Unlock it');
    expect(hint).toContain('Deliveries begin by themselves then');
    expect(hint).toContain('ACUSIGHT_DEVICE_KEY');
    expect(said(keyringShut(all)).text).toBe(
      'The device key, access key of the object storage and password of the proxy can’t be read: this PC’s keyring is locked.',
    );
    for (const state of ['asking', 'locked', 'silent', 'absent'] as const) {
      const failure = keyLocked({ names: ['deviceKey'], state });
      const { text, hint } = said(failure.message);
      expect(`${text} ${hint}`).not.toMatch(/enter (the|a) (device )?key/i);
      expect(failure.pauseReason).toBe('key-locked');
    }
  });
});
