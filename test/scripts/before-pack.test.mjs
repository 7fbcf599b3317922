import { afterEach, describe, expect, it, vi } from 'vitest';
import { beforePack } from '../../scripts/before-pack.mjs';
import { declaredVersion } from '../../scripts/setup/official-runtime.mjs';

const packing = (/** @type {string} */ version, /** @type {string | undefined} */ electronDist) => ({
  packager: { info: { framework: { version } }, config: { electronDist } },
});

describe('the packing of a release', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('takes the declared Electron', () => {
    expect(() => beforePack(packing(declaredVersion(), undefined))).not.toThrow();
  });

  it('refuses the development runtime, also under the right version', () => {
    expect(() => beforePack(packing('33.2.1', undefined))).toThrow(/from its makers/);
    expect(() => beforePack(packing(declaredVersion(), '/cache/electron'))).toThrow(/from its makers/);
  });

  it('lets a trial package through that is asked for as such', () => {
    vi.stubEnv('ACUSIGHT_TRIAL_PACKAGE', '1');
    expect(() => beforePack(packing('33.2.1', '/cache/electron'))).not.toThrow();
  });
});
