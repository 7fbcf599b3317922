import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import { LineCamera } from './gvsp-line-camera.ts';

/**
 * The stream's receiver in Electron (its main thread blocked for 100 ms each second) beside Aravis' own on a plain
 * socket, on the same simulated camera, by turns: frames lost and CPU seconds a frame. Then the camera loses one packet
 * in a hundred and sends again what it is asked for. Needs root, iproute2 and Debian's aravis-tools.
 *
 *   npm run bench gige-receive [-- --seconds 10 --rounds 2 --only 118|400|loss --runtime electron|node
 *                                  --socket batched|dgram]
 */
const flag = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
};
const seconds = Number(flag('seconds', '10'));
const rounds = Number(flag('rounds', '2'));
const only = flag('only', '');
const runtime = flag('runtime', 'electron');
const socket = flag('socket', 'batched');
const streamThread = fileURLToPath(new URL('../../out/main/stream-worker.cjs', import.meta.url));
const side = 2_048;

/** `wire`: what the line carries, bytes of stream packets a second; a camera sends a frame as fast as its line can. */
const lines = [
  { name: '118 MB/s in 1500-byte packets', packetSize: 1_500, framesPerSecond: 28.1, wire: 120_000_000 },
  { name: '400 MB/s in 9000-byte packets', packetSize: 9_000, framesPerSecond: 95.4, wire: 590_000_000 },
] as const;
type Line = (typeof lines)[number];

/** `lost`: that the camera has sent whole, by its own count, and nobody got. */
type Measured = { readonly frames: number; readonly lost: number; readonly cpuSeconds: number; readonly asked: number };
const nothing: Measured = { frames: 0, lost: 0, cpuSeconds: 0, asked: 0 };
const sum = (a: Measured, b: Measured): Measured => ({
  frames: a.frames + b.frames,
  lost: a.lost + b.lost,
  cpuSeconds: a.cpuSeconds + b.cpuSeconds,
  asked: a.asked + b.asked,
});

/** The receiving program, bundled for the older of the two Nodes; the stream's thread is the product's own. */
async function bundle(folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: fileURLToPath(new URL('./gvsp-receive.ts', import.meta.url)),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        external: [...builtinModules, /^node:/],
        output: { format: 'cjs', entryFileNames: 'receive.cjs', codeSplitting: false },
      },
    },
  });
  return join(folder, 'receive.cjs');
}

function program(): { readonly file: string; readonly env: NodeJS.ProcessEnv } {
  if (runtime === 'node') return { file: process.execPath, env: { ...process.env } };
  const electron = resolveElectron();
  return { file: electron.executable, env: { ...process.env, ...electron.env, ELECTRON_RUN_AS_NODE: '1' } };
}

async function ours(camera: LineCamera, line: Line, script: string, resend = false): Promise<Measured> {
  const { file, env } = program();
  const { hostAddress, address } = camera;
  const words = [script, hostAddress, address, streamThread, `${line.packetSize}`, socket, `${resend}`];
  const before = (await camera.counters()).framesSent;
  const child = spawn(file, words, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => JSON.parse((await answers.next()).value ?? '{}');
  const { port, receiveBufferBytes } = await next();
  await camera.acquire({ port: Number(port), packetSize: line.packetSize });
  await pause(seconds * 1_000);
  await camera.rest();
  await pause(300);
  child.stdin.end();
  const { frames, drops, missed, cpuSeconds, resendsAsked } = await next();
  process.stderr.write(
    `  ours   ${JSON.stringify({ frames, drops, missed, cpuSeconds, resendsAsked, receiveBufferBytes })}\n`,
  );
  return {
    frames: Number(frames),
    lost: (await camera.counters()).framesSent - before - Number(frames),
    cpuSeconds: Number(cpuSeconds),
    asked: Number(resendsAsked),
  };
}

/** The shell's `time` knows what a process has used; Aravis itself prints the rest. */
async function aravis(camera: LineCamera, line: Line): Promise<Measured> {
  const words = ['-n', camera.address, `--duration=${seconds}`, '-w', `${side}`, '-h', `${side}`];
  words.push('-f', `${line.framesPerSecond}`, '-i', `${line.packetSize}`, '--no-packet-socket', '-a', '-r');
  const script = `TIMEFORMAT='cpu %U %S'; time arv-camera-test-0.8 ${words.join(' ')}`;
  const before = (await camera.counters()).framesSent;
  const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  await once(child, 'close');
  const number = (name: string): number => Number(new RegExp(`${name}\\s*=\\s*(\\d+)`).exec(text)?.[1] ?? Number.NaN);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(text) ?? [];
  const frames = number('n_completed_buffers');
  if (!Number.isFinite(frames)) throw new Error(`Aravis said: ${text.slice(-500)}`);
  const lost = (await camera.counters()).framesSent - before - frames;
  process.stderr.write(`  Aravis ${JSON.stringify({ frames, lost, user, system })}\n`);
  return { frames, lost, cpuSeconds: Number(user) + Number(system), asked: 0 };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const eachFrame = ({ cpuSeconds, frames }: Measured): number => cpuSeconds / frames;
const speed = ({ frames }: Measured): number => Math.round((frames * side * side) / (rounds * seconds) / 1e6);
const print = (...text: readonly string[]): boolean => process.stdout.write(`${text.join('\n')}\n\n`);

async function race(line: Line, script: string): Promise<void> {
  const camera = await LineCamera.start({ side, ...line });
  let [us, them] = [nothing, nothing];
  try {
    await camera.rest();
    for (let round = 1; round <= rounds; round += 1) {
      process.stderr.write(`${line.name}, round ${round}\n`);
      them = sum(them, await aravis(camera, line));
      us = sum(us, await ours(camera, line, script));
    }
  } finally {
    await camera.stop();
  }
  const row = (name: string, measured: Measured): string =>
    `${name} ${measured.frames} frames (${speed(measured)} MB/s), ${measured.lost} lost, ${(eachFrame(measured) * 1_000).toFixed(2)} ms CPU a frame`;
  print(
    `${line.name}, ${rounds} × ${seconds} s, ${runtime}, ${socket}`,
    row('Aravis ', them),
    row('gateway', us),
    `CPU ratio ${(eachFrame(us) / eachFrame(them)).toFixed(2)}`,
  );
}

/** One packet in a hundred never leaves; the camera sends again what it is asked for. */
async function loss(script: string): Promise<void> {
  const [line] = lines;
  const camera = await LineCamera.start({ side, ...line });
  try {
    await camera.rest();
    await camera.lose(10);
    let all = nothing;
    const { packetsDropped } = await camera.counters();
    for (let round = 1; round <= rounds; round += 1) {
      process.stderr.write(`1 % loss, round ${round}\n`);
      all = sum(all, await ours(camera, line, script, true));
    }
    const drops = (await camera.counters()).packetsDropped - packetsDropped;
    print(
      `118 MB/s with 1 % loss and a camera that sends again, ${rounds} × ${seconds} s, ${runtime}, ${socket}`,
      `gateway ${all.frames} frames (${speed(all)} MB/s), ${all.lost} lost`,
      `packets dropped ${drops}, asked for again ${all.asked}, ratio ${(all.asked / drops).toFixed(3)}`,
    );
  } finally {
    await camera.stop();
  }
}

const obstacle = await LineCamera.obstacle();
if (obstacle !== '') {
  process.stderr.write(`skipped: ${obstacle}\n`);
} else {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-bench-'));
  try {
    const script = await bundle(folder);
    for (const line of lines) if (line.name.includes(only)) await race(line, script);
    if ('loss'.includes(only)) await loss(script);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
