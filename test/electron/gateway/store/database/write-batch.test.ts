import { describe, expect, it } from 'vitest';
import { WriteAheadLog } from '../../../../../electron/gateway/store/database/write-ahead-log.ts';
import { WriteBatch } from '../../../../../electron/gateway/store/database/write-batch.ts';
import { cutOff, fileOf, newImage, openStore, type TestStore } from '../../../../support/store.ts';

/** A log on a disk that is as slow as the test says: where it is held, a flush lasts until the test ends it. */
class TestLog {
  readonly #held: boolean;
  syncs = 0;

  constructor(held: boolean) {
    this.#held = held;
  }

  #settle: ((error?: Error) => void) | null = null;

  sync(): Promise<void> {
    this.syncs += 1;
    if (!this.#held) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  end(error?: Error): void {
    this.#settle?.(error);
  }

  close = async (): Promise<void> => undefined;
}

/** A group whose timer only the test ends, over a table whose rows cannot repeat. */
async function openGroup({ held = false } = {}) {
  const store = await openStore();
  store.database.exec('CREATE TABLE notes (text TEXT PRIMARY KEY) STRICT');
  let ring: (() => void) | null = null;
  const log = new TestLog(held);
  const after = (_milliseconds: number, callback: () => void) => {
    ring = callback;
    return () => {
      ring = null;
    };
  };
  const group = new WriteBatch(store.database, after, log);
  const insert = store.database.prepare('INSERT INTO notes VALUES (?)');
  const note = (text: string) => () => void insert.run(text);
  const notes = () => store.database.prepare('SELECT text FROM notes ORDER BY rowid').pluck().all();
  return { store, group, note, notes, log, waits: () => ring !== null, ring: () => ring?.() };
}
const commits = (store: TestStore): number => {
  // Each commit is one flush to the disk: frames of the journal that close a transaction.
  const [row] = store.database.pragma('wal_checkpoint(PASSIVE)') as { log: number }[];
  return row?.log ?? 0;
};

describe('deferred writes', () => {
  it('are done together after a moment, in their order', async () => {
    const { group, note, notes, waits, ring } = await openGroup();
    const done = Promise.all(['a', 'b', 'c'].map((text) => group.defer(note(text))));
    expect(notes()).toEqual([]);
    ring();
    expect(notes()).toEqual(['a', 'b', 'c']);
    await done;
    expect(waits()).toBe(false);
  });

  it('join the next write that can’t wait, before it, in its transaction', async () => {
    const { store, group, note, notes, waits } = await openGroup();
    let settled = false;
    const done = group.defer(note('deferred'), () => {
      settled = true;
    });
    const seen = group.run(() => {
      note('at once')();
      expect(store.database.inTransaction).toBe(true);
      expect(settled).toBe(false);
      return notes();
    });
    expect(seen).toEqual(['deferred', 'at once']);
    expect([settled, waits()]).toEqual([true, false]);
    await done;
  });

  it('that fail take no other with them', async () => {
    const { group, note, notes } = await openGroup();
    const outcomes = Promise.allSettled(['a', 'a', 'b'].map((text) => group.defer(note(text))));
    group.flush();
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(notes()).toEqual(['a', 'b']);
  });

  it('keep their turn when the write that they joined fails', async () => {
    const { group, note, notes, waits, ring } = await openGroup();
    const done = group.defer(note('deferred'));
    const failing = () => {
      note('lost')();
      throw new Error('broken');
    };
    expect(() => group.run(failing)).toThrow('broken');
    expect(notes()).toEqual([]);
    expect(waits()).toBe(true);
    ring();
    await done;
    expect(notes()).toEqual(['deferred']);
  });

  it('are told when the database is gone, and end nothing by it', async () => {
    const { store, group, note } = await openGroup();
    const done = group.defer(note('a'));
    // Nobody listens to this one.
    void group.defer(note('b'));
    store.close();
    group.flush();
    await expect(done).rejects.toThrow(/not open/);
  });

  it('are not called durable by a write that is part of a transaction of somebody else', async () => {
    const { store, group, note, notes, waits } = await openGroup();
    let settled = false;
    void group.defer(note('deferred'), () => {
      settled = true;
    });
    const outer = store.database.transaction(() => {
      group.run(note('inner'));
      throw new Error('undone');
    });
    expect(outer).toThrow('undone');
    expect([settled, waits(), notes()]).toEqual([false, true, []]);
  });

  it('cost one flush to the disk however many they are', async () => {
    const { store, group, note } = await openGroup();
    const cost = (work: () => void): number => {
      store.database.pragma('wal_checkpoint(TRUNCATE)');
      work();
      return commits(store);
    };
    const texts = (from: string) => Array.from({ length: 20 }, (_, index) => `${from}${index}`);
    const apart = cost(() => {
      for (const text of texts('a')) group.run(note(text));
    });
    const together = cost(() => {
      for (const text of texts('b')) void group.defer(note(text));
      group.flush();
    });
    expect(together).toBeLessThan(apart / 4);
  });
});

it('a connection has one group', async () => {
  const store = await openStore();
  expect(WriteBatch.of(store.database)).toBe(WriteBatch.of(store.database));
  expect(WriteBatch.of((await openStore()).database)).not.toBe(WriteBatch.of(store.database));
});

describe('what a source says of its files', () => {
  const file = { path: 'x.jpg', bytes: 5, modifiedMs: 7 };
  const written = (store: TestStore, table: 'refusals' | 'source_files'): number =>
    store.database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;

  it('is known at once and written with the next commit', async () => {
    const store = await openStore();
    const files = store.sourceFiles;
    expect(files.refuse('aoi', file, cutOff, 1)).toBe(true);
    expect(files.refuse('aoi', file, cutOff, 2)).toBe(false);
    const settled = files.settle('aoi', { ...file, path: 'a.txt' }, false);
    expect([written(store, 'refusals'), written(store, 'source_files')]).toEqual([0, 0]);
    expect(files.status('aoi', file)).toBe('refused');
    expect(files.status('aoi', { ...file, path: 'a.txt' })).toBe('stored');
    expect(files.status('left', file)).toBe('new');
    await settled;
    expect([written(store, 'refusals'), written(store, 'source_files')]).toEqual([1, 1]);
    expect(files.status('aoi', file)).toBe('refused');
    expect(store.totals().refused).toBe(1);
  });

  it('is listed and counted whenever somebody asks', async () => {
    const { sourceFiles: files, tally } = await openStore();
    files.refuse('aoi', file, cutOff, 1);
    expect(files.refusalsPage(null, 5).rows).toMatchObject([{ path: 'x.jpg', code: 'truncated' }]);
    expect(files.forgetRefusal('aoi', 'x.jpg')).toBe(true);
    expect(files.forgetRefusal('aoi', 'x.jpg')).toBe(false);
    expect(files.status('aoi', file)).toBe('new');
    expect(files.refusedPaths('aoi')).toEqual([]);
    files.refuse('aoi', file, cutOff, 1);
    expect(tally.sources().get('aoi')?.refused).toBe(1);
  });

  it('does not outlive the picture that came after it', async () => {
    const store = await openStore();
    const { image } = newImage({ name: 'x.jpg' });
    store.sourceFiles.refuse('aoi', { ...fileOf(image), modifiedMs: 0 }, cutOff, 1);
    store.outbox.enqueue([image], 1_000);
    expect(store.sourceFiles.refusalsPage(null, 5).rows).toEqual([]);
    expect(store.sourceFiles.status('aoi', { ...fileOf(image), modifiedMs: 0 })).toBe('new');
    expect(store.totals()).toMatchObject({ refused: 0, collected: 1 });
  });

  it('finishes many originals at once, and only those that are known', async () => {
    const store = await openStore();
    const images = ['a', 'b', 'c'].map((name) => {
      const { image } = newImage({ name });
      return { ...image, origin: { kind: 'file', file: fileOf(image), originalStays: false } as const };
    });
    store.outbox.enqueue(images, 1_000);
    const statuses = () => images.map(({ origin }) => store.sourceFiles.status('aoi', origin.file));
    expect(statuses()).toEqual(['stored', 'stored', 'stored']);
    const done = store.sourceFiles.finishMany('aoi', ['a', 'b', 'unknown'], 1);
    expect(statuses()).toEqual(['finished', 'finished', 'stored']);
    await done;
    expect(statuses()).toEqual(['finished', 'finished', 'stored']);
    expect(store.sourceFiles.status('aoi', { path: 'unknown', bytes: 1, modifiedMs: 1 })).toBe('new');
  });

  it('is forgotten when it could not be written, so that the file is met again', async () => {
    const store = await openStore();
    store.database.exec("CREATE TRIGGER broken BEFORE INSERT ON refusals BEGIN SELECT raise(ABORT, 'no room'); END");
    expect(store.sourceFiles.refuse('aoi', file, cutOff, 1)).toBe(true);
    expect(store.sourceFiles.status('aoi', file)).toBe('refused');
    await store.sourceFiles.drain();
    expect(store.sourceFiles.status('aoi', file)).toBe('new');
  });
});

describe('a write that a power cut may take back for a moment', () => {
  const mode = (store: TestStore) => store.database.pragma('synchronous', { simple: true });

  it('does not wait for the disk, and the next one does again', async () => {
    const { store, group, note, notes } = await openGroup();
    const during = group.runSoon(() => {
      note('soon')();
      return mode(store);
    });
    expect([during, mode(store)]).toEqual([1, 2]);
    expect(notes()).toEqual(['soon']);
  });

  it('tells deferred ones that it took along only once the log is on the disk', async () => {
    const { group, note, notes, log } = await openGroup({ held: true });
    let told = false;
    const deferred = group.defer(note('deferred')).then(() => {
      told = true;
    });
    group.runSoon(note('soon'));
    expect(notes()).toEqual(['deferred', 'soon']);
    await new Promise((resolve) => setImmediate(resolve));
    expect([told, log.syncs]).toEqual([false, 1]);
    log.end();
    await deferred;
  });

  it('that fails changes nothing, and leaves the next one durable', async () => {
    const { store, group, note, notes } = await openGroup();
    expect(() =>
      group.runSoon(() => {
        note('a')();
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(notes()).toEqual([]);
    expect(mode(store)).toBe(2);
  });
});

describe('a write that is durable without holding up anybody else', () => {
  it('is there at once, and answered once the log is on the disk', async () => {
    const { group, note, notes, log } = await openGroup({ held: true });
    let durable = false;
    const done = group.runDurably(note('a')).then(() => {
      durable = true;
    });
    expect(notes()).toEqual(['a']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(durable).toBe(false);
    log.end();
    await done;
  });

  it('is answered with what the disk says', async () => {
    const { group, note, log } = await openGroup({ held: true });
    const done = group.runDurably(note('a'));
    log.end(new Error('EIO'));
    await expect(done).rejects.toThrow('EIO');
  });

  it('is answered with what the work says, and nothing is flushed', async () => {
    const { group, log } = await openGroup();
    const failing = () => {
      throw new Error('no');
    };
    await expect(group.runDurably(failing)).rejects.toThrow('no');
    expect(log.syncs).toBe(0);
  });
});

describe('the log of a real database', () => {
  it('is flushed once for all that was committed before, and again for what came while it was', async () => {
    const store = await openStore();
    const log = new WriteAheadLog(store.database);
    const done: number[] = [];
    const flushes = [1, 2, 3].map((number) => log.sync().then(() => done.push(number)));
    // Each flush takes turns of the event loop; what one flush answers needs no more of them.
    const settle = async () => {
      for (let time = 0; time < 20; time += 1) await Promise.resolve();
    };
    await flushes[0];
    await settle();
    expect(done).toEqual([1]);
    await flushes[1];
    await settle();
    expect(done).toEqual([1, 2, 3]);
    await log.sync();
    await log.close();
  });

  it('that is not there says so', async () => {
    const store = await openStore();
    const log = new WriteAheadLog({ ...store.database, memory: false, name: '/nowhere/gateway.sqlite' } as never);
    await expect(log.sync()).rejects.toThrow('ENOENT');
    await log.close();
  });
});
