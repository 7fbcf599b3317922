import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { app, utilityProcess } from 'electron';
import type { FromCore, Pictures, Quiet, Received, StreamPlace, ToCore } from './messages.ts';

/**
 * Electron's main process with the core as a `thread` of it or as a `process` (utilityProcess) beside it. Obeys the
 * lines of its standard input and answers each in one line of JSON.
 */
const kind = process.argv.includes('process') ? 'process' : 'thread';
const script = join(__dirname, 'core.cjs');
const pictureBytes = 4_194_304;
const picturesPerSecond = 28.1;

type Core = { readonly post: (message: ToCore, handedOver?: readonly ArrayBuffer[]) => void };
type Answer<Type extends FromCore['type']> = Extract<FromCore, { readonly type: Type }>;

let hear: (message: FromCore) => void = () => undefined;
const answer = <Type extends FromCore['type']>(type: Type): Promise<Answer<Type>> =>
  new Promise((resolve) => {
    hear = (message) => {
      if (message.type === type) resolve(message as Answer<Type>);
    };
  });

function open(): Core {
  if (kind === 'thread') {
    const worker = new Worker(script);
    worker.on('message', (message: FromCore) => hear(message));
    return { post: (message, handedOver = []) => worker.postMessage(message, handedOver) };
  }
  const child = utilityProcess.fork(script);
  child.on('message', (message: FromCore) => hear(message));
  return { post: (message) => child.postMessage(message) };
}

const kilobytes = (text: string, field: string): number =>
  [...text.matchAll(new RegExp(`^${field}: +(\\d+) kB`, 'gm'))].reduce((sum, [, count]) => sum + Number(count), 0);
/** Of all of Electron's processes, since what they share moves from one to another when a new one is forked. */
function memory(): { readonly resident: number; readonly proportional: number } {
  const all = app.getAppMetrics().map(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    } catch {
      return '';
    }
  });
  const megabytes = (field: string) => all.reduce((sum, text) => sum + kilobytes(text, field), 0) / 1_024;
  return { resident: megabytes('Rss'), proportional: megabytes('Pss') };
}
const at = (sorted: readonly number[], part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;

/** Seconds of processor time, of main and of the core. */
async function processorTime(core: Core): Promise<number> {
  const seconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
  if (kind === 'thread') return seconds(process.cpuUsage());
  const told = answer('usage');
  core.post({ type: 'usage' });
  return seconds((await told).cpu) + seconds(process.cpuUsage());
}

async function quiet(): Promise<[Core, Quiet]> {
  // Chromium's other processes are there by then.
  await pause(3_000);
  const before = memory();
  const began = performance.now();
  const ready = answer('ready');
  const core = open();
  await ready;
  const startMilliseconds = performance.now() - began;
  const times: number[] = [];
  // The first ones warm both sides up.
  for (let id = -500; id < 5_000; id += 1) {
    const sent = performance.now();
    const answered = answer('answer');
    core.post({ type: 'call', id, text: 'queue.page' });
    await answered;
    if (id >= 0) times.push(performance.now() - sent);
  }
  times.sort((a, b) => a - b);
  await pause(500);
  const after = memory();
  return [
    core,
    {
      startMilliseconds,
      callMedian: at(times, 0.5),
      callP99: at(times, 0.99),
      residentMegabytes: after.resident - before.resident,
      proportionalMegabytes: after.proportional - before.proportional,
    },
  ];
}

/** Pictures that main has (a USB camera's) go to the core: 118 MB/s, eight under way at most, as in the gateway. */
async function pictures(core: Core, seconds: number): Promise<Pictures> {
  const before = await processorTime(core);
  const free = Array.from({ length: 8 }, () => new ArrayBuffer(pictureBytes));
  const underWay = new Map<number, { readonly sentAt: number; readonly picture: ArrayBuffer }>();
  const times: number[] = [];
  hear = (message) => {
    if (message.type !== 'seen') return;
    const sent = underWay.get(message.id);
    if (sent === undefined) return;
    underWay.delete(message.id);
    times.push(performance.now() - sent.sentAt);
    // A process got a copy: the picture is still here.
    free.push(message.picture ?? sent.picture);
  };
  const began = performance.now();
  const due = Math.ceil(seconds * picturesPerSecond);
  for (let id = 0; id < due; id += 1) {
    await pause(Math.max(0, began + (id * 1_000) / picturesPerSecond - performance.now()));
    const picture = free.pop();
    if (picture === undefined) continue;
    new Uint8Array(picture)[id % pictureBytes] = id % 256;
    underWay.set(id, { sentAt: performance.now(), picture });
    core.post({ type: 'picture', id, picture }, [picture]);
  }
  await pause(500);
  times.sort((a, b) => a - b);
  const cpuSeconds = (await processorTime(core)) - before;
  return { due, seen: times.length, cpuSeconds, lateP99: at(times, 0.99) };
}

let blocked = 0;
/** Main does for 100 ms of each second what a window's work may do. Its own turning on the spot does not count. */
function block(): void {
  const until = performance.now() + 100;
  const cpu = process.cpuUsage();
  while (performance.now() < until);
  const { user, system } = process.cpuUsage(cpu);
  blocked += Math.min(100_000, user + system) / 1e6;
}

async function main(): Promise<void> {
  await app.whenReady();
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
  const next = async () => JSON.parse((await lines.next()).value ?? '{}') as { readonly seconds: number } & StreamPlace;
  const [core, figures] = await quiet();
  say(figures satisfies Quiet);
  say(await pictures(core, (await next()).seconds));
  const place = await next();
  const receiving = answer('receiving');
  core.post({ ...place, type: 'receive' });
  say({ port: (await receiving).port });
  const before = await processorTime(core);
  const blocking = setInterval(block, 1_000);
  await next();
  clearInterval(blocking);
  const cpuSeconds = (await processorTime(core)) - before - blocked;
  const received = answer('received');
  core.post({ type: 'rest' });
  say({ frames: (await received).frames, cpuSeconds } satisfies Received);
  app.exit(0);
}

void main();
