import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { printCameras } from '../../../electron/cli/cameras.ts';
import type { DiscoveredCamera } from '../../../electron/gateway/source/gige/discovery/found-cameras.ts';
import { heldCameras } from '../../../electron/gateway/source/gige/discovery/held-cameras.ts';
import { noUsbCameras } from '../../../electron/gateway/source/usb/usb-cameras.ts';
import { findCameras } from '../../../electron/gateway/wiring/cameras.ts';
import type { SimulatorOptionsInput } from '../../../electron/simulators/camera/options.ts';
import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { foundCameraSchema } from '../../../shared/camera.ts';
import { gigeSourceSchema } from '../../../shared/source-config.ts';
import { openGateway } from '../../support/gateway-fixture.ts';
import { said, told } from '../../support/spoken.ts';
import { acknowledge, CameraPeer } from '../gige/control-peer.ts';

const address = '127.0.0.81';
const sources = [gigeSourceSchema.parse({ id: 'top', kind: 'gige', serial: 'SEARCH1' })];
const nowhere = 'http://127.0.0.1:9';

async function startCamera(more: Partial<SimulatorOptionsInput> = {}): Promise<SimulatedCamera> {
  const camera = await SimulatedCamera.start({ address, serial: 'SEARCH1', ...more });
  onTestFinished(() => camera.stop());
  return camera;
}

/** What the search of a program beside the gateway finds of that camera. */
async function search(wish: Partial<Parameters<typeof findCameras>[0]> = {}) {
  const { cameras, problems } = await findCameras({ sources, addresses: [address], usb: noUsbCameras, ...wish });
  const found = cameras.filter(({ serial }) => serial === 'SEARCH1');
  for (const one of found) foundCameraSchema.parse(one);
  return { found, problems };
}

test('a camera is found once, with the source that uses it; that USB can not be asked is said', async () => {
  await startCamera();
  const { found, problems } = await search();
  expect(found).toEqual([
    expect.objectContaining({ address, sourceId: 'top', problem: 'none', message: null, proposal: null }),
  ]);
  expect(problems.map((one) => said(one).text)).toContain(
    'USB cameras can’t be listed: USB cameras can’t be used in this run of the gateway.',
  );
});

test('a camera is known as its source’s by its MAC address, too', async () => {
  await startCamera({ mac: '02:ac:00:00:00:81' });
  const byMac = gigeSourceSchema.parse({ id: 'side', kind: 'gige', serial: '02-AC-00-00-00-81' });
  expect((await search({ sources: [byMac] })).found).toMatchObject([{ sourceId: 'side' }]);
});

describe('a camera that is controlled by another program', () => {
  test.each(['control', 'exclusive'] as const)('(%s) is said to be, in JSON and in text', async (controlStolen) => {
    const camera = await startCamera();
    camera.setFaults({ controlStolen });
    const { found } = await search({ sources: [] });
    const words = 'The camera Simulated camera (serial SEARCH1) is controlled by another program.';
    expect(found.map(told)).toMatchObject([{ problem: 'taken', text: words, sourceId: null }]);
    const printed: string[] = [];
    const output = { print: (text: string) => printed.push(text), complain: () => undefined };
    printCameras({ cameras: found, problems: [] }, false, output);
    expect(printed.join('\n')).toContain(words);
    expect(printed.join('\n')).toContain('Close that program');
    printed.length = 0;
    printCameras({ cameras: found, problems: [] }, true, output);
    expect(JSON.parse(printed.join(''))).toMatchObject({ cameras: [{ problem: 'taken', text: words }] });
    camera.clearFaults();
    expect((await search()).found).toMatchObject([{ problem: 'none', message: null }]);
  });

  test('is said to be where one of the cards that it was heard on lets no answer through, or is gone meanwhile', async () => {
    const peer = await CameraPeer.start('127.0.0.85', 3956);
    onTestFinished(() => peer.close());
    peer.describe({ mac: '02:00:00:00:00:85', ip: '127.0.0.85', mask: '255.0.0.0', serial: 'S85', userName: '' });
    peer.setRegister(0xa00, 2);
    const heard = new Set<string>();
    peer.intercept = ({ command, from }) => {
      heard.add(from.address);
      return command === 0x80 && from.address === '127.0.5.1';
    };
    const loopback = { cidr: null, mac: '00:00:00:00:00:00', family: 'IPv4' as const, internal: true };
    const networkInterfaces = () => ({
      gone: [{ ...loopback, address: '127.0.5.1', netmask: '255.0.0.0' }],
      lo: [{ ...loopback, address: '127.0.0.1', netmask: '255.0.0.0' }],
    });
    const { cameras } = await findCameras({ sources, addresses: ['127.0.0.85'], usb: noUsbCameras, networkInterfaces });
    expect(heard).toEqual(new Set(['127.0.0.1', '127.0.5.1']));
    expect(cameras).toMatchObject([{ serial: 'S85', problem: 'taken' }]);
  });

  test('is not this gateway’s own, which is in use here; to a program beside it, it may be the gateway', async () => {
    const camera = await startCamera();
    const cameras = [{ id: 'top', kind: 'gige', serial: 'SEARCH1', trigger: { mode: 'software' } } as const];
    const line = await openGateway({ baseUrl: nowhere, cameras: [...cameras] });
    line.gateway.start();
    await line.until('it is ready', ({ sources: [top] }) => top?.state === 'armed', 15_000);
    expect(camera.controlled).toBe(true);
    const own = async () =>
      (await line.operate('cameras.find', {})).cameras.filter(({ serial }) => serial === 'SEARCH1');
    expect(await own()).toMatchObject([{ problem: 'none', message: null, sourceId: 'top' }]);
    // A gateway that was kept from its heartbeat takes its camera anew.
    const beside = await vi.waitUntil(
      async () => (await search()).found.find(({ problem, sourceId }) => problem === 'taken' && sourceId === 'top'),
      { timeout: 15_000 },
    );
    expect(said(beside.message).hint).toMatch(
      /^If the gateway runs, this is its source “top” and as it should be\. Else: Close/,
    );

    // While the cable was out, another program was faster.
    camera.vanish();
    await line.until('it is missed', ({ sources: [top] }) => top?.state === 'lost', 15_000);
    camera.setFaults({ controlStolen: 'control', vanished: false });
    await line.until('it is taken', ({ sources: [top] }) => top?.state === 'taken', 30_000);
    expect((await own()).map(told)).toMatchObject([
      { problem: 'taken', sourceId: 'top', hint: expect.stringMatching(/^Close/) },
    ]);
    await line.stop();
  });
});

describe('the question who controls a camera', () => {
  const privilege = 0xa00;
  async function peer(more: Partial<DiscoveredCamera> = {}) {
    const one = await CameraPeer.start('127.0.0.82');
    onTestFinished(() => one.close());
    const camera = { ip: '127.0.0.82', interfaceAddress: '127.0.0.1', card: null, ...more } as DiscoveredCamera;
    const held = async (): Promise<boolean> => (await heldCameras([camera], { port: one.port })).has(camera);
    return { one, camera, held };
  }

  test('is asked again where the answer is lost, and only once where it is not', async () => {
    const { one, held } = await peer();
    one.setRegister(privilege, 2);
    one.intercept = () => one.commands.length <= 3;
    expect(await held()).toBe(true);
    expect(one.commands.map(({ command, payload }) => [command, payload.readUInt32BE(0)])).toEqual(
      Array.from({ length: 4 }, () => [0x80, privilege]),
    );
    expect(await held()).toBe(true);
    expect(one.commands).toHaveLength(5);
  });

  test.each([
    ['nobody', 0, false],
    ['one that controls it', 2, true],
    ['one that has it exclusively', 1, true],
    ['one with other bits only', 0xffff_fffc, false],
  ])('is answered with %s', async (_who, value, expected) => {
    const { one, held } = await peer();
    one.setRegister(privilege, value);
    expect(await held()).toBe(expected);
  });

  test('is answered by a refusal where access is denied; nothing else is believed', async () => {
    const { one, held } = await peer();
    const word = Buffer.from([0, 0, 0, 2]);
    one.intercept = ({ id }, answer) => {
      answer(acknowledge(0x8006, 0x81, id, Buffer.alloc(0)));
      return true;
    };
    expect(await held()).toBe(true);
    one.intercept = ({ id, from }, answer) => {
      answer(Buffer.from('rubbish'));
      answer(acknowledge(0, 0x81, id ^ 0x0100, word));
      answer(acknowledge(0, 0x83, id, word));
      answer(acknowledge(0, 0x81, id, word.subarray(1)));
      answer(acknowledge(0, 0x89, id, word));
      void stranger.then((other) => other.send(acknowledge(0, 0x81, id, word), from.port, from.address));
      return true;
    };
    const stranger = CameraPeer.start('127.0.0.83');
    onTestFinished(async () => (await stranger).close());
    expect(await held()).toBe(false);
    one.intercept = ({ id }, answer) => {
      answer(acknowledge(0x8001, 0x81, id, Buffer.alloc(0)));
      return true;
    };
    expect(await held()).toBe(false);
  });

  test('is put to each on its own card; one that is silent and a card that is gone keep nobody else’s answer away', async () => {
    const { one, camera } = await peer();
    one.setRegister(privilege, 2);
    const silent = { ...camera, ip: '127.0.0.84' };
    const gone = { ...camera, interfaceAddress: '203.0.113.5' };
    const nonsense = { ...camera, ip: '255.255.255.255' };
    const held = await heldCameras([silent, gone, nonsense, camera], { port: one.port });
    expect([...held]).toEqual([camera]);
  });
});
