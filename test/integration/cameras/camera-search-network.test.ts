import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, onTestFinished, test } from 'vitest';
import { checkAddress, proposeAddress } from '../../../renderer/sources/cameras/force-ip.ts';
import { FoundCameraEntry } from '../../../renderer/sources/cameras/found-camera.tsx';
import type { FoundCamera } from '../../../shared/camera.ts';
import { contract } from '../../../shared/contract.ts';
import { NetworkNamespaces } from '../../support/network-namespaces.ts';
import { said } from '../../support/spoken.ts';

const run = promisify(execFile);
const isPossible = await NetworkNamespaces.isPossible();
if (!isPossible) console.warn('Skipped: network namespaces need root and iproute2.');

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test.skipIf(!isPossible)(
  'a camera of another network reaches the window with the address to give it, and is usable once it has it',
  async () => {
    const network = await NetworkNamespaces.make();
    onTestFinished(() => network.remove());
    const proposed = '10.231.7.11';
    // Where the simulated camera can move to.
    await run('ip', ['-n', network.site, 'address', 'add', `${proposed}/24`, 'dev', 'v0']);
    const [program = '', ...words] = network.inSite();
    const script = [process.execPath, beside('camera-search-stray.ts'), network.siteAddress];
    const camera = spawn(program, [...words, ...script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(async () => {
      const ended = once(camera, 'exit');
      if (camera.kill()) await ended;
    });
    await once(camera.stdout, 'data');

    const search = async (...request: readonly string[]): Promise<readonly FoundCamera[]> => {
      const [onLine = '', ...rest] = [...network.inLine(), process.execPath, beside('camera-search-line.ts')];
      const { stdout } = await run(onLine, [...rest, ...request]);
      // As both sides of the bridge see it.
      return contract['cameras.find'].response.parse(JSON.parse(stdout)).cameras;
    };
    const [stray, ...others] = await search();
    if (stray === undefined) throw new Error('the camera was not found');
    expect(others).toEqual([]);
    expect(stray).toMatchObject({
      serial: 'STRAY2',
      address: '169.254.12.80',
      problem: 'wrong-network',
      proposal: { address: proposed, mask: '255.255.255.0', gateway: '0.0.0.0' },
    });

    const entry = renderToStaticMarkup(createElement(FoundCameraEntry, { camera: stray, all: [stray] }));
    expect(entry).toContain('Wrong network');
    expect(entry).toContain('Set address…');
    expect(entry).toContain(said(stray.message).hint);

    const draft = proposeAddress(stray);
    expect(draft.address).toBe(proposed);
    expect(checkAddress(draft, stray)).toEqual({});
    const request = { mac: stray.id, interfaceAddress: stray.interfaceAddress, ...draft };
    expect(await search(JSON.stringify(request))).toMatchObject([
      { serial: 'STRAY2', address: proposed, problem: 'none', proposal: null, message: null },
    ]);
  },
  60_000,
);
