import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { discover } from '../../electron/gateway/source/gige/discovery.ts';
import { NetworkNamespaces } from '../support/network-namespaces.ts';
import { type KeptFrame, moreFrames, patiently, reaches, startSource } from './gige-camera-rig.ts';

/** Our chain against a peer that others wrote: the camera that Aravis simulates, over a real network card. */

const run = promisify(execFile);
const peer = '/usr/bin/arv-fake-gv-camera-0.8';
const viewer = '/usr/bin/arv-camera-test-0.8';
const isPossible = existsSync(peer) && existsSync(viewer) && (await NetworkNamespaces.isPossible());
if (!isPossible) console.warn('Skipped: needs Debian’s aravis-tools and aravis-tools-cli, root and iproute2.');

const id = `acu-gige-${process.pid}`;
const card = `acg${process.pid}`;
const cameraAddress = '10.231.61.10';

describe.skipIf(!isPossible)('the camera of Aravis', { timeout: 150_000 }, () => {
  beforeAll(async () => {
    await run('ip', ['netns', 'add', id]);
    await run('ip', ['link', 'add', card, 'type', 'veth', 'peer', 'name', 'v0', 'netns', id]);
    await run('ip', ['-n', id, 'address', 'add', `${cameraAddress}/24`, 'broadcast', '10.231.61.255', 'dev', 'v0']);
    await run('ip', ['address', 'add', '10.231.61.1/24', 'broadcast', '10.231.61.255', 'dev', card]);
    for (const namespace of [['-n', id], []])
      await run('ip', [...namespace, 'link', 'set', namespace.length === 0 ? card : 'v0', 'mtu', '9000', 'up']);
  });
  afterAll(async () => {
    await run('ip', ['link', 'delete', card]).catch(() => undefined);
    await run('ip', ['netns', 'delete', id]).catch(() => undefined);
  });

  const started = (program: string, words: readonly string[]): ChildProcess => {
    const child = spawn(program, words, { stdio: 'ignore' });
    onTestFinished(() => ended(child));
    return child;
  };
  const camera = (...words: readonly string[]): ChildProcess =>
    started('ip', ['netns', 'exec', id, peer, '-i', 'v0', '-s', 'SRC', ...words]);

  async function ended(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  test('runs freely: every picture is whole and right', async () => {
    camera();
    const rig = await startSource(
      { serial: 'SRC', interface: card },
      { features: { PixelFormat: 'Mono8', Width: 512 } },
    );
    await moreFrames(rig, 50);
    for (const frame of rig.sink.frames) {
      expect([frame.width, frame.height, frame.pixelFormat]).toEqual([512, 512, 0x01080001]);
      expect(isRight(frame)).toBe(true);
    }
    expect(rig.source.camera()).toMatchObject({
      vendor: 'Aravis',
      model: 'Fake',
      serial: 'SRC',
      address: cameraAddress,
    });
    const last = rig.sink.frames.at(-1);
    expect(last?.capturedFrom).toBe('camera');
    expect(Math.abs(Date.now() - (last?.capturedAt ?? 0))).toBeLessThan(10_000);
  });

  test('takes a picture for each software trigger', async () => {
    camera();
    const rig = await startSource({ address: cameraAddress }, { trigger: { mode: 'software' } });
    await reaches(rig, 'armed');
    for (let count = 0; count < 5; count += 1) await rig.source.trigger('command');
    await expect.poll(() => rig.sink.frames.length, patiently).toBe(5);
    expect(rig.sink.frames.every(({ facts }) => facts.trigger === 'software')).toBe(true);
  });

  test('is killed and started again five times, and pictures come again each time', async () => {
    let child = camera();
    const rig = await startSource({ address: cameraAddress });
    await moreFrames(rig, 5);
    for (let times = 1; times <= 5; times += 1) {
      await ended(child);
      await expect.poll(() => rig.source.status().state, patiently).toMatch(/lost|silent/);
      child = camera();
      await moreFrames(rig, 5);
      expect(rig.source.camera().reconnects).toBe(times);
    }
    for (const frame of rig.sink.frames) expect(isRight(frame)).toBe(true);
  });

  test('loses packets and can’t send them again: no torn picture is handed over, and every lost one is counted', async () => {
    camera('-r', '10');
    const rig = await startSource({ address: cameraAddress });
    await moreFrames(rig, 40);
    for (const frame of rig.sink.frames) expect(isRight(frame)).toBe(true);
    await rig.source.stop();
    const lost = rig.source.camera().drops.reduce((sum, { frames }) => sum + frames, 0);
    // Ids of 16 bits go from 65535 to 1. What the sink did not get in between was lost, and counted; besides, what was
    // lost before the first and after the last that it got.
    const numbers = rig.sink.frames.map(({ facts }) => facts.frameNumber ?? 0);
    const gaps = numbers.slice(1).map((number, index) => (number - (numbers[index] ?? 0) - 1 + 65_535) % 65_535);
    const missing = gaps.reduce((sum, gap) => sum + gap, 0);
    expect(missing).toBeGreaterThan(0);
    expect(lost).toBeGreaterThanOrEqual(missing);
    expect(lost).toBeLessThan(missing + 60);
  });

  test('is in use by Aravis’ own viewer: that is said, and it is taken over when the viewer ends', async () => {
    camera();
    await expect.poll(async () => (await discover({ interfaces: [card] })).cameras, patiently).toHaveLength(1);
    const other = started(viewer, ['-n', 'Aravis-Fake-SRC', '--duration=60', '--no-packet-socket']);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const rig = await startSource({ address: cameraAddress });
    await reaches(rig, 'taken');
    expect(rig.source.status().text).toContain('Another program controls the camera');
    other.kill('SIGINT');
    await moreFrames(rig, 5);
  });
});

/** What Aravis draws with the exposure that it begins with: a ramp that moves, brightness modulo 255. */
function isRight({ data, width, height }: KeptFrame): boolean {
  if (data.length !== width * height) return false;
  const origin = data[0] ?? 0;
  return data.every((value, index) => value === (origin + (index % width) + Math.floor(index / width)) % 255);
}
