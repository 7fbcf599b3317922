import { describe, expect, it } from 'vitest';
import { ownArguments, parseArguments } from '../../electron/cli.ts';

const messageOf = (...args: string[]): string => {
  const outcome = parseArguments(args);
  return outcome.ok ? `taken as ${outcome.options.command}` : outcome.message;
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
    [['demo'], { command: 'demo', json: false, keepOpen: false }],
    [['demo', '--keep-open', '--json'], { command: 'demo', json: true, keepOpen: true }],
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
  ])('%j is refused in words', (args, words) => {
    expect(messageOf(...args)).toContain(words);
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
