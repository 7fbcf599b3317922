import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { cameraProgram } from '../../support/camera-process.ts';
import { NetworkNamespaces } from '../../support/network-namespaces.ts';
import { said, told } from '../../support/spoken.ts';
import { moreFrames, noting, patiently, type Rig, reaches, startSource } from './camera-rig.ts';

/** What becomes of a source whose network card is taken away under it, and put back. */

const run = promisify(execFile);
const isPossible = await NetworkNamespaces.isPossible();
if (!isPossible) console.warn('Skipped: network namespaces need root and iproute2.');

const id = `acu-trb-${process.pid}`;
const card = `trb${process.pid}`;
/** Its own, so that two runs on one PC do not meet. */
const network = `10.239.${process.pid % 250}`;
const elsewhere = `10.240.${process.pid % 250}`;
const ours = `${network}.1`;
const cameraAddress = `${network}.10`;
const serial = `NET${process.pid}`;
const ip = (...words: readonly string[]): Promise<unknown> => run('ip', words);

/** A card with a cable to the camera's. */
async function plugIn(): Promise<void> {
  await ip('link', 'add', card, 'mtu', '9000', 'type', 'veth', 'peer', 'name', 'v0', 'mtu', '9000', 'netns', id);
  await ip('-n', id, 'address', 'add', `${cameraAddress}/24`, 'broadcast', `${network}.255`, 'dev', 'v0');
  await ip('-n', id, 'link', 'set', 'v0', 'up');
  // A camera sends broadcasts without knowing any way anywhere else.
  await ip('-n', id, 'route', 'add', 'default', 'dev', 'v0');
  await ip('address', 'add', `${ours}/24`, 'broadcast', `${network}.255`, 'dev', card);
  await ip('link', 'set', card, 'up');
}

/** The card is pulled out of the PC. */
const pullOut = (): Promise<unknown> => ip('link', 'delete', card);

async function startCamera(): Promise<void> {
  const words = ['--address', cameraAddress, '--mask', '255.255.255.0', '--serial', serial, '--width', '320'];
  const program = [process.execPath, cameraProgram, ...words, '--height', '240', '--mac', '02:AC:00:00:00:62'];
  const child = spawn('ip', ['netns', 'exec', id, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  await once(child.stdout, 'data');
}

describe.skipIf(!isPossible)('the network card of a camera', () => {
  beforeEach(async () => {
    await ip('netns', 'add', id);
    await ip('-n', id, 'link', 'set', 'lo', 'up');
    await plugIn();
  });
  afterEach(async () => {
    await pullOut().catch(() => undefined);
    await ip('netns', 'delete', id);
  });

  const gone = `so is this PC’s network address ${ours}`;
  const noCard = `This PC has no network card “${card}” with an IPv4 address.`;

  test.each([
    ['named', { serial, interface: card }, noCard],
    ['found by address', { address: cameraAddress }, gone],
    ['found by serial number', { serial }, gone],
  ] as const)('%s is pulled out and put back', async (_, config, words) => {
    await startCamera();
    const { logger, troubles } = noting();
    const rig = await startSource(config, { logger });
    await moreFrames(rig, 5);
    await pullOut();
    await reaches(rig, 'lost');
    expect(said(rig.source.status().message).text).toContain(gone);
    expect(said(rig.source.status().message).hint).toContain('Check the network card for the cameras');
    // And when it was looked for in vain.
    await expect.poll(() => troubles.length, patiently).toBeGreaterThan(1);
    expect(said(rig.source.status().message).text).toContain(words);
    await plugIn();
    await comesBack(rig);
  });

  test('loses its address, gets a wrong one, and the right one again', async () => {
    await startCamera();
    const rig = await startSource({ serial, interface: card });
    await moreFrames(rig, 5);
    await ip('address', 'delete', `${ours}/24`, 'dev', card);
    await says(rig, gone);
    await says(rig, noCard);
    await ip('address', 'add', `${elsewhere}.1/24`, 'broadcast', `${elsewhere}.255`, 'dev', card);
    await says(
      rig,
      `(serial ${serial}) has the address ${cameraAddress}, which is of another network than the network card (${card}, ${elsewhere}.1/24).`,
    );
    expect(said(rig.source.status().message).hint).toContain(
      `an address of this network that no other device has, for example ${elsewhere}.`,
    );
    await ip('address', 'delete', `${elsewhere}.1/24`, 'dev', card);
    await ip('address', 'add', `${ours}/24`, 'broadcast', `${network}.255`, 'dev', card);
    await comesBack(rig);
  });

  test('has another address of the same network when it comes back: the camera sends its pictures there', async () => {
    await startCamera();
    const rig = await startSource({ serial, interface: card });
    await moreFrames(rig, 5);
    await ip('address', 'delete', `${ours}/24`, 'dev', card);
    await ip('address', 'add', `${network}.77/24`, 'broadcast', `${network}.255`, 'dev', card);
    await says(rig, gone);
    await comesBack(rig);
  });
});

async function says({ source }: Rig, words: string): Promise<void> {
  await expect.poll(() => said(source.status().message).text, patiently).toContain(words);
}

/** By itself, and every picture of before and after is whole. */
async function comesBack(rig: Rig): Promise<void> {
  await moreFrames(rig, 5);
  expect(told(rig.source.status())).toMatchObject({ state: 'streaming', text: 'Taking pictures' });
  expect(rig.source.camera().reconnects).toBe(1);
  for (const { data, width } of rig.sink.frames) expect(isRamp(data, width)).toBe(true);
}

/** The simulator's moving ramp. */
function isRamp(data: Uint8Array, width: number): boolean {
  const origin = data[0] ?? 0;
  return data.every((value, index) => value === ((origin + (index % width) + Math.floor(index / width)) & 0xff));
}
