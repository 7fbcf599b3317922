import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isComplete, provideEntry } from '../../scripts/setup/cache-entry.mjs';
import { cacheFolder } from '../../scripts/setup/places.mjs';

describe('an entry of the cache folder', () => {
  let cache = '';
  beforeEach(() => {
    cache = mkdtempSync(path.join(tmpdir(), 'acusight-cache-'));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  const build = async (/** @type {string} */ folder) => writeFileSync(path.join(folder, 'content'), 'made');

  it('is built once, and found the next time', async () => {
    let builds = 0;
    const counted = async (/** @type {string} */ folder) => {
      builds += 1;
      await build(folder);
    };
    const first = await provideEntry({ cache, name: 'a', build: counted });
    const second = await provideEntry({ cache, name: 'a', build: counted });
    expect([builds, first, readFileSync(path.join(second, 'content'), 'utf8')]).toEqual([1, second, 'made']);
  });

  it('is built once by two set-ups that need it at the same time', async () => {
    let builds = 0;
    let waited = 0;
    const slow = async (/** @type {string} */ folder) => {
      builds += 1;
      await delay(200);
      await build(folder);
    };
    const waiting = () => {
      waited += 1;
    };
    await Promise.all([1, 2].map(() => provideEntry({ cache, name: 'a', build: slow, waiting })));
    expect([builds, waited]).toEqual([1, 1]);
  });

  it('is absent, with nothing left behind, when its building fails', async () => {
    const failing = async (/** @type {string} */ folder) => {
      await build(folder);
      throw new Error('no disk');
    };
    await expect(provideEntry({ cache, name: 'a', build: failing })).rejects.toThrow('no disk');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is built anew when a killed set-up left a half-made one and its lock', async () => {
    const dead = spawnSync(process.execPath, ['--eval', '']).pid;
    writeFileSync(path.join(cache, 'a.lock'), String(dead));
    mkdirSync(path.join(cache, '.building-a-00000000'));
    mkdirSync(path.join(cache, 'a'));
    const folder = await provideEntry({ cache, name: 'a', build });
    expect([isComplete(folder), existsSync(path.join(folder, 'content')), readdirSync(cache)]).toEqual([
      true,
      true,
      ['a'],
    ]);
  });
});

describe('the cache folder', () => {
  it('is the one that the person names, else the usual place of the system', () => {
    const home = path.resolve('/home/person');
    const named = path.resolve('/some/where');
    expect(cacheFolder({ ACUSIGHT_CACHE_DIR: named }, 'linux', home)).toBe(named);
    expect(cacheFolder({}, 'linux', home)).toBe(path.join(home, '.cache', 'acusight-line-gateway'));
    expect(cacheFolder({ XDG_CACHE_HOME: named }, 'linux', home)).toBe(path.join(named, 'acusight-line-gateway'));
    expect(cacheFolder({ LOCALAPPDATA: named }, 'win32', home)).toBe(path.join(named, 'acusight-line-gateway'));
  });
});
