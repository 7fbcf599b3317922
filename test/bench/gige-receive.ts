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
import { AravisCamera } from '../gateway/source/gige/gvsp-aravis.ts';

/**
 * The stream's receiver in Electron (its main thread blocked for 100 ms each second) beside Aravis' own on a plain
 * socket, on the same simulated camera, by turns: frames lost and CPU seconds a frame. Needs root, iproute2, Aravis.
 *
 *   npm run bench gige-receive [-- --seconds 10 --rounds 2 --runtime electron|node]
 */
const flag = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
};
const seconds = Number(flag('seconds', '10'));
const rounds = Number(flag('rounds', '2'));
const runtime = flag('runtime', 'electron');
const side = 2_048;

const lines = [
  { name: '118 MB/s in 1500-byte packets', packetSize: 1_500, framesPerSecond: 28.1 },
  { name: '400 MB/s in 9000-byte packets', packetSize: 9_000, framesPerSecond: 95.4 },
] as const;
type Line = (typeof lines)[number];

type Measured = { readonly frames: number; readonly lost: number; readonly cpuSeconds: number };
const nothing: Measured = { frames: 0, lost: 0, cpuSeconds: 0 };
const sum = (a: Measured, b: Measured): Measured => ({
  frames: a.frames + b.frames,
  lost: a.lost + b.lost,
  cpuSeconds: a.cpuSeconds + b.cpuSeconds,
});

/** Both files as the product has them: bundled for the older of the two Nodes. */
async function bundle(folder: string): Promise<{ readonly receive: string; readonly worker: string }> {
  const entries = {
    receive: '../gateway/source/gige/gvsp-receive.ts',
    worker: '../../electron/gateway/source/gige/stream-worker.ts',
  };
  for (const [name, entry] of Object.entries(entries)) {
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      ssr: { noExternal: true },
      build: {
        ssr: fileURLToPath(new URL(entry, import.meta.url)),
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        target: 'node20',
        rolldownOptions: {
          external: [...builtinModules, /^node:/],
          output: { format: 'cjs', entryFileNames: `${name}.cjs`, codeSplitting: false },
        },
      },
    });
  }
  return { receive: join(folder, 'receive.cjs'), worker: join(folder, 'worker.cjs') };
}

function program(): { readonly file: string; readonly env: NodeJS.ProcessEnv } {
  if (runtime === 'node') return { file: process.execPath, env: { ...process.env } };
  const electron = resolveElectron();
  return { file: electron.executable, env: { ...process.env, ...electron.env, ELECTRON_RUN_AS_NODE: '1' } };
}

async function ours(camera: AravisCamera, line: Line, files: Awaited<ReturnType<typeof bundle>>): Promise<Measured> {
  const { file, env } = program();
  const { hostAddress, address } = camera;
  const words = [files.receive, hostAddress, address, files.worker, String(line.packetSize)];
  const child = spawn(file, words, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => JSON.parse((await answers.next()).value ?? '{}');
  const { port } = await next();
  await camera.acquire({ port: Number(port), width: side, height: side, ...line });
  await pause(seconds * 1_000);
  await camera.rest();
  await pause(300);
  child.stdin.end();
  const { frames, drops, missed, cpuSeconds } = await next();
  const dropped = Object.values((drops ?? {}) as Record<string, number>).reduce((all, count) => all + count, 0);
  // The one that the camera was told to stop in the middle of is nobody's loss; Aravis does not count it either.
  const aborted = (drops as Record<string, number>)['aborted'] ?? 0;
  process.stderr.write(`  ours   ${JSON.stringify({ frames, drops, missed, cpuSeconds })}\n`);
  return { frames: Number(frames), lost: dropped - aborted + Number(missed), cpuSeconds: Number(cpuSeconds) };
}

/** The shell's `time` knows what a process has used; Aravis itself prints the rest. */
async function aravis(camera: AravisCamera, line: Line): Promise<Measured> {
  const words = ['-n', camera.address, `--duration=${seconds}`, '-w', `${side}`, '-h', `${side}`];
  words.push('-f', `${line.framesPerSecond}`, '-i', `${line.packetSize}`, '--no-packet-socket', '-a', '-r');
  const script = `TIMEFORMAT='cpu %U %S'; time arv-camera-test-0.8 ${words.join(' ')}`;
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
  const lost = number('n_failures') + number('n_underruns') + number('n_missing_frames');
  if (!Number.isFinite(frames)) throw new Error(`Aravis said: ${text.slice(-500)}`);
  process.stderr.write(`  Aravis ${JSON.stringify({ frames, lost, user, system })}\n`);
  return { frames, lost, cpuSeconds: Number(user) + Number(system) };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const eachFrame = ({ cpuSeconds, frames }: Measured): number => cpuSeconds / frames;

async function race(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-bench-'));
  const camera = await AravisCamera.start();
  try {
    const files = await bundle(folder);
    await camera.rest();
    for (const line of lines) {
      let [us, them] = [nothing, nothing];
      for (let round = 1; round <= rounds; round += 1) {
        process.stderr.write(`${line.name}, round ${round}\n`);
        them = sum(them, await aravis(camera, line));
        us = sum(us, await ours(camera, line, files));
      }
      const row = (name: string, measured: Measured): string =>
        `${name} ${measured.frames} frames, ${measured.lost} lost, ${(eachFrame(measured) * 1_000).toFixed(2)} ms CPU a frame`;
      process.stdout.write(
        [
          `${line.name}, ${rounds} × ${seconds} s, ${runtime}`,
          row('Aravis ', them),
          row('gateway', us),
          `CPU ratio ${(eachFrame(us) / eachFrame(them)).toFixed(2)}`,
          '',
        ].join('\n'),
      );
    }
  } finally {
    await camera.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const obstacle = await AravisCamera.obstacle();
if (obstacle !== '') process.stderr.write(`skipped: ${obstacle}\n`);
else await race();
