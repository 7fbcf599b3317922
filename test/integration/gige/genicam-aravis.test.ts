import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDescription } from '../../../electron/gateway/source/genicam/description/description.ts';
import { fetchXml, parseXmlLocation } from '../../../electron/gateway/source/genicam/description/xml-location.ts';
import { NodeMap } from '../../../electron/gateway/source/genicam/node-map.ts';
import { findCamera } from '../../../electron/gateway/source/gige/discovery/find-camera.ts';
import { gigeMemory } from '../../../electron/gateway/source/gige/gige-features.ts';
import { decodeText, registers, urlBytes } from '../../../electron/gateway/source/gige/gvcp/bootstrap.ts';
import { ControlChannel } from '../../../electron/gateway/source/gige/gvcp/control-channel.ts';
import type { Feature } from '../../../shared/camera.ts';
import { fuzzDescriptions, fuzzRuns } from '../../electron/gateway/source/genicam/fuzz.ts';
import { failureOf } from '../../support/spoken.ts';

/** Against the camera and the tools of Aravis: the same features, values, limits and effects, by code of other people. */

const program = '/usr/bin/arv-fake-gv-camera-0.8';
const tool = '/usr/bin/arv-tool-0.8';
const possible = existsSync(program) && existsSync(tool);
if (!possible) console.warn('Skipped: arv-fake-gv-camera-0.8 or arv-tool-0.8 is not installed (Debian: aravis-tools).');

const run = promisify(execFile);
const serial = `GEN${process.pid}`;
const wanted = '127.0.0.21';
/** Aravis' camera wants the address of an interface for itself: one of our own, where we may add it. */
let address = wanted;
let camera: ChildProcess;
let channel: ControlChannel;
let file: Uint8Array;
let map: NodeMap;

const arv = async (...words: string[]): Promise<string[]> =>
  (await run(tool, ['-a', address, ...words])).stdout.split('\n').filter((line) => line !== '');

/** As `arv-tool control` reads it: its words, without the limits that follow. */
async function arvValue(name: string): Promise<string> {
  const [line = ''] = await arv('control', name);
  return /^\S+ = (.*?)(?: \S+)?(?: min:\S+)?(?: max:\S+)?(?: inc:\S+)?$/.exec(line)?.[1] ?? line;
}

describe.skipIf(!possible)('with the camera of Aravis', () => {
  beforeAll(async () => {
    try {
      execFileSync('ip', ['address', 'add', `${wanted}/32`, 'dev', 'lo'], { stdio: 'ignore' });
    } catch {
      address = '127.0.0.1';
    }
    camera = spawn(program, ['-i', address, '-s', serial], { stdio: 'ignore' });
    await findCamera({ address, serial }, { timeoutMilliseconds: 10_000 });
    channel = await ControlChannel.open({ address, interfaceAddress: '127.0.0.1' });
    const location = parseXmlLocation(decodeText(await channel.readMemory(registers.firstUrl, urlBytes)));
    file = await fetchXml(location, { port: gigeMemory(channel, 'memory') });
    map = NodeMap.open(parseDescription(file), gigeMemory(channel, 'memory'));
  });

  afterAll(async () => {
    await channel?.release();
    channel?.close();
    if (camera?.exitCode === null) {
      const ended = once(camera, 'exit');
      camera.kill('SIGKILL');
      await ended;
    }
    if (address === wanted) execFileSync('ip', ['address', 'delete', `${wanted}/32`, 'dev', 'lo']);
  });

  test('its description is the one that Aravis reads', async () => {
    const { stdout } = await run(tool, ['-a', address, 'genicam']);
    expect(Buffer.from(file).toString().trim()).toBe(stdout.trim());
    expect(map.description.schemaVersion).toEqual({ major: 1, minor: 0, subMinor: 1 });
  });

  test('the features are those of arv-tool, in the same categories, with the same access and choices', async () => {
    const ours: string[] = [];
    let category = '';
    for (const feature of await map.features()) {
      if (feature.category.join('/') !== category) {
        category = feature.category.join('/');
        ours.push(`Category ${category}`);
      }
      ours.push(
        `${map.description.nodes.get(feature.name)?.kind} ${accessOf(feature)} ${feature.name}`.replace('  ', ' '),
      );
      ours.push(...feature.choices.map(({ name }) => name).sort());
    }
    const theirs: string[] = [];
    let choices: string[] = [];
    for (const line of await arv('features')) {
      const entry = /^ +EnumEntry +: '(\w+)'/.exec(line)?.[1];
      if (entry !== undefined) {
        choices.push(entry);
        continue;
      }
      // arv-tool has the choices in the order of a hash table.
      theirs.push(...choices.sort());
      choices = [];
      const [, kind, access = '', name] = /^ *(\w+) *: *(\[\w\w\])? *'(\w+)'/.exec(line) ?? [];
      if (name !== 'Root') theirs.push(`${kind} ${access}${access === '' ? '' : ' '}${name}`);
    }
    expect(theirs.length).toBeGreaterThan(40);
    expect(ours).toEqual([...theirs, ...choices.sort()]);
  });

  test('the values are those of arv-tool', async () => {
    const theirs = new Map(
      (await arv('values')).flatMap((line) => {
        const [, name, value] = /'(\w+)' = (.*)$/.exec(line) ?? [];
        // It writes texts in quotes of its own, and units behind numbers.
        return name === undefined || value === undefined ? [] : [[name, value.replace(/^'(.*)'$/, '$1').split(' ')[0]]];
      }),
    );
    const ours = (await map.features()).filter((feature) => feature.value !== null);
    expect(theirs.size).toBeGreaterThan(20);
    expect(Object.fromEntries(ours.map((feature) => [feature.name, String(feature.value)]))).toEqual(
      Object.fromEntries(theirs),
    );
  });

  test('the limits are those of arv-tool', async () => {
    const features = (await map.features()).filter(({ kind, access }) => kind !== 'command' && access !== 'none');
    let compared = 0;
    for (const feature of features) {
      const [line = ''] = await arv('control', feature.name);
      const limit = (word: string): number | null => {
        const text = new RegExp(` ${word}:(\\S+)`).exec(line)?.[1];
        // Written out, the ends of 64-bit integers and of doubles are no limits.
        return text === undefined || Math.abs(Number(text)) > 2 ** 62 ? null : Number(text);
      };
      expect([feature.name, feature.minimum, feature.maximum]).toEqual([feature.name, limit('min'), limit('max')]);
      compared += feature.minimum === null ? 0 : 1;
    }
    expect(compared).toBeGreaterThan(9);
  });

  test('nodes that are no features are read as arv-tool reads them: parts of registers, converters, booleans', async () => {
    const names = ['StructEntry_16_31', 'StructEntry_0_15', 'StructEntry_15', 'StructEntry_0_31', 'TestBoolean'];
    for (const name of [...names, 'AcquisitionFrameRate', 'GainRaw', 'GainAuto', 'TestStringReg']) {
      expect([name, String(await map.get(name))]).toEqual([name, (await arvValue(name)).replace(/^'(.*)'$/, '$1')]);
    }
  });

  test('what one side sets, the other reads', async () => {
    const pairs = [
      ['Width', 640],
      ['PixelFormat', 'Mono16'],
      ['TriggerMode', 'On'],
      ['ExposureTimeAbs', 12_345],
      ['AcquisitionFrameRate', 40],
      ['StructEntry_16_31', -2],
      ['TestBoolean', true],
    ] as const;
    await channel.takeControl('control', () => undefined);
    for (const [name, value] of pairs) await map.set(name, value);
    expect((await failureOf(map.set('Width', 5_000)))['text']).toContain('“Width” takes 1 to 2048; 5000 was asked for');
    await channel.release();
    for (const [name, value] of pairs) {
      // The boolean was written last, to the register that the struct entry is a part of.
      if (name !== 'StructEntry_16_31') expect([name, await arvValue(name)]).toEqual([name, String(value)]);
    }
    expect(await arvValue('PayloadSize')).toBe(String(640 * 512 * 2));
    expect(await map.get('PayloadSize')).toBe(640 * 512 * 2);
    await arv('control', 'Width=800', 'PixelFormat=RGB8', 'StructEntry_16_31=-300', 'AcquisitionFrameRate=25');
    map.invalidate();
    expect(await map.get('Width')).toBe(800);
    expect(await map.get('PixelFormat')).toBe('RGB8');
    expect(await map.get('StructEntry_16_31')).toBe(-300);
    expect(await map.float('AcquisitionFrameRate')).toBe(25);
    expect(await map.integer('PayloadSize')).toBe(800n * 512n * 3n);
  });

  test(`${fuzzRuns} mutations of its description end in a list or in a OperatorError`, {
    timeout: 600_000,
  }, async () => {
    const outcome = await fuzzDescriptions(Buffer.from(file).toString(), fuzzRuns, 815);
    expect(outcome.opened).toBeGreaterThan(fuzzRuns / 4);
    expect(outcome.mostAccesses).toBeLessThan(1_000);
  });
});

function accessOf(feature: Feature): string {
  return { none: '', read: '[RO]', write: '[WO]', 'read-write': '[RW]' }[feature.access];
}
