import { describe, expect, it } from 'vitest';
import { installEnvironment, matchesLockfile } from '../../scripts/setup/dependencies.mjs';

/** @param {Record<string, object>} packages */
const text = (packages) => JSON.stringify({ packages: { '': { name: 'x' }, ...packages } });
const vite = { version: '8.3.8', integrity: 'sha512-a' };

describe('whether the installed dependencies match the lockfile', () => {
  it('they do when every package is there in the version named', () => {
    const lockfile = text({ 'node_modules/vite': vite });
    expect(matchesLockfile(lockfile, text({ 'node_modules/vite': vite }))).toBe(true);
  });

  it('they do not when nothing is installed', () => {
    expect(matchesLockfile(text({ 'node_modules/vite': vite }), '')).toBe(false);
  });

  it('they do not when a version, a content or a needed package differs', () => {
    const lockfile = text({ 'node_modules/vite': vite });
    expect(matchesLockfile(lockfile, text({ 'node_modules/vite': { ...vite, version: '8.3.7' } }))).toBe(false);
    expect(matchesLockfile(lockfile, text({ 'node_modules/vite': { ...vite, integrity: 'sha512-b' } }))).toBe(false);
    expect(matchesLockfile(lockfile, text({}))).toBe(false);
  });

  it('they do not when a package is installed that the lockfile no longer names', () => {
    expect(matchesLockfile(text({}), text({ 'node_modules/vite': vite }))).toBe(false);
  });

  it('packages for other platforms may be absent', () => {
    const lockfile = text({ 'node_modules/for-another-platform': { ...vite, optional: true } });
    expect(matchesLockfile(lockfile, text({}))).toBe(true);
  });
});

describe('where npm finds headers for what it compiles', () => {
  it('is the machine’s own, so that none are downloaded', () => {
    expect(installEnvironment('/usr', { PATH: '/bin' })).toEqual({ PATH: '/bin', npm_config_nodedir: '/usr' });
  });

  it('stays what a person set, and is left to npm where the machine has none', () => {
    const own = { npm_config_nodedir: '/opt/node' };
    expect(installEnvironment('/usr', own)).toEqual(own);
    expect(installEnvironment(undefined, { PATH: '/bin' })).toEqual({ PATH: '/bin' });
  });
});
