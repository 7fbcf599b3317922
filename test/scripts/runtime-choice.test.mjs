import { describe, expect, it } from 'vitest';
import { downloadAddress, recentRefusal } from '../../scripts/setup/official-runtime.mjs';
import { sandboxTrouble } from '../../scripts/setup/sandbox.mjs';
import { adaptRecipe } from '../../scripts/setup/sqlite-binding.mjs';

const hour = 3_600_000;
const url = 'https://example.com/electron.zip';
const note = JSON.stringify({ url, refusal: 'example.com does not answer', at: 100 * hour });

describe('the memory of a download host that did not answer', () => {
  it('spares the next set-up the wait', () => {
    expect(recentRefusal(note, url, 101 * hour)).toBe('example.com does not answer');
  });

  it('is forgotten after some hours, for another address, and when the clock was set back', () => {
    expect(recentRefusal(note, url, 107 * hour)).toBe('');
    expect(recentRefusal(note, `${url}?other`, 101 * hour)).toBe('');
    expect(recentRefusal(note, url, 99 * hour)).toBe('');
  });

  it('is ignored when there is none or it is broken', () => {
    expect(recentRefusal('', url, 101 * hour)).toBe('');
    expect(recentRefusal('{"url":', url, 101 * hour)).toBe('');
  });
});

describe('the address Electron is downloaded from', () => {
  it('is the makers own, unless a mirror is named', () => {
    expect(downloadAddress('45.4.1', {})).toMatch(
      /^https:\/\/github\.com\/electron\/electron\/.*\/v45\.4\.1\/electron-v/,
    );
    expect(downloadAddress('45.4.1', { ELECTRON_MIRROR: 'http://mirror/' })).toMatch(/^http:\/\/mirror\/v45\.4\.1\//);
  });
});

describe("Chromium's sandbox", () => {
  const usual = { platform: /** @type {const} */ ('linux'), isRoot: false, hasHelper: false, deniesNamespaces: false };

  it('is used wherever it works', () => {
    expect(sandboxTrouble(usual)).toBe('');
    expect(sandboxTrouble({ ...usual, deniesNamespaces: true, hasHelper: true })).toBe('');
    expect(sandboxTrouble({ ...usual, platform: 'win32', isRoot: true })).toBe('');
  });

  it('is left out for root and where the system denies it', () => {
    expect(sandboxTrouble({ ...usual, isRoot: true })).not.toBe('');
    expect(sandboxTrouble({ ...usual, deniesNamespaces: true })).not.toBe('');
  });
});

describe('the build recipe of better-sqlite3', () => {
  it('gets the defines that an older Node-API understands', () => {
    expect(adaptRecipe("'defines': ['NAPI_VERSION=10', 'OTHER'],")).toBe(
      "'defines': ['NAPI_VERSION=2147483647', 'NAPI_EXPERIMENTAL', 'NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT', 'OTHER'],",
    );
  });

  it('is refused when it is not the one this project knows', () => {
    expect(() => adaptRecipe("'defines': ['OTHER'],")).toThrow(/another build recipe/);
  });
});
