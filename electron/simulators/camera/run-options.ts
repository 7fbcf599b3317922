import { parseArgs } from 'node:util';
import type { SimulatorOptionsInput } from './options.ts';

export const usage = `node electron/simulators/camera/run.ts --address 127.0.0.51
  [--port N] [--serial TEXT] [--vendor TEXT] [--model TEXT] [--user-name TEXT] [--mac 02:AC:…] [--mask 255.255.255.0]
  [--width N] [--height N] [--pixel-format NAME] [--frame-rate HZ]
  [--bytes-per-second N]   0: as fast as it goes; a gigabit line if it is not given
  [--packet-size N] [--path-mtu N] [--heartbeat MS] [--kept-frames N] [--seed N] [--no-resend] [--no-broadcasts] [--zipped]
  [--old-schema] [--ignores-do-not-fragment]
  [--lock none|start|start-and-stop] [--lock-kept register|description] [--memory-order big-endian|little-endian]
  [--refuses-memory] [--runs-on]
Commands, one JSON object a line:
  {"faults":{…}} {"pulse":"Line1"} {"vanish":true|false} {"reboot":{…}} {"resetClock":true} {"counters":true}
`;

const texts = {
  serial: 'serial',
  vendor: 'vendor',
  model: 'model',
  'user-name': 'userName',
  mac: 'mac',
  mask: 'mask',
  'pixel-format': 'pixelFormat',
} as const;
const numbers = {
  port: 'port',
  width: 'width',
  height: 'height',
  'frame-rate': 'framesPerSecond',
  'bytes-per-second': 'bytesPerSecond',
  'packet-size': 'packetSize',
  'path-mtu': 'pathMtu',
  heartbeat: 'heartbeatMilliseconds',
  'kept-frames': 'keptFrames',
  seed: 'seed',
} as const;

const choices = {
  lock: { name: 'lock', values: ['none', 'start', 'start-and-stop'] },
  'lock-kept': { name: 'lockKept', values: ['register', 'description'] },
  'memory-order': { name: 'memoryOrder', values: ['big-endian', 'little-endian'] },
} as const;

/** Throws for a flag that is not known, and for a number or a choice that is none. */
export function readOptions(args: readonly string[]): SimulatorOptionsInput {
  const flags = [...Object.keys(texts), ...Object.keys(numbers), ...Object.keys(choices), 'address'];
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }])),
      'no-resend': { type: 'boolean' },
      'no-broadcasts': { type: 'boolean' },
      'ignores-do-not-fragment': { type: 'boolean' },
      zipped: { type: 'boolean' },
      'old-schema': { type: 'boolean' },
      'refuses-memory': { type: 'boolean' },
      'runs-on': { type: 'boolean' },
    },
  });
  const given: Readonly<Record<string, unknown>> = values;
  const { address } = given;
  if (typeof address !== 'string') throw new Error('--address is required');
  const present = (pair: readonly [string, string]): boolean => given[pair[0]] !== undefined;
  const number = (flag: string): number => {
    const value = Number(given[flag]);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${flag} must be a number`);
    return value;
  };
  const chosen = Object.entries(choices).flatMap(([flag, { name, values }]) => {
    const value = given[flag];
    if (value === undefined) return [];
    if (!values.some((known) => known === value)) throw new Error(`--${flag} is one of ${values.join(', ')}`);
    return [[name, value] as const];
  });
  return {
    ...Object.fromEntries(chosen),
    ...Object.fromEntries(
      Object.entries(texts)
        .filter(present)
        .map(([flag, name]) => [name, given[flag]]),
    ),
    ...Object.fromEntries(
      Object.entries(numbers)
        .filter(present)
        .map(([flag, name]) => [name, number(flag)]),
    ),
    address,
    hearsBroadcasts: given['no-broadcasts'] !== true,
    ignoresDoNotFragment: given['ignores-do-not-fragment'] === true,
    zippedDescription: given['zipped'] === true,
    oldSchema: given['old-schema'] === true,
    refusesMemory: given['refuses-memory'] === true,
    runsOn: given['runs-on'] === true,
    capabilities: { resend: given['no-resend'] !== true },
  };
}
