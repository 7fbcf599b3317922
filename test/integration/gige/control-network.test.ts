import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Discovery } from '../../../electron/gateway/source/gige/discovery/discovery.ts';
import { NetworkNamespaces } from '../../support/network-namespaces.ts';

/** A line PC and a camera joined by a cable, as two network namespaces: real broadcasts over a real network card. */

const run = promisify(execFile);
const aravis = '/usr/bin/arv-fake-gv-camera-0.8';
const possible = await NetworkNamespaces.isPossible();
if (!possible) console.warn('Skipped: network namespaces need root and iproute2.');

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe.skipIf(!possible)('over a cable', () => {
  let network: NetworkNamespaces;
  let camera: ChildProcess | null = null;

  beforeAll(async () => {
    network = await NetworkNamespaces.make();
    // A camera sends broadcasts without knowing any way anywhere else.
    await run('ip', ['-n', network.site, 'route', 'add', 'default', 'dev', 'v0']);
  });
  afterEach(async () => {
    if (camera === null || camera.exitCode !== null || camera.signalCode !== null) return;
    const ended = once(camera, 'exit');
    camera.kill('SIGKILL');
    await ended;
  });
  afterAll(() => network.remove());

  function startCamera(...command: readonly string[]): ChildProcess {
    const [program = '', ...words] = [...network.inSite(), ...command];
    camera = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    return camera;
  }

  async function onLine(...words: readonly string[]): Promise<Discovery> {
    const [program = '', ...rest] = [...network.inLine(), process.execPath, beside('control-line.ts'), ...words];
    const { stdout } = await run(program, rest);
    return JSON.parse(stdout);
  }

  test.skipIf(!existsSync(aravis))('the camera of Aravis is found by broadcast', async () => {
    startCamera(aravis, '-i', network.siteAddress, '-s', 'CABLE');
    const expected = {
      serial: 'CABLE',
      ip: network.siteAddress,
      interface: 'v0',
      interfaceAddress: network.lineAddress,
    };
    await expect
      .poll(async () => (await onLine()).cameras, { timeout: 20_000 })
      .toMatchObject([{ ...expected, problem: 'none' }]);
  });

  test('a camera of another network is heard, and usable once it has the proposed address', async () => {
    const [ready] = await once(
      startCamera(process.execPath, beside('control-stray-camera.ts')).stdout as NodeJS.EventEmitter,
      'data',
    );
    expect(String(ready)).toContain('ready');
    expect((await onLine()).cameras).toMatchObject([
      {
        serial: 'STRAY',
        ip: '10.9.8.7',
        problem: 'wrong-network',
        proposal: { address: '10.231.7.11', mask: '255.255.255.0' },
      },
    ]);
    expect((await onLine('force')).cameras).toMatchObject([{ serial: 'STRAY', ip: '10.231.7.11', problem: 'none' }]);
  });

  test('a network card without a cable is no reason to fail', async () => {
    await network.cable('down');
    const { cameras, problems } = await onLine();
    await network.cable('up');
    expect(cameras).toEqual([]);
    expect(Array.isArray(problems)).toBe(true);
  });
});
