import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { discover } from '../../../electron/gateway/source/gige/discovery/discovery.ts';
import { AravisLog, tellingWords } from '../../support/aravis-log.ts';
import { NetworkNamespaces } from '../../support/network-namespaces.ts';
import { said } from '../../support/spoken.ts';
import { type KeptFrame, moreFrames, noting, patiently, type Rig, reaches, startSource } from './camera-rig.ts';

/** Our chain against a peer that others wrote: the camera that Aravis simulates, over a real network card. */

const run = promisify(execFile);
const peer = '/usr/bin/arv-fake-gv-camera-0.8';
const tool = '/usr/bin/arv-tool-0.8';
const viewer = '/usr/bin/arv-camera-test-0.8';
const isPossible = [peer, tool, viewer].every((path) => existsSync(path)) && (await NetworkNamespaces.isPossible());
if (!isPossible) console.warn('Skipped: needs Debian’s aravis-tools and aravis-tools-cli, root and iproute2.');

const id = `acu-gige-${process.pid}`;
const card = `acg${process.pid}`;
/** Its own, so that two runs on one PC do not meet. */
const network = `10.238.${process.pid % 250}`;
const cameraAddress = `${network}.10`;

describe.skipIf(!isPossible)('the camera of Aravis', { timeout: 150_000 }, () => {
  beforeAll(async () => {
    await run('ip', ['netns', 'add', id]);
    await run('ip', ['link', 'add', card, 'type', 'veth', 'peer', 'name', 'v0', 'netns', id]);
    await run('ip', ['-n', id, 'address', 'add', `${cameraAddress}/24`, 'broadcast', `${network}.255`, 'dev', 'v0']);
    await run('ip', ['address', 'add', `${network}.1/24`, 'broadcast', `${network}.255`, 'dev', card]);
    // For programs beside the camera.
    await run('ip', ['-n', id, 'link', 'set', 'lo', 'up']);
    for (const namespace of [['-n', id], []])
      await run('ip', [...namespace, 'link', 'set', namespace.length === 0 ? card : 'v0', 'mtu', '9000', 'up']);
  });
  afterAll(async () => {
    await run('ip', ['link', 'delete', card]).catch(() => undefined);
    await run('ip', ['netns', 'delete', id]).catch(() => undefined);
  });

  const started = (program: string, words: readonly string[]): ChildProcess => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    // What nobody listens to must not make it wait.
    child.stdout?.resume();
    child.stderr?.resume();
    onTestFinished(() => ended(child));
    return child;
  };
  const camera = (...words: readonly string[]): ChildProcess =>
    started('ip', ['netns', 'exec', id, peer, '-i', 'v0', '-s', 'SRC', ...words]);

  /** Not alone: simulated cameras of other tests on this PC hear the broadcast too. */
  const isHeard = (): Promise<void> =>
    expect
      .poll(async () => (await discover({ interfaces: [card] })).cameras.map(({ serial }) => serial), patiently)
      .toContain('SRC');

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

  test.each([
    ['its start', ['AcquisitionStart']],
    ['its start and its stop', ['AcquisitionStart', 'AcquisitionStop']],
  ])('with a description that locks %s until its settings are locked: 20 pictures of 20', async (_, commands) => {
    const usual = camera();
    await isHeard();
    const { stdout: description } = await run(tool, ['-a', cameraAddress, 'genicam']);
    await ended(usual);
    camera('-g', await fileOf(lockedBySettings(description, commands)));
    const rig = await startSource(
      { serial: 'SRC', interface: card },
      { features: { PixelFormat: 'Mono8', Width: 256 }, frames: 20 },
    );
    await reaches(rig, 'finished');
    expect(rig.sink.frames).toHaveLength(20);
    const first = rig.sink.frames[0]?.facts.frameNumber ?? 0;
    expect(rig.sink.frames.map(({ facts }) => facts.frameNumber)).toEqual(
      Array.from({ length: 20 }, (__, index) => first + index),
    );
    for (const frame of rig.sink.frames) expect([frame.width, isRight(frame)]).toEqual([256, true]);
    expect(rig.source.camera().drops).toEqual([]);
    await rig.source.stop();
    // Nobody holds it, and it is still: what the tool reads is 0.
    const { stdout } = await run(tool, ['-a', cameraAddress, 'control', 'R[0x124]', 'R[0xa00]']);
    expect(stdout.trim().split('\n')).toEqual(['R[0x00000124] = 0x00000000', 'R[0x00000a00] = 0x00000002']);
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
    const child = camera('-r', '10', ...tellingWords);
    const log = new AravisLog(child.stderr as Readable);
    const rig = await startSource({ address: cameraAddress });
    await moreFrames(rig, 40);
    // It begins at 65401: until its ids have gone round. Then it ends, and we do not: nothing that comes is left out.
    await expect.poll(() => log.sent().length, patiently).toBeGreaterThan(150);
    // Asked, it sends its frame to the end.
    child.kill('SIGINT');
    await once(child, 'exit');
    await expect.poll(() => rig.source.status().state, patiently).toMatch(/lost|silent/);
    await rig.source.stop();
    for (const frame of rig.sink.frames) expect(isRight(frame)).toBe(true);
    const [sent, whole] = [log.sent(), log.whole()];
    const numbers = rig.sink.frames.map(({ facts }) => facts.frameNumber ?? 0);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(whole).toEqual(expect.arrayContaining(numbers));
    // By the camera's own account: each frame that it sent was handed over, or is counted as lost.
    const { drops, frames } = rig.source.camera();
    const lost = drops.reduce((sum, { frames: count }) => sum + count, 0);
    expect([frames, frames + lost]).toEqual([numbers.length, sent.length]);
    expect(lost).toBeGreaterThanOrEqual(sent.length - whole.length);
    expect(sent.length).toBeGreaterThan(whole.length);
  });

  /**
   * Aravis' own tool takes control of the camera, sets its width to 256, and keeps control until `letGo`: it has much to
   * say, and nobody listens.
   */
  async function stolen(): Promise<{ readonly letGo: () => Promise<string> }> {
    const words = ['-a', cameraAddress, 'control', 'Width=256', ...new Array<string>(60_000).fill('R[0xa00]'), 'Width'];
    // Until it gets in: the camera lets a controller go that it has not heard for three seconds.
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      const child = spawn('ip', ['netns', 'exec', id, tool, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
      onTestFinished(() => ended(child));
      await once(child.stdout, 'readable');
      let said = String(child.stdout.read() ?? '');
      // Written, and controlled: it may have been let in only after it had given up asking for control.
      if (/^Width = 256 .*\nR\[0x00000a00\] = 0x00000002\n/.test(said)) {
        const letGo = async (): Promise<string> => {
          const exit = once(child, 'exit');
          child.stdout.on('data', (text) => {
            said += text;
          });
          await Promise.all([exit, once(child.stdout, 'end')]);
          return said;
        };
        return { letGo };
      }
      await ended(child);
    }
    throw new Error('The tool did not get control.');
  }

  /** It had control all the time, and nobody else wrote anything. */
  function expectUndisturbed(said: string): void {
    const lines = said.trim().split('\n');
    expect(lines).toHaveLength(60_002);
    expect(new Set(lines.slice(1, -1))).toEqual(new Set(['R[0x00000a00] = 0x00000002']));
    expect(lines.at(-1)).toMatch(/^Width = 256 /);
  }

  const ours = { features: { PixelFormat: 'Mono8', Width: 320, Height: 240 } };
  const sizes = ({ sink }: Rig, since = 0): readonly string[] => [
    ...new Set(sink.frames.slice(since).map(({ width, height }) => `${width}x${height}`)),
  ];

  test('is controlled by arv-tool before we come: that is said, and when it ends the camera is set as we want it', async () => {
    camera();
    await isHeard();
    const { letGo } = await stolen();
    const rig = await startSource({ address: cameraAddress }, ours);
    await reaches(rig, 'taken');
    expect(said(rig.source.status().message).text).toContain('Another program controls the camera');
    expectUndisturbed(await letGo());
    await moreFrames(rig, 5);
    expect(sizes(rig)).toEqual(['320x240']);
  });

  test('is stolen by arv-tool while the cable is out: that is said, we do not fight, and take it back afterwards', async () => {
    camera();
    const { logger, troubles } = noting();
    const rig = await startSource({ address: cameraAddress }, { ...ours, logger });
    await moreFrames(rig, 5);
    onTestFinished(() => void run('ip', ['link', 'set', card, 'up']));
    await run('ip', ['link', 'set', card, 'down']);
    const { letGo } = await stolen();
    await expect.poll(() => rig.source.status().state, patiently).toMatch(/lost|missing/);
    await run('ip', ['link', 'set', card, 'up']);
    await reaches(rig, 'taken');
    expect(said(rig.source.status().message).text).toContain('Another program controls the camera');
    expect(said(rig.source.status().message).hint).toContain('Close that program');
    const before = troubles.length;
    await expect.poll(() => troubles.length, patiently).toBeGreaterThan(before + 1);
    expect(troubles.slice(before - 1).map(({ state }) => state)).toEqual(['taken', 'taken', 'taken']);
    // Each time later: half a second, a second, two …
    expect(troubles.map(({ wait }) => wait)).toEqual(troubles.map((_, index) => Math.min(15_000, 500 * 2 ** index)));
    expect(rig.source.camera().reconnects).toBe(0);
    const since = rig.sink.frames.length;
    expectUndisturbed(await letGo());
    await moreFrames(rig, 5);
    expect(rig.source.status().state).toBe('streaming');
    expect(rig.source.camera().reconnects).toBe(1);
    expect(sizes(rig, since)).toEqual(['320x240']);
    for (const frame of rig.sink.frames) expect(isRight(frame)).toBe(true);
  });

  test('is set otherwise by arv-tool while this PC stood still: that is noticed, and set right', async () => {
    camera();
    const { logger, troubles } = noting();
    const rig = await startSource({ address: cameraAddress }, { ...ours, logger });
    await moreFrames(rig, 5);
    // We stand still for longer than the camera waits for us.
    const words = ['netns', 'exec', id, 'sh', '-c', `sleep 3.5; ${tool} -a ${cameraAddress} control Width=256`];
    expect(execFileSync('ip', words, { encoding: 'utf8' })).toMatch(/^Width = 256 /);
    await expect.poll(() => troubles.length, patiently).toBeGreaterThan(0);
    expect(troubles[0]).toMatchObject({
      state: 'lost',
      text: 'The camera was switched off and on, or out of reach for a while, and let this program go.',
    });
    const since = rig.sink.frames.length;
    await moreFrames(rig, 5);
    expect(troubles).toHaveLength(1);
    expect(sizes(rig, since)).toEqual(['320x240']);
    for (const frame of rig.sink.frames) expect(isRight(frame)).toBe(true);
  });

  test('is stolen by arv-tool while this PC stood still: that is said, although somebody controls it as before', async () => {
    camera();
    const rig = await startSource({ address: cameraAddress }, ours);
    await moreFrames(rig, 5);
    const words = ['-a', cameraAddress, 'control', 'Width=256', "$(yes 'R[0xa00]' | head -60000)"].join(' ');
    // It has much to say, and nobody listens: so long it keeps control. It has it before we wake up.
    const script = `sleep 3.5; ( ${tool} ${words} | { sleep 12; cat; } ) >/dev/null 2>&1 & sleep 4`;
    execFileSync('ip', ['netns', 'exec', id, 'sh', '-c', script], { stdio: 'ignore' });
    await reaches(rig, 'taken');
    expect(said(rig.source.status().message).text).toContain('Another program controls the camera');
    const since = rig.sink.frames.length;
    await moreFrames(rig, 5);
    expect(rig.source.status().state).toBe('streaming');
    expect(sizes(rig, since)).toEqual(['320x240']);
  });

  test('is in use by Aravis’ own viewer: that is said, and it is taken over when the viewer ends', async () => {
    camera();
    await isHeard();
    const other = started(viewer, ['-n', 'Aravis-Fake-SRC', '--duration=60', '--no-packet-socket']);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const rig = await startSource({ address: cameraAddress });
    await reaches(rig, 'taken');
    expect(said(rig.source.status().message).text).toContain('Another program controls the camera');
    other.kill('SIGINT');
    await moreFrames(rig, 5);
  });
});

/** These commands can't be executed while `TLParamsLocked` is 0, as in the cameras of most makers. */
function lockedBySettings(description: string, commands: readonly string[]): string {
  const lock =
    '<IntSwissKnife Name="L"><pVariable Name="T">TLParamsLocked</pVariable><Formula>T = 0</Formula></IntSwissKnife>';
  let changed = description.replace('<Integer Name="TLParamsLocked">', `${lock}$&`);
  for (const name of commands)
    changed = changed.replace(
      new RegExp(`(<Command Name="${name}"[^>]*>[\\s\\S]*?)(<pValue>)`),
      '$1<pIsLocked>L</pIsLocked>$2',
    );
  if (changed.split('<pIsLocked>L<').length !== 1 + commands.length) throw new Error('It has another description.');
  return changed;
}

async function fileOf(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-arv-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'camera.xml');
  await writeFile(file, content);
  return file;
}

/** What Aravis draws with the exposure that it begins with: a ramp that moves, brightness modulo 255. */
function isRight({ data, width, height }: KeptFrame): boolean {
  if (data.length !== width * height) return false;
  const origin = data[0] ?? 0;
  return data.every((value, index) => value === (origin + (index % width) + Math.floor(index / width)) % 255);
}
