import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageIdOf } from '../../electron/gateway/ingest/image-identity.ts';
import { type NewImage, noSidecar } from '../../electron/gateway/model/image.ts';
import type { LeasedEntry, Settlement } from '../../electron/gateway/model/outbox-entry.ts';
import { openDatabase } from '../../electron/gateway/store/database/database.ts';
import { ImageQueries } from '../../electron/gateway/store/image-queries.ts';
import { Ledger } from '../../electron/gateway/store/ledger/ledger.ts';
import { verifyLedger } from '../../electron/gateway/store/ledger/ledger-verify.ts';
import { deliveryOrderOf } from '../../electron/gateway/store/outbox/delivery-order.ts';
import { Outbox } from '../../electron/gateway/store/outbox/outbox.ts';
import { SourceFiles } from '../../electron/gateway/store/source-files.ts';
import { Tally, totalOf } from '../../electron/gateway/store/tally.ts';
import { queueFilters } from '../../shared/contract.ts';
import { message } from '../../shared/messages/message.ts';
import { texts } from '../support/spoken.ts';

/**
 * What a long queue costs: the store with 10,000 and with 1,000,000 entries of four sources, most of them waiting. Each
 * size is measured in fresh processes on copies of the same file, in turns, and the best of the rounds are compared.
 *
 *   npm run bench million-entries [-- --small 10000 --large 1000000 --rounds 5 --dir DIR]
 *
 * `--dir` keeps the filled stores there and uses them again.
 */
const words = process.argv.slice(2);
const flag = (name: string, fallback: string): string => {
  const at = words.indexOf(`--${name}`);
  return at < 0 ? fallback : (words[at + 1] ?? fallback);
};

const sources = ['top', 'side', 'bottom', 'x-ray'];
const at = Date.UTC(2026, 10, 21, 6);
const error = { message: message('server-error', { status: 500 }), technical: '500', at };
const placeOf = (folder: string): string => join(folder, 'gateway.sqlite');

function open(folder: string) {
  const database = openDatabase({ path: placeOf(folder) });
  const ledger = new Ledger(database);
  const line = deliveryOrderOf({ order: 'oldest-first', goodClasses: [], classPriorities: {} }, []);
  return {
    database,
    ledger,
    outbox: new Outbox(database, line, ledger),
    catalogue: new ImageQueries(database, line),
    files: new SourceFiles(database, ledger),
    tally: new Tally(database),
  };
}

/** Frames of two months, as four cameras take them; every tenth has boxes. */
function imageOf(index: number): NewImage {
  const sourceId = sources[index % sources.length] ?? '';
  const filename = `frame-${String(index).padStart(8, '0')}.jpg`;
  const file = { path: `2026-11/${filename}`, bytes: 200_000 + (index % 1_000), modifiedMs: at - 1e9 + index * 5 };
  const sha256 = `${((index * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}${String(index).padStart(56, '0')}`;
  const box = { classValue: 'scratch', confidence: 0.5, xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.1 };
  return {
    imageId: imageIdOf(sourceId, file, sha256),
    sourceId,
    origin: { kind: 'file', file, originalStays: true },
    filename,
    sha256,
    bytes: file.bytes,
    format: 'jpeg',
    width: 2448,
    height: 2048,
    capturedAt: file.modifiedMs,
    captureOffsetMinutes: null,
    capturedFrom: 'file',
    content: index % 10 === 0 ? { ...noSidecar, annotations: [box, box] } : noSidecar,
  };
}

/** Of 1,000 entries 80 were tried: 50 are delivered, 10 dead, 20 wait for another attempt. */
function settlementOf(index: number): Settlement {
  if (index % 8 < 5) return { kind: 'acknowledge', duplicate: false, serverImageId: 'x', serverBatchId: 'y' };
  if (index % 8 === 5) return { kind: 'bury', error };
  return { kind: 'retry', nextAttemptAt: at + 3_600_000 + index, ambiguous: false, stuck: false, error };
}

function fill(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const { database, outbox, ledger } = open(folder);
  // Only while filling: what is measured is as durable as ever.
  database.pragma('synchronous = OFF');
  for (let index = 0; index < count; ) {
    const images: NewImage[] = [];
    for (; images.length < 1_000 && index < count; index += 1) images.push(imageOf(index));
    outbox.enqueue(images, at + index);
    const done = outbox
      .lease(80, at + index, 60_000)
      .map(({ seq, token }, number) => ({ seq, token, settlement: settlementOf(number) }));
    outbox.settle(done, at + index);
  }
  // What a killed process leaves.
  outbox.lease(64, at, 600_000);
  ledger.sealNow(at);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

const quantile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Median time of one call, milliseconds. */
function timeOf(times: number, work: (index: number) => unknown): number {
  const found: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const began = performance.now();
    work(index);
    found.push(performance.now() - began);
  }
  return median(found);
}

/** Everything but delivery itself, as the gateway does it at start and after. */
function measure(folder: string): Record<string, number> {
  const memoryBefore = process.memoryUsage().rss;
  const result: Record<string, number> = {};
  let began = performance.now();
  const { database, outbox, catalogue, files, tally, ledger } = open(folder);
  outbox.releaseAllLeases();
  outbox.clampWaits(at, 7_200_000);
  outbox.reorder();
  files.forgetRefusalsExceptOf(sources);
  ledger.sealNow(at);
  result['start ms'] = performance.now() - began;

  result['status ms'] = timeOf(300, () => {
    totalOf(tally.sources().values());
    tally.payloads();
    catalogue.oldestWaiting();
    catalogue.page('all', null, 12);
    ledger.check(at);
  });
  for (const filter of queueFilters) {
    result[`page ${filter} ms`] = timeOf(100, () => catalogue.page(filter, null, 100));
    const middle = String(Math.floor(tally.sources().size === 0 ? 0 : totalOf(tally.sources().values()).collected / 2));
    result[`page ${filter}, deep ms`] = timeOf(100, () => catalogue.page(filter, middle, 100));
  }
  result['ledger page ms'] = timeOf(100, () => ledger.page(null, 100));

  const leases: number[] = [];
  const settles: number[] = [];
  const both: number[] = [];
  for (let round = 0; round < 400; round += 1) {
    began = performance.now();
    const leased: readonly LeasedEntry[] = outbox.lease(16, at, 600_000);
    const between = performance.now();
    if (leased.length !== 16) throw new Error(`only ${leased.length} were leased`);
    outbox.settle(
      leased.map(({ seq, token }) => ({ seq, token, settlement: settlementOf(0) })),
      at + round,
    );
    const ended = performance.now();
    leases.push(between - began);
    settles.push(ended - between);
    both.push(ended - began);
  }
  result['lease 16 median ms'] = median(leases);
  result['settle 16 median ms'] = median(settles);
  result['lease + settle median ms'] = median(both);
  result['lease + settle p99 ms'] = quantile(both, 0.99);

  const enqueues: number[] = [];
  for (let round = 0; round < 100; round += 1) {
    const images = Array.from({ length: 16 }, (_, index) => imageOf(50_000_000 + round * 16 + index));
    began = performance.now();
    outbox.enqueue(images, at);
    enqueues.push(performance.now() - began);
  }
  result['enqueue 16 median ms'] = median(enqueues);
  result['memory MB'] = (process.memoryUsage().rss - memoryBefore) / 1e6;
  database.close();
  return result;
}

async function check(folder: string): Promise<Record<string, number>> {
  const { database } = open(folder);
  let longest = 0;
  let last = performance.now();
  const began = last;
  const verdict = await verifyLedger(database, {
    pause: async () => {
      longest = Math.max(longest, performance.now() - last);
      await new Promise((resolve) => setImmediate(resolve));
      last = performance.now();
    },
  });
  const whole = performance.now() - began;
  database.close();
  if (!verdict.ok) throw new Error(texts(verdict.problems).join('\n'));
  return { 'verify ms': whole, 'verify, longest slice ms': longest };
}

/** In a process of its own: neither memory nor caches of the other size are in its way. */
function inProcess(step: string, ...rest: readonly string[]): Record<string, number> {
  const child = spawnSync(process.execPath, ['--no-warnings', import.meta.filename, '--step', step, ...rest], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(`${step} ended with ${child.status}`);
  return JSON.parse(child.stdout) as Record<string, number>;
}

function compare(): void {
  const sizes = { small: Number(flag('small', '10000')), large: Number(flag('large', '1000000')) };
  const rounds = Number(flag('rounds', '5'));
  const kept = flag('dir', '');
  const root = kept === '' ? mkdtempSync(join(tmpdir(), 'acusight-million-')) : kept;
  try {
    const found: Record<keyof typeof sizes, Record<string, number[]>> = { small: {}, large: {} };
    const note = (size: keyof typeof sizes, values: Record<string, number>): void => {
      for (const [name, value] of Object.entries(values)) found[size][name] = [...(found[size][name] ?? []), value];
    };
    for (const size of ['small', 'large'] as const) {
      const folder = join(root, String(sizes[size]));
      if (!existsSync(placeOf(folder))) note(size, inProcess('fill', folder, String(sizes[size])));
      note(size, inProcess('check', folder));
    }
    const copy = join(root, 'copy');
    for (let round = 0; round < rounds; round += 1) {
      for (const size of ['small', 'large'] as const) {
        rmSync(copy, { recursive: true, force: true });
        mkdirSync(copy, { recursive: true });
        copyFileSync(placeOf(join(root, String(sizes[size]))), placeOf(copy));
        note(size, inProcess('measure', copy));
      }
    }
    rmSync(copy, { recursive: true, force: true });
    const rows = Object.keys(found.large).map((name) => {
      const [small, large] = [Math.min(...(found.small[name] ?? [])), Math.min(...(found.large[name] ?? []))];
      return [name, { small: round3(small), large: round3(large), ratio: round3(large / small) }] as const;
    });
    process.stdout.write(`${JSON.stringify({ sizes, rounds, measured: Object.fromEntries(rows) }, null, 2)}\n`);
  } finally {
    if (kept === '') rmSync(root, { recursive: true, force: true });
  }
}

const round3 = (value: number): number => Math.round(value * 1_000) / 1_000;

const [step, folder = '', count = '0'] = words[0] === '--step' ? words.slice(1) : [];
if (step === undefined) compare();
else {
  const began = performance.now();
  if (step === 'fill') fill(folder, Number(count));
  const result = step === 'fill' ? { 'fill ms': performance.now() - began } : null;
  process.stdout.write(JSON.stringify(result ?? (step === 'check' ? await check(folder) : measure(folder))));
}
