import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { choosePacked } from '../../scripts/run/package.mjs';
import { attempt } from '../../scripts/setup/command.mjs';
import { declaredVersion } from '../../scripts/setup/official-runtime.mjs';
import { inRoot } from '../../scripts/setup/places.mjs';

describe('the commands of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

  it('are those that the run script knows, each by its own name', async () => {
    const { code, output } = await attempt(process.execPath, [inRoot('scripts', 'run.mjs'), 'no such command']);
    const known = /there are: (.+)/.exec(output)?.[1]?.split(', ') ?? [];
    const named = known.map((name) => [name, name === 'setup' ? 'scripts/setup.mjs' : `scripts/run.mjs ${name}`]);
    expect(code).toBe(1);
    expect(scripts).toEqual(Object.fromEntries(named.map(([name, script]) => [name, `node ${script}`])));
  });
});

describe('the Electron that is packed', () => {
  const official = { executable: '/checkout/node_modules/electron/dist/electron', version: declaredVersion() };
  const development = { executable: '/cache/electron/electron', version: '33.2.1' };

  it('is the one that package.json declares, which the packer fetches itself', () => {
    expect(choosePacked(official, undefined)).toEqual([]);
    expect(choosePacked(official, development)).toEqual([]);
  });

  it('is none where that cannot be had, and the reason is said', () => {
    expect(() => choosePacked(undefined, undefined)).toThrow(`Electron ${declaredVersion()} from its makers`);
  });

  it('is the development runtime only in a package for trial', () => {
    expect(choosePacked(undefined, development)).toEqual([
      '--config.electronVersion=33.2.1',
      '--config.electronDist=/cache/electron',
    ]);
  });
});
