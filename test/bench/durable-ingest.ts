import '../../electron/runtime/thread-pool.ts';
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admission } from '../../electron/gateway/ingest/admission/admission.ts';
import { FillForecast } from '../../electron/gateway/ingest/admission/fill-forecast.ts';
import { ByteBudget } from '../../electron/gateway/ingest/admission/memory-budget.ts';
import { FileIntake } from '../../electron/gateway/ingest/file-intake.ts';
import { FileReader } from '../../electron/gateway/ingest/file-reader.ts';
import { ImageBatch } from '../../electron/gateway/ingest/image-batch.ts';
import { PictureLane } from '../../electron/gateway/ingest/picture-lane.ts';
import { PictureReader } from '../../electron/gateway/ingest/picture-reader.ts';
import { systemClock } from '../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import { silentLogger } from '../../electron/gateway/platform/logger.ts';
import { openDatabase } from '../../electron/gateway/store/database/database.ts';
import { GatedFrames } from '../../electron/gateway/store/gated-frames.ts';
import { ImageQueries } from '../../electron/gateway/store/image-queries.ts';
import { ImageJournal } from '../../electron/gateway/store/journal/image-journal.ts';
import { journalFolder } from '../../electron/gateway/store/journal/replay.ts';
import { KnownPictures } from '../../electron/gateway/store/known-pictures.ts';
import { Ledger } from '../../electron/gateway/store/ledger/ledger.ts';
import { Losses } from '../../electron/gateway/store/ledger/losses.ts';
import { plainOrder } from '../../electron/gateway/store/outbox/delivery-order.ts';
import { Outbox } from '../../electron/gateway/store/outbox/outbox.ts';
import { PayloadStore } from '../../electron/gateway/store/payloads/payload-store.ts';
import { RecentPayloads } from '../../electron/gateway/store/payloads/recent-payloads.ts';
import { Retention } from '../../electron/gateway/store/payloads/retention.ts';
import { SourceFiles } from '../../electron/gateway/store/source-files.ts';
import { Tally } from '../../electron/gateway/store/tally.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { readingWorker } from '../support/workers.ts';

const noDecoder = { ask: () => Promise.reject(new Error('these pictures need no decoder')) };

/**
 * Durable ingest beside the plainest durable copy: for each file in turn read, write under a temporary name, fsync,
 * rename, fsync of the directory. Ours does that too, and inspects each picture, looks for its sidecar, hashes it and
 * commits its rows; it may overlap the fsyncs and commit in groups. Both on the same disk, in the same run, by turns.
 * An image counts as stored only when its offer was answered, which is after the commit; in the end every payload is
 * compared with its file.
 *
 *   npm run bench durable-ingest [-- --count 2000 --bytes 200000 --rounds 3 --folder /mnt/disk]
 */
const flag = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
};
const count = Number(flag('count', '2000'));
const bytes = Number(flag('bytes', '200000'));
const rounds = Number(flag('rounds', '3'));
/** As many offers at once as the watched folder makes. */
const offersAtOnce = 24;

type Measured = { readonly milliseconds: number; readonly cpuMilliseconds: number };

async function measured(work: () => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { milliseconds: performance.now() - began, cpuMilliseconds: (user + system) / 1_000 };
}

async function plainRound(folder: string, input: string, names: readonly string[]): Promise<Measured> {
  await mkdir(folder);
  return measured(async () => {
    for (const name of names) {
      const content = await readFile(join(input, name));
      const temporary = join(folder, randomUUID());
      const file = await open(temporary, 'wx');
      await file.writeFile(content);
      await file.sync();
      await file.close();
      await rename(temporary, join(folder, name));
      const directory = await open(folder, 'r');
      await directory.sync();
      await directory.close();
    }
  });
}

async function gatewayRound(
  folder: string,
  input: string,
  names: readonly string[],
  expected: ReadonlySet<string>,
): Promise<Measured> {
  await mkdir(folder);
  const database = openDatabase({ path: join(folder, 'gateway.sqlite') });
  try {
    const ledger = new Ledger(database);
    const payloads = new PayloadStore(join(folder, 'payloads'), nodeFiles);
    await payloads.prepare();
    const journal = new ImageJournal({
      database,
      folder: journalFolder(folder),
      files: nodeFiles,
      logger: silentLogger,
    });
    await journal.open();
    const tally = new Tally(database);
    const admission = new Admission({
      limits: { maxBytes: 1e12, minFreeBytes: 0 },
      tally,
      retention: new Retention(database, payloads),
      ring: null,
      forecast: new FillForecast(),
      files: nodeFiles,
      root: folder,
      clock: systemClock,
    });
    await admission.measure();
    let reported = 0;
    const reader = new FileReader(readingWorker);
    const intake = new FileIntake(
      {
        files: new SourceFiles(database, ledger),
        catalogue: new ImageQueries(database, plainOrder),
        payloads,
        commits: new ImageBatch(payloads, new Outbox(database, plainOrder, ledger), journal, systemClock),
        gated: new GatedFrames(database, ledger),
        losses: new Losses(database, ledger),
        known: new KnownPictures(database),
        admission,
        memory: new ByteBudget(192_000_000),
        recent: new RecentPayloads(systemClock.monotonic, 0),
        pictures: new PictureReader({
          decoder: noDecoder,
          maxImageBytes: 50_000_000,
          maxPixels: 150_000_000,
          convert: true,
        }),
        conversions: new PictureLane(2),
        clock: systemClock,
        logger: silentLogger,
        onStored: () => {
          reported += 1;
        },
      },
      {
        sourceId: 'in',
        root: input,
        reader,
        maxImageBytes: 50_000_000,
        sidecarWaitMilliseconds: 0,
        incompleteMilliseconds: 30_000,
        settleMilliseconds: 500,
        originalsStay: true,
        knownAreSent: false,
        filter: null,
      },
    );
    const offer = async (name: string): Promise<void> => {
      const absolutePath = join(input, name);
      const { size, mtimeMs } = await lstat(absolutePath);
      const verdict = await intake.offer({
        file: { path: name, bytes: size, modifiedMs: mtimeMs },
        absolutePath,
        quietMilliseconds: 60_000,
      });
      if (verdict.kind !== 'stored') throw new Error(`${name}: ${JSON.stringify(verdict)}`);
    };
    const result = await measured(async () => {
      let next = 0;
      const place = async (): Promise<void> => {
        for (let name = names[next++]; name !== undefined; name = names[next++]) await offer(name);
      };
      await Promise.all(Array.from({ length: offersAtOnce }, place));
    });
    await reader.stop();
    const rows = database.prepare<[], { n: number }>('SELECT count(*) AS n FROM outbox').get()?.n;
    let there = 0;
    for (const sha256 of expected) if ((await payloads.size(sha256, 'jpeg')) === bytes) there += 1;
    if (reported !== count || rows !== count || there !== count)
      throw new Error(`${reported} reported, ${rows} rows and ${there} payloads of ${count}`);
    return result;
  } finally {
    database.close();
  }
}

const best = (rows: readonly Measured[]): Measured =>
  rows.reduce((least, row) => (row.milliseconds < least.milliseconds ? row : least));
const describe = ({ milliseconds, cpuMilliseconds }: Measured): string =>
  `${Math.round((count * 1_000) / milliseconds)} images/s (${Math.round(milliseconds)} ms, ${(cpuMilliseconds / count).toFixed(2)} ms of CPU an image)`;

const root = await mkdtemp(join(flag('folder', tmpdir()), 'acusight-bench-'));
try {
  const input = join(root, 'in');
  const expected = await fillFolder(input, { count, bytes });
  const names = await readdir(input);
  const plain: Measured[] = [];
  const gateway: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    plain.push(await plainRound(join(root, `plain-${round}`), input, names));
    gateway.push(await gatewayRound(join(root, `gateway-${round}`), input, names, expected));
    process.stderr.write(
      `round ${round}: plain loop ${Math.round(plain.at(-1)?.milliseconds ?? 0)} ms, gateway ${Math.round(gateway.at(-1)?.milliseconds ?? 0)} ms\n`,
    );
    for (const name of [`plain-${round}`, `gateway-${round}`]) await rm(join(root, name), { recursive: true });
  }
  const [p, g] = [best(plain), best(gateway)];
  const ratios = plain.map((row, at) => (row.milliseconds / (gateway[at]?.milliseconds ?? 1)).toFixed(2));
  process.stdout.write(
    [
      `${count} pictures of ${bytes} bytes, best of ${rounds} rounds`,
      `plain loop      ${describe(p)}`,
      `durable ingest  ${describe(g)}, ${offersAtOnce} offers at once`,
      `ratio of images/s: ${(p.milliseconds / g.milliseconds).toFixed(2)} (round by round: ${ratios.join(', ')})`,
      '',
    ].join('\n'),
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
