import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ImageBatch } from '../../../../../electron/gateway/ingest/image-batch.ts';
import { nodeFiles } from '../../../../../electron/gateway/platform/files.ts';
import { StoreWatch } from '../../../../../electron/gateway/store/database/store-watch.ts';
import { PayloadStore, StoreAwayError } from '../../../../../electron/gateway/store/payloads/payload-store.ts';
import { RecentPayloads } from '../../../../../electron/gateway/store/payloads/recent-payloads.ts';
import { PayloadSource } from '../../../../../electron/gateway/sync/delivery/payload-source.ts';
import { FailingFiles, type FailWish } from '../../../../support/failing-files.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { canLimitFiles, openNoMore } from '../../../../support/open-no-more.ts';
import { said } from '../../../../support/spoken.ts';
import {
  acknowledge,
  type ImageWish,
  newImage,
  openStore,
  storeImage,
  type TestStore,
  temporaryFiles,
  temporaryFolder,
} from '../../../../support/store.ts';
import { readingWorker } from '../../../../support/workers.ts';

/** What ingest does with each picture, all at once; the names of those that were reported as stored. */
async function ingest(store: TestStore, wishes: readonly ImageWish[]): Promise<string[]> {
  const commits = new ImageBatch(store.payloads, store.outbox, store.journal, new FakeClock());
  const outcomes = await Promise.allSettled(
    wishes.map(async (wish) => {
      const { image, bytes } = newImage(wish);
      const staged = await store.payloads.stage(image.sha256, image.format, bytes);
      try {
        await commits.commit(image, staged);
      } catch (error) {
        await store.payloads.discard(staged).catch(() => undefined);
        throw error;
      }
      return image.filename;
    }),
  );
  await commits.drain();
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** Every payload file with its content, and the temporary files. */
async function onDisk(store: TestStore): Promise<{ payloads: Map<string, Buffer>; temporary: string[] }> {
  const payloads = new Map<string, Buffer>();
  const temporary: string[] = [];
  for (const folder of await readdir(store.payloads.root)) {
    if (folder === 'orphans') continue;
    const names = await readdir(join(store.payloads.root, folder));
    for (const name of names) {
      if (name.endsWith('.part')) temporary.push(name);
      else payloads.set(name, await readFile(join(store.payloads.root, folder, name)));
    }
  }
  return { payloads, temporary };
}

const batch: readonly ImageWish[] = [
  ...['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, bytes: Buffer.alloc(5_000, name) })),
  { name: 'like a', bytes: Buffer.alloc(5_000, 'a') },
];

describe('bytes before row', () => {
  const wishes: readonly Omit<FailWish, 'nth'>[] = [
    { code: 'ENOSPC', lasts: 'once', tornWrites: true },
    { code: 'EIO', lasts: 'once', tornWrites: false },
    { code: 'EIO', lasts: 'from-then-on', tornWrites: true },
  ];

  it.each(wishes)(
    'holds wherever the disk fails: $code $lasts, torn writes $tornWrites',
    { timeout: 60_000 },
    async (wish) => {
      let failures = 0;
      for (let nth = 1; ; nth += 1) {
        const files = new FailingFiles();
        const store = await openStore(undefined, files);
        store.database.pragma('synchronous = OFF');
        files.failAt({ ...wish, nth });
        const stored = await ingest(store, batch);
        if (files.failed === 0) {
          expect(stored).toHaveLength(batch.length);
          expect(nth).toBeGreaterThan(10);
          break;
        }
        failures += 1;
        store.close();

        const again = await openStore(store.root);
        await again.audit.run(new AbortController().signal, () => 1);
        expect((await onDisk(again)).temporary).toEqual([]);
        const rows = again.catalogue.page('all', null, 200).rows;
        // What was reported as stored is there, and what is there is what was reported.
        expect(rows.map(({ filename }) => filename).sort()).toEqual([...stored].sort());
        const findings = await again.audit.run(new AbortController().signal, () => 1);
        expect(findings.missing).toBe(0);
        const { payloads } = await onDisk(again);
        const expected = new Map(
          batch
            .filter(({ name }) => stored.includes(name ?? ''))
            .map((made) => {
              const { image, bytes } = newImage(made);
              return [`${image.sha256}.jpg`, bytes];
            }),
        );
        expect(new Set(payloads.keys())).toEqual(new Set(expected.keys()));
        for (const [name, bytes] of payloads) expect(bytes.equals(expected.get(name) as Uint8Array)).toBe(true);
        // The same pictures offered again are all taken, each once.
        expect(await ingest(again, batch)).toHaveLength(batch.length);
        expect(again.totals()).toMatchObject({ collected: batch.length, pending: batch.length });
        again.close();
      }
      expect(failures).toBeGreaterThan(10);
    },
  );

  it('leaves no row when the database refuses, and takes the pictures when they are offered again', async () => {
    const store = await openStore();
    store.database.exec("CREATE TRIGGER full BEFORE INSERT ON images BEGIN SELECT RAISE(ABORT, 'full'); END");
    expect(await ingest(store, batch)).toEqual([]);
    expect(store.totals().collected).toBe(0);
    store.database.exec('DROP TRIGGER full');
    expect(await ingest(store, batch)).toHaveLength(batch.length);
    expect((await onDisk(store)).temporary).toEqual([]);
  });

  it('heals a payload that the disk damaged when the same bytes come again', async () => {
    const store = await openStore();
    const image = await storeImage(store, { name: 'a' });
    await writeFile(store.payloads.pathOf(image.sha256, 'jpeg'), 'damaged');
    const other = newImage({ name: 'b', bytes: newImage({ name: 'a' }).bytes });
    expect(await ingest(store, [{ name: 'b', bytes: other.bytes }])).toEqual(['b']);
    expect(await readFile(store.payloads.pathOf(image.sha256, 'jpeg'))).toEqual(other.bytes);
  });
});

describe('committing in groups', () => {
  it('shares transactions and directory syncs among a hundred concurrent pictures', async () => {
    const files = new FailingFiles();
    const store = await openStore(undefined, files);
    let transactions = 0;
    const { enqueue } = store.outbox;
    store.outbox.enqueue = (...given) => {
      transactions += 1;
      return enqueue.apply(store.outbox, given);
    };
    const { syncDirectory } = files.calls;
    // A few hashes share a folder; all are staged before any is committed.
    const stored = await ingest(
      store,
      Array.from({ length: 100 }, (_, index) => ({ name: `frame-${index}` })),
    );
    expect(stored).toHaveLength(100);
    expect(transactions).toBeLessThan(20);
    expect(files.calls.syncDirectory - syncDirectory).toBeLessThanOrEqual(100);
    expect(store.totals()).toMatchObject({ collected: 100, pending: 100 });
  });

  it('syncs each directory once a group', async () => {
    const files = new FailingFiles();
    const store = await openStore(undefined, files);
    const commits = new ImageBatch(store.payloads, store.outbox, store.journal, new FakeClock());
    const made = Array.from({ length: 100 }, (_, index) => newImage({ name: `frame-${index}` }));
    const staged = await Promise.all(
      made.map(async ({ image, bytes }) => ({
        image,
        payload: await store.payloads.stage(image.sha256, image.format, bytes),
      })),
    );
    const before = files.calls.syncDirectory;
    await Promise.all(staged.map(({ image, payload }) => commits.commit(image, payload)));
    const folders = new Set(made.map(({ image }) => image.sha256.slice(0, 2)));
    expect(files.calls.syncDirectory - before).toBe(folders.size);
    expect(folders.size).toBeLessThan(100);
  });

  it('does not fail a later group for an earlier one', async () => {
    const files = new FailingFiles();
    const store = await openStore(undefined, files);
    files.failAt({ nth: 1, code: 'EIO', lasts: 'once', only: ['rename'] });
    const commits = new ImageBatch(store.payloads, store.outbox, store.journal, new FakeClock());
    const commit = async (name: string) => {
      const { image, bytes } = newImage({ name });
      return commits.commit(image, await store.payloads.stage(image.sha256, 'jpeg', bytes));
    };
    await expect(commit('a')).rejects.toThrow('EIO');
    await expect(commit('b')).resolves.toMatchObject({ isNew: true });
  });

  it('has nothing under way once it is drained', async () => {
    const store = await openStore();
    const commits = new ImageBatch(store.payloads, store.outbox, store.journal, new FakeClock());
    const { image, bytes } = newImage();
    const payload = await store.payloads.stage(image.sha256, 'jpeg', bytes);
    let done = false;
    void commits.commit(image, payload).then(() => {
      done = true;
    });
    await commits.drain();
    await Promise.resolve();
    expect(done).toBe(true);
    await commits.drain();
  });
});

describe('preparing', () => {
  it('makes its folders, and removes what an older version left half-written, but no payload', async () => {
    const root = join(await temporaryFolder(), 'deep', 'payloads');
    const payloads = new PayloadStore(root, nodeFiles);
    await payloads.prepare();
    expect((await readdir(root)).length).toBe(256);
    await mkdir(join(root, 'tmp'));
    await writeFile(join(root, 'tmp', 'half'), 'left behind');
    const staged = await payloads.stage('ab'.repeat(32), 'png', Buffer.from('whole'));
    await payloads.publish([staged]);
    await rm(join(root, '00'), { recursive: true });
    await payloads.prepare();
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
    expect(await readdir(join(root, 'ab'))).toEqual([`${'ab'.repeat(32)}.png`]);
    expect((await readdir(root)).length).toBe(257);
  });

  it('the audit removes what a kill left half-written, and nothing that is being written', async () => {
    const store = await openStore();
    const dead = new PayloadStore(store.payloads.root, nodeFiles);
    await dead.stage('ab'.repeat(32), 'png', Buffer.from('left behind'));
    await store.payloads.stage('ab'.repeat(32), 'png', Buffer.from('on its way'));
    expect(await temporaryFiles(store.payloads.root)).toHaveLength(2);
    expect(await dead.isEmpty()).toBe(true);
    expect(await store.audit.run(new AbortController().signal, () => 1)).toEqual({ orphans: 0, missing: 0 });
    const left = await temporaryFiles(store.payloads.root);
    expect(left.map((name) => store.payloads.kindOf(name))).toEqual(['staged']);
  });
});

describe('exclusively', () => {
  it('runs work on the same hash one after the other, and work on others at once', async () => {
    const payloads = new PayloadStore(await temporaryFolder(), nodeFiles);
    const events: string[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = (name: string, wait?: Promise<void>) => async (): Promise<string> => {
      events.push(`${name} begins`);
      await wait;
      events.push(`${name} ends`);
      return name;
    };
    const runs = [
      payloads.exclusively(['a', 'b'], work('ab', gate)),
      payloads.exclusively(['b', 'c'], work('bc')),
      payloads.exclusively(['c'], work('c')),
      payloads.exclusively(['d'], work('d')),
    ];
    await runs[3];
    expect(events).toEqual(['ab begins', 'd begins', 'd ends']);
    release();
    expect(await Promise.all(runs)).toEqual(['ab', 'bc', 'c', 'd']);
    expect(events.slice(3)).toEqual(['ab ends', 'bc begins', 'bc ends', 'c begins', 'c ends']);
  });

  it('goes on after work that failed, and tells only its own caller', async () => {
    const payloads = new PayloadStore(await temporaryFolder(), nodeFiles);
    const failing = payloads.exclusively(['a', 'a'], () => Promise.reject(new Error('broken')));
    const next = payloads.exclusively(['a'], () => Promise.resolve('fine'));
    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('fine');
  });
});

describe('the audit after start', () => {
  const run = (store: TestStore) => store.audit.run(new AbortController().signal, () => 77);

  it('puts payloads aside that no row names, and files that are no payloads', async () => {
    const store = await openStore();
    const kept = await storeImage(store, { name: 'kept' });
    const orphan = await store.payloads.stage('ab'.repeat(32), 'jpeg', Buffer.from('orphan'));
    await store.payloads.publish([orphan]);
    // The same picture under the wrong extension is no payload of the row.
    await writeFile(store.payloads.pathOf(kept.sha256, 'png'), 'stray');
    expect(await run(store)).toEqual({ orphans: 2, missing: 0 });
    expect([...(await onDisk(store)).payloads.keys()]).toEqual([`${kept.sha256}.jpg`]);
    expect(await run(store)).toEqual({ orphans: 0, missing: 0 });
  });

  it('finds a payload that is lost later, too, a few folders at a time', async () => {
    const store = await openStore();
    const images = [];
    for (let index = 0; index < 40; index += 1) images.push(await storeImage(store, { name: `${index}` }));
    const round = async (): Promise<void> => {
      while (await store.audit.slice(() => 77));
    };
    await round();
    expect(store.totals()).toMatchObject({ dead: 0, pending: 40 });
    for (const { sha256: hash } of images.slice(0, 3)) await rm(store.payloads.pathOf(hash, 'jpeg'));
    await round();
    expect(store.totals()).toMatchObject({ dead: 3, pending: 37 });
    expect(store.totals().gone).toBe(3);
    // A whole folder, which can't even be listed then.
    const hash = images[20]?.sha256 ?? '';
    await rm(join(store.payloads.root, hash.slice(0, 2)), { recursive: true });
    await round();
    expect(store.totals().gone).toBeGreaterThan(3);
    await rm(store.payloads.root, { recursive: true });
    await round();
    expect(store.totals().gone).toBe(40);
  });

  it('buries nothing while another folder lies where the data folder was: its disk is only away', async () => {
    const store = await openStore();
    const image = await storeImage(store, { name: 'waiting' });
    const watch = new StoreWatch(join(store.root, 'gateway.sqlite'));
    await rename(store.root, `${store.root}-away`);
    await mkdir(join(store.root, 'payloads'), { recursive: true });
    let told: unknown = null;
    for (let tries = 0; tries < 300 && told === null; tries += 1)
      await store.audit
        .slice(() => 77)
        .catch((error: unknown) => {
          told = error;
        });
    expect(told).toBeInstanceOf(StoreAwayError);
    watch.note(told);
    expect(watch.fault?.code).toBe('store-unavailable');
    expect(store.totals()).toMatchObject({ pending: 1, dead: 0 });
    const source = new PayloadSource(store.payloads, new RecentPayloads(() => 0, 0), readingWorker);
    onTestFinished(() => source.stop());
    const load = () => source.load(image, { before: 0, after: 0 });
    expect(await load()).toMatchObject({ message: { code: 'payload-unreadable' }, disposition: 'retry' });
    await rm(store.root, { recursive: true });
    await rename(`${store.root}-away`, store.root);
    expect(await load()).toMatchObject({ payload: { kind: 'bytes' } });
  });

  it.skipIf(!canLimitFiles)('buries nothing, and blames no disk, while no more files can be opened', async () => {
    const store = await openStore();
    const image = await storeImage(store, { name: 'waiting' });
    const source = new PayloadSource(store.payloads, new RecentPayloads(() => 0, 0), readingWorker);
    onTestFinished(() => source.stop());
    const load = () => source.load(image, { before: 0, after: 0 });
    // Its thread runs by then.
    expect(await load()).toMatchObject({ payload: { kind: 'bytes' } });
    const lift = openNoMore();
    const held = await load();
    for (let tries = 0; tries < 300; tries += 1) await store.audit.slice(() => 77).catch(() => true);
    await lift();
    expect(held).toMatchObject({ message: { code: 'files-held-up' }, disposition: 'pause', pauseReason: 'trouble' });
    expect(store.totals()).toMatchObject({ pending: 1, dead: 0, gone: 0 });
    expect(await load()).toMatchObject({ payload: { kind: 'bytes' } });
  });

  it('goes on with the other folders where one can’t be looked at', async () => {
    let unreadable = '';
    const store = await openStore(undefined, {
      ...nodeFiles,
      list: (path) => (path === unreadable ? Promise.reject(new Error('EIO')) : nodeFiles.list(path)),
    });
    unreadable = join(store.payloads.root, '00');
    const image = await storeImage(store, { name: 'waiting' });
    await rm(store.payloads.pathOf(image.sha256, 'jpeg'));
    for (let tries = 0; tries < 600 && store.totals().gone === 0; tries += 1)
      await store.audit.slice(() => 77).catch(() => true);
    expect(store.totals().gone).toBe(1);
  });

  it('buries with words what waits for delivery and lost its payload, every image of it', async () => {
    const store = await openStore();
    const bytes = Buffer.from('the same');
    const image = await storeImage(store, { name: 'delivered', bytes });
    acknowledge(store, 1);
    for (const name of ['waiting', 'waiting too']) await storeImage(store, { name, bytes });
    await storeImage(store, { name: 'sound' });
    await rm(store.payloads.pathOf(image.sha256, 'jpeg'));
    expect(await run(store)).toEqual({ orphans: 0, missing: 2 });
    expect(store.totals()).toMatchObject({ dead: 2, pending: 1, acknowledged: 1 });
    const [row] = store.catalogue.page('dead', null, 1).rows;
    expect(row?.lastError).toMatchObject({
      message: { code: 'payload-missing' },
      technical: image.sha256,
      at: 77,
    });
    expect(said(row?.lastError?.message).text).toMatch(/gone/);
    // It is reported once; put back in place and requeued, it is delivered.
    expect(await run(store)).toMatchObject({ missing: 0 });
    expect(store.deadLetters.requeue('all', 78)).toBe(2);
  });

  it('leaves alone what is being committed while it looks', async () => {
    const store = await openStore();
    const { image, bytes } = newImage({ name: 'just now' });
    const staged = await store.payloads.stage(image.sha256, 'jpeg', bytes);
    let audited: ReturnType<typeof run> | undefined;
    await store.payloads.exclusively([image.sha256], async () => {
      await store.payloads.publish([staged]);
      audited = run(store);
      // Long enough for the audit to have listed every folder.
      await new Promise((resolve) => setTimeout(resolve, 150));
      store.outbox.enqueue([image], 1_000);
    });
    expect(await audited).toEqual({ orphans: 0, missing: 0 });
    expect(await store.payloads.size(image.sha256, 'jpeg')).toBe(bytes.length);
  });

  it('stops when it is told to', async () => {
    const store = await openStore();
    await store.payloads.publish([await store.payloads.stage('ff'.repeat(32), 'jpeg', Buffer.from('orphan'))]);
    expect(await store.audit.run(AbortSignal.abort(), () => 1)).toEqual({
      orphans: 0,
      missing: 0,
    });
    expect(await store.payloads.size('ff'.repeat(32), 'jpeg')).toBe(6);
  });

  it('keeps what it puts aside until the same content is stored again', async () => {
    const store = await openStore();
    const { image, bytes } = newImage({ bytes: Buffer.from('the only copy') });
    await writeFile(store.payloads.pathOf(image.sha256, 'jpeg'), bytes);
    expect(await run(store)).toEqual({ orphans: 1, missing: 0 });
    expect(await readFile(join(store.audit.orphanRoot, `${image.sha256}.jpg`), 'utf8')).toBe('the only copy');
    expect(await store.audit.settleOrphans()).toBe(1);
    store.outbox.enqueue([image], 1);
    expect(await store.audit.settleOrphans()).toBe(0);
    expect(await readdir(store.audit.orphanRoot)).toEqual([]);
  });
});
