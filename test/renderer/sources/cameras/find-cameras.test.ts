import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FailedRequest, inquire, requests } from '../../../../renderer/gateway/requests.ts';
import { checkAddress, isMask, parseIpv4, proposeAddress } from '../../../../renderer/sources/cameras/force-ip.ts';
import { FoundCameraEntry, sourceFor, sourceSnippet } from '../../../../renderer/sources/cameras/found-camera.tsx';
import {
  foundBadge,
  foundName,
  foundSummary,
  inOrder,
} from '../../../../renderer/sources/cameras/found-camera-text.ts';
import type { FoundCamera } from '../../../../shared/camera.ts';
import { contract } from '../../../../shared/contract.ts';
import { legacy } from '../../../../shared/messages/message.ts';
import { sourceSchema } from '../../../../shared/source-config.ts';
import { foundCameras } from '../../../support/fake-gateway/fake-cameras.ts';
import { failureSaying } from '../../../support/spoken.ts';
import { foundCamera } from '../camera-source.ts';

afterEach(() => vi.unstubAllGlobals());

describe('a found camera as a source', () => {
  it('is a source that the configuration takes, for every kind of camera', () => {
    const strange = foundCamera({ model: '検査カメラ', userName: 'a/b\\c "quoted"', serial: '' });
    for (const camera of [...foundCameras, strange, foundCamera({ vendor: '', model: '', serial: '' })]) {
      const outcome = sourceSchema.safeParse(JSON.parse(sourceSnippet(camera, [], foundCameras)));
      expect(outcome.error?.issues ?? []).toEqual([]);
    }
  });

  it('is told by its serial number, else by its address, and has an id of its own', () => {
    expect(sourceFor(foundCamera(), ['aca1920'], [])).toMatchObject({ id: 'aca1920-2', serial: '22471193' });
    expect(sourceFor(foundCamera({ serial: '' }), [], [])).toMatchObject({ address: '192.168.77.10' });
    expect(sourceFor(foundCamera({ model: '検査' }), [], [])).toMatchObject({ id: 'camera', name: '検査' });
  });

  it('is told by its label on USB, but by its device id where two have the same label', () => {
    const usb = foundCamera({ kind: 'usb', id: 'abc', model: 'BRIO' });
    expect(sourceFor(usb, [], [usb])).toMatchObject({ kind: 'usb', device: 'BRIO' });
    expect(sourceFor(usb, [], [usb, { ...usb, id: 'def' }])).toMatchObject({ device: 'abc' });
  });
});

describe('the address for a camera of another network', () => {
  const stray = foundCamera({ address: '169.254.12.80', problem: 'wrong-network' });

  it('is the one that the gateway proposes', () => {
    const proposal = { address: '192.168.78.9', mask: '255.255.252.0', gateway: '0.0.0.0' };
    expect(proposeAddress({ ...stray, proposal })).toEqual(proposal);
  });

  it('is offered beside the camera, in the words of the gateway', () => {
    const text = 'It is of another network.';
    const hint = 'Give it 192.168.77.13.';
    const entry = (camera: FoundCamera) =>
      renderToStaticMarkup(createElement(FoundCameraEntry, { camera, all: [camera] }));
    const shown = entry({ ...stray, message: legacy(text, hint) });
    for (const words of ['Wrong network', 'Set address…', text, hint]) expect(shown).toContain(words);
    const taken = entry(foundCamera({ problem: 'taken', message: legacy('It is controlled by another program.') }));
    expect(taken).toContain('Taken by another program');
    expect(taken).toContain('It is controlled by another program.');
    for (const other of [taken, entry(foundCamera())]) expect(other).not.toContain('Set address');
  });

  it('begins with the card’s network where nothing is proposed, and cannot be sent like that', () => {
    const draft = proposeAddress(stray);
    expect(draft.address).toBe('192.168.77.');
    expect(checkAddress(draft, stray).address).toContain('four numbers');
  });

  it.each([
    ['192.168.77.1', 'This is the address of this PC'],
    ['192.168.78.5', 'not in the network'],
    ['192.168.77.255', 'the whole network'],
    ['192.168.77.0', 'the whole network'],
    ['192.168.77.256', 'four numbers'],
    ['192.168.77', 'four numbers'],
  ])('is refused as %s, in words', (address, words) => {
    expect(checkAddress({ address, mask: '255.255.255.0', gateway: '' }, stray).address).toContain(words);
  });

  it('is sent as the contract wants it once nothing is wrong', () => {
    const draft = { address: '192.168.77.13', mask: '255.255.255.0', gateway: '0.0.0.0' };
    expect(checkAddress(draft, stray)).toEqual({});
    const request = { mac: stray.id, interfaceAddress: stray.interfaceAddress, ...draft };
    expect(contract['camera.forceIp'].request.safeParse(request).success).toBe(true);
  });

  it('needs a mask of ones before zeros', () => {
    const masks = ['255.255.255.0', '255.255.252.0', '128.0.0.0', '255.255.255.254'];
    const wrong = ['255.0.255.0', '0.0.0.0', '255.255.255.255', '255.255.255.1'];
    expect(masks.map((mask) => isMask(parseIpv4(mask) ?? 0))).toEqual([true, true, true, true]);
    expect(wrong.map((mask) => isMask(parseIpv4(mask) ?? 0))).toEqual([false, false, false, false]);
  });
});

describe('the search for cameras', () => {
  const expose = (answers: readonly unknown[]) => {
    const left = [...answers];
    vi.stubGlobal('window', { gateway: { invoke: async () => left.shift(), subscribe: () => () => undefined } });
  };

  it('keeps what it found when the next search fails, and says why it failed', async () => {
    const error = failureSaying('No network.', 'Check it.');
    expose([
      { ok: true, value: { cameras: [foundCamera()], problems: [legacy('wlan0 is down.')] } },
      { ok: false, error },
    ]);
    const search = () => requests.getQueryState<unknown, FailedRequest>(['cameras.find']);
    await inquire('cameras.find');
    expect(search()).toMatchObject({
      data: { problems: [legacy('wlan0 is down.')] },
      error: null,
      fetchStatus: 'idle',
    });
    await inquire('cameras.find');
    expect(search()?.error?.failure).toEqual(error);
    expect(search()).toMatchObject({ data: { cameras: [foundCamera()] }, fetchStatus: 'idle' });
  });

  it('puts first what a person must do something about, and sums up in words', () => {
    const used = foundCamera({ sourceId: 'top' });
    const stray = foundCamera({ problem: 'wrong-network' });
    expect(inOrder([used, foundCamera(), stray]).map(({ problem, sourceId }) => `${problem} ${sourceId}`)).toEqual([
      'wrong-network null',
      'none null',
      'none top',
    ]);
    expect(foundSummary([used, foundCamera(), stray])).toBe(
      '3 cameras: 1 with a problem, 1 free to use, 1 in use here.',
    );
    expect(foundSummary([])).toBe('No camera was found.');
    expect(foundBadge({ problem: 'none', sourceId: 'top' }).word).toBe('In use here');
    expect(foundBadge({ problem: 'taken', sourceId: null }).level).toBe('alarm');
    expect(foundName(foundCamera({ vendor: '', model: '' }))).toBe('Network camera without a name');
  });
});
