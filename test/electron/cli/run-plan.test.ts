import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makePlan } from '../../../electron/cli/run-plan.ts';

it('the product itself keeps its data and its configuration with the user, and may write both', () => {
  expect(makePlan({ command: 'open', dataDir: null, configFile: null }, '/home/u/.config/gw')).toMatchObject({
    dataDir: resolve('/home/u/.config/gw/data'),
    configFile: resolve('/home/u/.config/gw/data/config.json'),
    editable: true,
    headless: false,
    logToStdout: false,
  });
});

it('a configuration that was given is not written to', () => {
  expect(makePlan({ command: 'open', dataDir: '/d', configFile: 'c.json' }, '/u')).toMatchObject({
    dataDir: resolve('/d'),
    configFile: resolve('c.json'),
    editable: false,
  });
});

it('the integrator’s way in logs to standard output and changes nothing', () => {
  expect(
    makePlan({ command: 'gateway', dataDir: 'd', configFile: 'c', headless: true, exitWhenDrained: true }, '/u'),
  ).toEqual({
    command: 'gateway',
    dataDir: resolve('d'),
    configFile: resolve('c'),
    headless: true,
    exitWhenDrained: true,
    editable: false,
    logToStdout: true,
  });
});

it('each demo has a folder of its own', () => {
  const plans = [1, 2].map(() =>
    makePlan({ command: 'demo', json: true, keepOpen: false, lan: false, cameras: false }, '/u'),
  );
  const roots = plans.map(({ dataDir }) => dirname(dataDir));
  onTestFinished(async () => {
    for (const root of roots) await rm(root, { recursive: true });
  });
  expect(new Set(roots).size).toBe(2);
  expect(plans[0]?.configFile).toBe(join(roots[0] ?? '', 'config.json'));
});

it.each([
  { command: 'provision', dataDir: 'd', configFile: 'c', token: 'apt_1', name: null },
  { command: 'doctor', dataDir: 'd', configFile: 'c', json: true },
  { command: 'ledger', dataDir: 'd', configFile: 'c', json: true },
] as const)(
  '"gateway $command" opens no window, logs nothing to standard output and changes no settings',
  (options) => {
    expect(makePlan(options, '/u')).toEqual({
      command: options.command,
      dataDir: resolve('d'),
      configFile: resolve('c'),
      headless: true,
      exitWhenDrained: false,
      editable: false,
      logToStdout: false,
    });
  },
);

it('the doctor looks at the data folder of the window where none is named', () => {
  expect(makePlan({ command: 'doctor', dataDir: null, configFile: 'c', json: false }, '/u')).toMatchObject({
    dataDir: resolve('/u/data'),
  });
});
