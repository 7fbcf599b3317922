import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { discover } from '../../../electron/gateway/source/gige/discovery/discovery.ts';
import { findCamera } from '../../../electron/gateway/source/gige/discovery/find-camera.ts';
import { decodeDescription, decodeText, registers } from '../../../electron/gateway/source/gige/gvcp/bootstrap.ts';
import { ControlChannel } from '../../../electron/gateway/source/gige/gvcp/control-channel.ts';
import { decodeAcknowledge, encodeDiscovery } from '../../../electron/gateway/source/gige/gvcp/gvcp-packet.ts';
import type { ControlLoss } from '../../../electron/gateway/source/gige/gvcp/heartbeat.ts';
import { openBroadcastSocket } from '../../../electron/gateway/source/gige/network/udp-socket.ts';
import { failureOf } from '../../support/spoken.ts';

/** Against a camera that others wrote: Aravis' simulated one (Debian `aravis-tools`). */

const program = '/usr/bin/arv-fake-gv-camera-0.8';
const possible = existsSync(program);
if (!possible) console.warn('Skipped: arv-fake-gv-camera-0.8 is not installed (Debian: aravis-tools).');

const serial = `CTL${process.pid}`;
const wanted = '127.0.0.12';
/** Each Aravis camera needs an interface's address for itself: one of our own where we may add it. */
let address = wanted;
let camera: ChildProcess | null = null;

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

async function startCamera(): Promise<ChildProcess> {
  const child = spawn(program, ['-i', address, '-s', serial], { stdio: 'ignore' });
  await findCamera({ address, serial }, { timeoutMilliseconds: 10_000 });
  return child;
}

async function stopCamera(): Promise<void> {
  if (camera === null || camera.exitCode !== null || camera.signalCode !== null) return;
  const ended = once(camera, 'exit');
  camera.kill('SIGKILL');
  await ended;
}

async function open(): Promise<ControlChannel> {
  const channel = await ControlChannel.open({
    address,
    interfaceAddress: '127.0.0.1',
    timeoutMilliseconds: 200,
    tries: 3,
  });
  closings.push(async () => {
    await channel.release();
    channel.close();
  });
  return channel;
}

describe.skipIf(!possible)('with the camera of Aravis', () => {
  beforeAll(async () => {
    try {
      execFileSync('ip', ['address', 'add', `${wanted}/32`, 'dev', 'lo'], { stdio: 'ignore' });
    } catch {
      address = '127.0.0.1';
    }
    camera = await startCamera();
  });

  afterAll(async () => {
    await stopCamera();
    if (address !== wanted) return;
    execFileSync('ip', ['address', 'delete', `${wanted}/32`, 'dev', 'lo']);
  });

  const description = { vendor: 'Aravis', model: 'Fake', serial, problem: 'none', interface: 'lo', userName: '' };

  test('discovery by unicast finds it', async () => {
    // Only the packet to its own address: `discover` sends broadcasts as well.
    const answers: Buffer[] = [];
    const socket = await openBroadcastSocket({ address: '127.0.0.1', card: null }, (packet) => answers.push(packet));
    closings.push(() => socket.close());
    await socket.send(encodeDiscovery(0xffff), 3956, address);
    await expect.poll(() => answers).toHaveLength(1);
    const answer = decodeAcknowledge(answers[0] ?? Buffer.alloc(0));
    expect(answer).toMatchObject({ status: 0, command: 3, id: 0xffff });
    expect(decodeDescription(answer?.payload ?? Buffer.alloc(0))).toMatchObject({
      vendor: 'Aravis',
      serial,
      ip: address,
    });
    const { cameras } = await discover({ addresses: [address] });
    expect(cameras.find((found) => found.serial === serial)).toMatchObject({ ...description, ip: address });
  });

  test('discovery by broadcast finds it', async () => {
    const { cameras } = await discover({ interfaces: ['lo'] });
    expect(cameras.find((found) => found.serial === serial)).toMatchObject({ ...description, ip: address });
    expect(await findCamera({ serial })).toMatchObject(description);
  });

  test('its memory is read, in pieces too', async () => {
    const channel = await open();
    expect(decodeText(await channel.readMemory(registers.vendor, 32))).toBe('Aravis');
    expect(await channel.readRegister(registers.vendor)).toBe(0x41726176);
    const url = decodeText(await channel.readMemory(registers.firstUrl, 512));
    const [, start = '', length = ''] = /^local:[^;]+;([0-9a-f]+);([0-9a-f]+)/i.exec(url) ?? [];
    const xml = await channel.readMemory(Number.parseInt(start, 16), Number.parseInt(length, 16));
    expect(xml.length).toBeGreaterThan(10_000);
    expect(xml.toString('utf8')).toContain('</RegisterDescription>');
    const [from, to] = [1_001, 5_002];
    const piece = await channel.readMemory(Number.parseInt(start, 16) + from, to - from);
    expect(piece.equals(xml.subarray(from, to))).toBe(true);
  });

  test('only one program controls it, and it can be handed over', async () => {
    const first = await open();
    const second = await open();
    const lost: ControlLoss[] = [];
    await first.takeControl('control', (reason) => lost.push(reason));
    expect((await second.readRegister(registers.controlPrivilege)) & 3).toBe(2);
    expect(await failureOf(second.takeControl('control', (reason) => lost.push(reason)))).toMatchObject({
      trouble: 'taken',
      text: `Another program controls the camera at ${address}.`,
    });
    // Aravis answers nothing to the write of another.
    await expect(second.writeRegister(0xd04, 1_500)).rejects.toMatchObject({ code: 'timeout' });
    await first.writeRegister(0xd04, 1_400);
    expect((await second.readRegister(0xd04)) & 0xffff).toBe(1_400);

    expect(await first.release()).toBe(true);
    expect((await second.readRegister(registers.controlPrivilege)) & 3).toBe(0);
    await second.takeControl('exclusive', (reason) => lost.push(reason));
    await expect(first.takeControl('control', (reason) => lost.push(reason))).rejects.toMatchObject({
      trouble: 'taken',
    });
    expect(lost).toEqual([]);
  });

  test('memory is written and read back', async () => {
    const channel = await open();
    await channel.takeControl('control', () => undefined);
    expect((await channel.capability()).packetResend).toBe(false);
    await channel.writeMemory(registers.userName + 1, Buffer.from('left\0'));
    await channel.writeMemory(registers.userName, Buffer.from('L'));
    const { userName } = await findCamera({ address });
    expect(userName).toBe('Lleft');
    await channel.writeMemory(registers.userName, Buffer.alloc(8));
  });

  test('the heartbeat keeps control for longer than the camera waits', async () => {
    const channel = await open();
    const lost: ControlLoss[] = [];
    await channel.takeControl('control', (reason) => lost.push(reason));
    const timeout = await channel.readRegister(registers.heartbeatTimeout);
    await new Promise((resolve) => setTimeout(resolve, timeout + 1_500));
    expect((await channel.readRegister(registers.controlPrivilege)) & 3).toBe(2);
    expect(lost).toEqual([]);
    await channel.writeRegister(0xd04, 1_500);
  });

  test('its death is noticed once, and its return is another session', async () => {
    const channel = await open();
    const lost: ControlLoss[] = [];
    await channel.takeControl('control', (reason) => lost.push(reason));
    await stopCamera();
    await expect.poll(() => lost, { timeout: 10_000 }).toEqual(['silent']);
    await expect(channel.takeControl('control', () => undefined)).rejects.toMatchObject({ trouble: 'missing' });
    await expect(findCamera({ serial }, { timeoutMilliseconds: 300 })).rejects.toMatchObject({ trouble: 'missing' });

    camera = await startCamera();
    const next = await open();
    await next.takeControl('control', (reason) => lost.push(reason));
    expect(lost).toEqual(['silent']);
  });
});
