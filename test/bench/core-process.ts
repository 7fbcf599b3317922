import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import type { Kind, Pictures, Quiet, Received } from './core-process/messages.ts';
import { LineCamera } from './gvsp-line-camera.ts';

/**
 * Where the core could live, in the real Electron, by turns: a thread of the main process, as it is, and a
 * `utilityProcess` beside it. Start to the first message; 5,000 small calls, one after the other; memory; pictures that
 * main hands to the core (a USB camera's), 118 MB/s; and the product's own GigE stream in the core, 118 MB/s in
 * 1500-byte packets, main blocked for 100 ms each second. For the last one root, iproute2 and aravis-tools.
 *
 *   npm run bench core-process [-- --rounds 4 --seconds 10]
 */
const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rounds = flag('rounds', 4);
const seconds = flag('seconds', 10);
const inRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const packetSize = 1_500;
const kinds: readonly Kind[] = ['thread', 'process'];

async function bundle(folder: string, name: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: inRoot(`test/bench/core-process/${name}.ts`),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        external: ['electron', ...builtinModules, /^node:/],
        output: { format: 'cjs', entryFileNames: `${name}.cjs`, codeSplitting: false },
      },
    },
  });
}

type Round = { readonly quiet: Quiet; readonly pictures: Pictures; readonly received: Received; readonly lost: number };

async function run(kind: Kind, folder: string, camera: LineCamera | null): Promise<Round> {
  const { executable, switches, env } = resolveElectron();
  const own: NodeJS.ProcessEnv = { ...process.env, ...env };
  delete own['ELECTRON_RUN_AS_NODE'];
  const child = spawn(executable, [...switches, folder, kind], { env: own, stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const hear = async <Figures>(): Promise<Figures> => {
      const { value, done } = await answers.next();
      if (done) throw new Error(`Electron with the core as a ${kind} ended early`);
      return JSON.parse(value) as Figures;
    };
    const tell = (line: object): boolean => child.stdin.write(`${JSON.stringify(line)}\n`);
    const quiet = await hear<Quiet>();
    tell({ seconds });
    const pictures = await hear<Pictures>();
    if (camera === null) return { quiet, pictures, received: { frames: 0, cpuSeconds: Number.NaN }, lost: 0 };
    const before = (await camera.counters()).framesSent;
    const { hostAddress, address: cameraAddress } = camera;
    tell({ hostAddress, cameraAddress, workerPath: inRoot('out/main/stream-worker.cjs'), packetSize });
    const { port } = await hear<{ readonly port: number }>();
    await camera.acquire({ port, packetSize });
    await pause(seconds * 1_000);
    await camera.rest();
    await pause(300);
    tell({});
    const received = await hear<Received>();
    return { quiet, pictures, received, lost: (await camera.counters()).framesSent - before - received.frames };
  } finally {
    child.kill('SIGKILL');
  }
}

const middle = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
};
const spread = (numbers: readonly number[], digits: number): string =>
  `${middle(numbers).toFixed(digits)} (${Math.min(...numbers).toFixed(digits)}–${Math.max(...numbers).toFixed(digits)})`;

/** What the runs say, each round's two beside each other: what else the PC did then, it did to both. */
function row(name: string, digits: number, of: (round: Round) => number, figures: Readonly<Record<Kind, Round[]>>) {
  const [thread, beside] = kinds.map((kind) => figures[kind].map(of)) as [number[], number[]];
  const ratios = beside.map((value, round) => value / (thread[round] ?? Number.NaN));
  // Memory that others gave back meanwhile is no measure of anything.
  const ratio = ratios.every((value) => value > 0) ? spread(ratios, 2) : '–';
  return `${name.padEnd(38)} ${spread(thread, digits).padEnd(24)} ${spread(beside, digits).padEnd(24)} ${ratio}`;
}

const total = (all: readonly Round[], of: (round: Round) => number): number =>
  all.reduce((sum, round) => sum + of(round), 0);

const folder = await mkdtemp(join(tmpdir(), 'acusight-core-'));
const obstacle = await LineCamera.obstacle();
if (obstacle !== '') process.stderr.write(`without the GigE stream: ${obstacle}\n`);
const camera =
  obstacle === ''
    ? await LineCamera.start({ side: 2_048, packetSize, framesPerSecond: 28.1, wire: 120_000_000 })
    : null;
try {
  await Promise.all(['main', 'core'].map((name) => bundle(folder, name)));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'core-process', main: 'main.cjs' }));
  await camera?.rest();
  const figures: Record<Kind, Round[]> = { thread: [], process: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const kind of round % 2 === 1 ? kinds : [...kinds].reverse()) {
      const measured = await run(kind, folder, camera);
      process.stderr.write(`round ${round}, ${kind.padEnd(7)} ${JSON.stringify(measured)}\n`);
      figures[kind].push(measured);
    }
  }
  const seen = kinds.map((kind) => {
    const all = figures[kind];
    return `${kind}: ${total(all, ({ pictures }) => pictures.seen)} of ${total(all, ({ pictures }) => pictures.due)}`;
  });
  const lost = kinds.map((kind) => {
    const all = figures[kind];
    const missing = total(all, (round) => round.lost);
    return `${kind}: ${missing} of ${total(all, ({ received }) => received.frames) + missing}`;
  });
  process.stdout.write(
    [
      `${rounds} rounds, ${seconds} s each; middle (least–most)`,
      `${''.padEnd(38)} ${'thread'.padEnd(24)} ${'utilityProcess'.padEnd(24)} ratio of each round`,
      row('start to first message, ms', 0, ({ quiet }) => quiet.startMilliseconds, figures),
      row('call there and back, median, ms', 3, ({ quiet }) => quiet.callMedian, figures),
      row('call there and back, p99, ms', 3, ({ quiet }) => quiet.callP99, figures),
      row('memory added, resident, MiB', 1, ({ quiet }) => quiet.residentMegabytes, figures),
      row('memory added, proportional, MiB', 1, ({ quiet }) => quiet.proportionalMegabytes, figures),
      row('pictures: CPU ms each', 2, ({ pictures: p }) => (p.cpuSeconds * 1_000) / p.seen, figures),
      row('pictures: p99 until seen, ms', 1, ({ pictures }) => pictures.lateP99, figures),
      `pictures seen: ${seen.join(', ')}`,
      ...(camera === null
        ? []
        : [
            row('stream: CPU ms a frame', 2, ({ received: r }) => (r.cpuSeconds * 1_000) / r.frames, figures),
            `frames of the stream lost: ${lost.join(', ')}`,
          ]),
      '',
    ].join('\n'),
  );
} finally {
  await camera?.stop();
  await rm(folder, { recursive: true, force: true });
}
