import { describe, expect, it } from 'vitest';
import { ownArguments, parseArguments, usage } from '../../../electron/cli/arguments.ts';
import { createWords, plainEnglish } from '../../../shared/messages/words.ts';

const messageOf = (...args: string[]): string => {
  const outcome = parseArguments(args);
  return outcome.ok ? `taken as ${outcome.options.command}` : plainEnglish(outcome.message);
};

describe('the command line', () => {
  it.each([
    [[], { command: 'open', dataDir: null, configFile: null }],
    [['open', '--data-dir', '/d'], { command: 'open', dataDir: '/d', configFile: null }],
    [['--config=/c.json', '--data-dir=/d'], { command: 'open', dataDir: '/d', configFile: '/c.json' }],
    [
      ['gateway', '--config', 'c.json', '--data-dir', 'my data'],
      { command: 'gateway', configFile: 'c.json', dataDir: 'my data', headless: false, exitWhenDrained: false },
    ],
    [
      ['gateway', '--exit-when-drained', '--data-dir=a=b', '--headless', '--config', 'c'],
      { command: 'gateway', configFile: 'c', dataDir: 'a=b', headless: true, exitWhenDrained: true },
    ],
    [['demo'], { command: 'demo', json: false, keepOpen: false, lan: false, cameras: false }],
    [['demo', '--keep-open', '--json'], { command: 'demo', json: true, keepOpen: true, lan: false, cameras: false }],
    [['demo', '--lan'], { command: 'demo', json: false, keepOpen: false, lan: true, cameras: false }],
    [
      ['gateway', 'provision', '--config', 'c', '--data-dir', 'd', '--token', ' apt_1 ', '--name', 'Line 7'],
      { command: 'provision', configFile: 'c', dataDir: 'd', token: 'apt_1', name: 'Line 7' },
    ],
    [['gateway', 'doctor', '--config', 'c'], { command: 'doctor', configFile: 'c', dataDir: null, json: false }],
    [
      ['gateway', 'doctor', '--json', '--data-dir=d', '--config=c'],
      { command: 'doctor', configFile: 'c', dataDir: 'd', json: true },
    ],
    [
      ['gateway', 'ledger', '--verify', '--data-dir', 'd'],
      { command: 'ledger', configFile: null, dataDir: 'd', json: false },
    ],
    [
      ['gateway', 'ledger', '--data-dir', 'd', '--config', 'c', '--json', '--verify'],
      { command: 'ledger', configFile: 'c', dataDir: 'd', json: true },
    ],
    [['doctor', '--config', 'c', '--json'], { command: 'doctor', configFile: 'c', dataDir: null, json: true }],
    [
      ['recover', '--config', 'c', '--data-dir', 'd'],
      { command: 'recover', configFile: 'c', dataDir: 'd', json: false },
    ],
  ])('%j', (args, options) => {
    expect(parseArguments(args)).toEqual({ ok: true, options });
  });

  it.each([
    [['start'], '"start" is no command'],
    [['-h'], '"-h" is no command'],
    [['gateway'], 'needs --config FILE and --data-dir DIR'],
    [['gateway', '--config', 'c'], 'needs --config FILE and --data-dir DIR'],
    [['gateway', '--config'], '--config needs a value'],
    [['gateway', '--config='], '--config needs a value'],
    [['gateway', '--config', '--data-dir', 'd'], '--config needs a value'],
    [['gateway', '--headless=yes', '--config', 'c', '--data-dir', 'd'], '"--headless=yes" is no option'],
    [['gateway', '--Config', 'c'], '"--Config" is no option'],
    [['gateway', 'extra'], '"extra" is no option'],
    [['demo', '--config', 'c'], '"--config" is no option'],
    [['open', '--headless'], '"--headless" is no option'],
    [['provision', '--config', 'c'], '"provision" needs --config FILE and --data-dir DIR'],
    [['recover', '--data-dir', 'd'], '"recover" needs --config FILE and --data-dir DIR'],
    [['gateway', 'provision', '--config', 'c', '--token', 't'], 'needs --config FILE and --data-dir DIR'],
    [['gateway', 'provision', '--config', 'c', '--data-dir', 'd'], 'ACUSIGHT_PROVISIONING_TOKEN'],
    [['gateway', 'provision', '--config', 'c', '--data-dir', 'd', '--token', ' '], 'needs --token'],
    [['gateway', 'provision', '--headless'], '"--headless" is no option'],
    [['gateway', 'doctor'], 'needs --config FILE'],
    [['gateway', 'doctor', '--config', 'c', '--verify'], '"--verify" is no option'],
    [['gateway', 'ledger', '--data-dir', 'd'], 'needs --verify'],
    [['gateway', 'ledger', '--verify'], 'needs --verify and --data-dir DIR'],
  ])('%j is refused in words', (args, words) => {
    expect(messageOf(...args)).toContain(words);
  });
});

describe('a provisioning token', () => {
  const provision = (...more: string[]) =>
    parseArguments(['gateway', 'provision', '--config', 'c', '--data-dir', 'd', ...more], {
      ACUSIGHT_PROVISIONING_TOKEN: 'apt_env',
    });

  it('comes from the environment, where no other user sees it', () => {
    expect(provision()).toMatchObject({ ok: true, options: { token: 'apt_env', name: null } });
  });

  it('comes from the command line where both are given', () => {
    expect(provision('--token=apt_line')).toMatchObject({ ok: true, options: { token: 'apt_line' } });
  });

  it('is explained by the usage text', () => {
    expect(usage(createWords())).toMatch(
      /see a token given by --token; the environment variable\s+ACUSIGHT_PROVISIONING_TOKEN/,
    );
  });
});

describe('the program’s own arguments', () => {
  it('come after "--" in development', () => {
    expect(ownArguments(['electron', '--no-sandbox', '.', '--', 'demo', '--json'], false)).toEqual(['demo', '--json']);
    expect(ownArguments(['electron', '.'], false)).toEqual([]);
  });

  it('are found among Chromium’s when packaged', () => {
    const packaged = (...args: string[]) => ownArguments(['/opt/gateway', ...args], true);
    expect(packaged('--no-sandbox', 'gateway', '--config', 'c', '--headless')).toEqual([
      'gateway',
      '--config',
      'c',
      '--headless',
    ]);
    expect(packaged('--', '--config', 'c')).toEqual(['--config', 'c']);
    expect(packaged('--ozone-platform=x11')).toEqual([]);
    expect(packaged('--ozone-platform=x11', '--config=c', '--data-dir=d')).toEqual(['--config=c', '--data-dir=d']);
    expect(packaged('--ozone-platform=x11', '--config', 'c', '--data-dir', 'd')).toEqual([
      '--config',
      'c',
      '--data-dir',
      'd',
    ]);
  });
});
