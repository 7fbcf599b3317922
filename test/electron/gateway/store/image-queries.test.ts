import { describe, expect, it } from 'vitest';
import { noSidecar } from '../../../../electron/gateway/model/image.ts';
import { imageDetailSchema, queueFilters, queueRowSchema, refusalSchema } from '../../../../shared/contract.ts';
import { legacy, message } from '../../../../shared/messages/message.ts';
import { acknowledge, cutOff, newImage, openStore, type TestStore } from '../../../support/store.ts';

const error = { message: message('internal-error'), technical: 'x', at: 1 };

/** 60 entries in all states: every 5th dead, every 3rd acknowledged, some leased, some retrying. */
async function mixedStore(): Promise<TestStore> {
  const store = await openStore();
  store.outbox.enqueue(
    Array.from({ length: 60 }, (_, index) => newImage({ name: `${index}.jpg` }).image),
    1_000,
  );
  for (const { seq, token } of store.outbox.lease(50, 2_000, 60_000)) {
    if (seq % 5 === 0) store.outbox.settle([{ seq, token, settlement: { kind: 'bury', error } }], 3_000);
    else if (seq % 3 === 0) {
      const settlement = { kind: 'acknowledge', duplicate: false, serverImageId: null, serverBatchId: null } as const;
      store.outbox.settle([{ seq, token, settlement }], 3_000);
    } else if (seq % 2 === 0) {
      const settlement = { kind: 'retry', nextAttemptAt: 9_000, ambiguous: true, stuck: true, error } as const;
      store.outbox.settle([{ seq, token, settlement }], 3_000);
    }
  }
  return store;
}

describe('pages of the queue', () => {
  it.each(queueFilters)(
    'of the filter %s are complete, newest first, without doubles, at any page size',
    async (filter) => {
      const store = await mixedStore();
      const all = store.catalogue.page(filter, null, 200).rows.map(({ imageId }) => imageId);
      expect(all.length).toBeGreaterThan(5);
      expect(new Set(all).size).toBe(all.length);
      for (const size of [1, 7, all.length, all.length + 1]) {
        const found: string[] = [];
        let cursor: string | null = null;
        do {
          const page: ReturnType<TestStore['catalogue']['page']> = store.catalogue.page(filter, cursor, size);
          expect(page.rows.length).toBeLessThanOrEqual(size);
          for (const row of page.rows) expect(queueRowSchema.parse(row)).toEqual(row);
          found.push(...page.rows.map(({ imageId }) => imageId));
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(found).toEqual(all);
      }
    },
  );

  it('show in each filter what it is named for', async () => {
    const store = await mixedStore();
    const statesOf = (filter: (typeof queueFilters)[number]) => {
      const { rows } = store.catalogue.page(filter, null, 200);
      return { states: [...new Set(rows.map(({ state }) => state))].sort(), count: rows.length };
    };
    const { pending, leased, dead, acknowledged, retrying, collected } = store.totals();
    expect(statesOf('all').count).toBe(collected);
    expect(statesOf('waiting')).toEqual({ states: ['leased', 'pending'], count: pending + leased });
    expect(statesOf('retrying')).toEqual({ states: ['pending'], count: retrying });
    expect(statesOf('dead')).toEqual({ states: ['dead'], count: dead });
    expect(statesOf('acknowledged')).toEqual({ states: ['acknowledged'], count: acknowledged });
  });

  it('are not disturbed by new images and by deliveries while somebody leafs through', async () => {
    const store = await openStore();
    const put = (name: string) => store.outbox.enqueue([newImage({ name }).image], 1_000);
    for (let index = 0; index < 20; index += 1) put(`${index}`);
    const first = store.catalogue.page('waiting', null, 5);
    acknowledge(store, 3);
    put('new one');
    const second = store.catalogue.page('waiting', first.nextCursor, 100);
    const names = [...first.rows, ...second.rows].map(({ filename }) => filename);
    expect(names).toEqual(Array.from({ length: 17 }, (_, index) => `${19 - index}`));
  });

  it('are empty for a cursor that is none', async () => {
    const store = await mixedStore();
    for (const cursor of ['abc', '', '1.5', 'NaN', '99999999999999999999'])
      expect(store.catalogue.page('all', cursor, 5), cursor).toEqual({ rows: [], nextCursor: null });
  });
});

describe('one image', () => {
  it('has a detail that the window can show, and none for an unknown id', async () => {
    const store = await mixedStore();
    for (const { imageId } of store.catalogue.page('all', null, 200).rows) {
      const detail = store.catalogue.detail(imageId);
      expect(imageDetailSchema.parse(detail)).toEqual(detail);
    }
    expect(store.catalogue.detail('no such image')).toBeNull();
    expect(store.catalogue.payloadOf('no such image')).toBeNull();
    expect(store.catalogue.originalOf('no such image')).toBeNull();
  });

  it('tells where it came from and where its payload is', async () => {
    const store = await openStore();
    const { image } = newImage({ name: 'sub/a.jpg' });
    store.outbox.enqueue([image], 1_000);
    expect(store.catalogue.originalOf(image.imageId)).toEqual({ sourceId: 'aoi', path: 'sub/a.jpg' });
    expect(store.catalogue.payloadOf(image.imageId)).toEqual({
      sha256: image.sha256,
      format: 'jpeg',
      orientation: 1,
      present: true,
    });
  });

  it('that waits longest is known at once, and is one that is open', async () => {
    const store = await openStore();
    expect(store.catalogue.oldestWaiting()).toBeNull();
    for (const [index, name] of ['a', 'b', 'c'].entries())
      store.outbox.enqueue([newImage({ name }).image], 1_000 + index);
    acknowledge(store, 1);
    store.outbox.lease(1, 2_000, 60_000);
    expect(store.catalogue.oldestWaiting()).toEqual({
      imageId: newImage({ name: 'b' }).image.imageId,
      storedAt: 1_001,
    });
  });
});

describe('the check of the pictures', () => {
  it('takes the newest unchecked first, and keeps an answer against "could not look"', async () => {
    const store = await openStore();
    const [a, b] = ['a', 'b'].map((name) => newImage({ name }).image);
    if (a === undefined || b === undefined) throw new Error('no images');
    store.outbox.enqueue([a, b], 1_000);
    const checkOf = (imageId: string) => store.catalogue.detail(imageId)?.check;
    expect(store.catalogue.nextUnchecked()?.imageId).toBe(b.imageId);
    store.catalogue.recordCheck(b.sha256, 'damaged', 'x'.repeat(2_000));
    expect(store.catalogue.detail(b.imageId)?.checkDetail).toHaveLength(500);
    expect(store.totals().damaged).toBe(1);
    store.catalogue.recordCheck(b.sha256, 'uncheckable', '');
    expect(checkOf(b.imageId)).toBe('damaged');
    store.catalogue.recordCheck(a.sha256, 'uncheckable', 'no memory');
    expect(store.catalogue.nextUnchecked()).toBeNull();
    store.catalogue.recordCheck(a.sha256, 'sound', '');
    expect(checkOf(a.imageId)).toBe('sound');
    store.catalogue.recordCheck(b.sha256, 'sound', '');
    expect(store.totals().damaged).toBe(0);
  });
});

describe('attaching a sidecar', () => {
  const found = {
    ...noSidecar,
    annotations: [{ classValue: 'a', xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.1 }],
    sidecar: { format: 'yolo', path: 'a.txt' } as const,
    sidecarPath: 'a.txt',
  };

  it('goes by the state of the delivery', async () => {
    const store = await openStore();
    store.outbox.enqueue([newImage({ name: 'a.jpg' }).image], 1_000);
    const attach = (content: typeof found, mayReplace = true) => store.catalogue.attachSidecar(1, content, mayReplace);
    expect(store.catalogue.attachSidecar(99, found, true)).toBe('late');
    const [entry] = store.outbox.lease(1, 2_000, 60_000);
    expect(attach(found)).toBe('busy');
    store.outbox.settle([{ seq: 1, token: entry?.token ?? '', settlement: { kind: 'bury', error } }], 2_000);
    // A dead letter may be requeued: it gets its annotations.
    expect(attach(found)).toBe('attached');
    expect(attach(found)).toBe('known');
    store.deadLetters.requeue('all', 5_000);
    expect(attach({ ...found, annotations: [], sidecarPath: 'a.json' })).toBe('late');
    // The same labels under another name: picture and label file were renamed together.
    expect(attach({ ...found, sidecarPath: 'b.txt' })).toBe('known');
    expect(attach({ ...found, annotations: [] }, false)).toBe('taken');
    expect(attach({ ...found, annotations: [] })).toBe('attached');
    acknowledge(store, 1, 5_000);
    expect(attach({ ...found, annotations: [] })).toBe('known');
    expect(attach(found)).toBe('late');
  });

  it('finds the newest picture of a name within its source, and those that wait without one', async () => {
    const store = await openStore();
    const versions = [1, 2].map((modifiedMs) => newImage({ name: 'x/a.jpg', modifiedMs }).image);
    store.outbox.enqueue([...versions, newImage({ name: 'x/a.jpg', sourceId: 'other' }).image], 1_000);
    expect(store.catalogue.pictureByStem('aoi', 'x/a')).toMatchObject({ seq: 2, path: 'x/a.jpg', filename: 'a.jpg' });
    expect(store.catalogue.pictureByStem('aoi', 'a')).toBeNull();
    expect(store.catalogue.waitingWithoutSidecar('aoi', 0, 10).map(({ seq }) => seq)).toEqual([1, 2]);
    store.catalogue.attachSidecar(1, found, false);
    expect(store.catalogue.waitingWithoutSidecar('aoi', 0, 10).map(({ seq }) => seq)).toEqual([2]);
  });
});

describe('what is known of the files of a source', () => {
  const file = { path: 'a.jpg', bytes: 10, modifiedMs: 5.25 };

  it('holds for that version of the file only', async () => {
    const { sourceFiles: files } = await openStore();
    expect(files.status('aoi', file)).toBe('new');
    expect(files.refuse('aoi', file, cutOff, 7)).toBe(true);
    expect(files.refuse('aoi', file, cutOff, 8)).toBe(false);
    expect(files.status('aoi', file)).toBe('refused');
    for (const other of [{ bytes: 11 }, { modifiedMs: 5.5 }, { path: 'b.jpg' }])
      expect(files.status('aoi', { ...file, ...other })).toBe('new');
    expect(files.status('other', file)).toBe('new');
    expect(files.refuse('aoi', { ...file, bytes: 11 }, cutOff, 9)).toBe(true);
    expect(files.refusedPaths('aoi')).toEqual(['a.jpg']);
  });

  it('is worth another look where the reason may pass by itself', async () => {
    const { sourceFiles: files } = await openStore();
    files.refuse('aoi', file, { ...cutOff, message: message('unreadable', { technical: 'EBUSY' }) }, 7);
    expect(files.status('aoi', file)).toBe('listed');
    files.refuse(
      'aoi',
      file,
      { severity: 'notice', message: message('sidecar-before-picture', { picture: 'a.jpg' }) },
      7,
    );
    expect(files.status('aoi', file)).toBe('listed');
  });

  it('is counted, by what it means', async () => {
    const store = await openStore();
    const { sourceFiles: files } = store;
    files.refuse('aoi', file, cutOff, 7);
    files.refuse('aoi', { ...file, path: 'b.json' }, { ...cutOff, severity: 'notice' }, 7);
    expect(store.totals()).toMatchObject({ refused: 1, notices: 1 });
    // The newer reason replaces the older.
    files.refuse('aoi', file, { severity: 'notice', message: message('sidecar-late') }, 8);
    expect(store.totals()).toMatchObject({ refused: 0, notices: 2 });
    expect(files.forgetRefusal('aoi', 'a.jpg')).toBe(true);
    expect(files.forgetRefusal('aoi', 'a.jpg')).toBe(false);
    expect(store.totals()).toMatchObject({ refused: 0, notices: 1 });
  });

  it('is listed newest first, in pages that are complete', async () => {
    const { sourceFiles: files } = await openStore();
    for (let index = 0; index < 23; index += 1) files.refuse('aoi', { ...file, path: `${index}` }, cutOff, index);
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: ReturnType<typeof files.refusalsPage> = files.refusalsPage(cursor, 5);
      for (const row of page.rows) expect(refusalSchema.parse(row)).toEqual(row);
      found.push(...page.rows.map(({ path }) => path));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(Array.from({ length: 23 }, (_, index) => `${22 - index}`));
    expect(files.refusalsPage('abc', 5)).toEqual({ rows: [], nextCursor: null });
    const [newest] = files.refusalsPage(null, 1).rows;
    expect(files.refusal(newest?.id ?? 0)).toEqual({ sourceId: 'aoi', path: '22' });
    expect(files.refusal(999)).toBeNull();
  });

  it('keeps its message, and a sentence of an older version stays the sentence that it was', async () => {
    const { sourceFiles: files, database } = await openStore();
    for (const path of ['new.jpg', 'old.jpg', 'newer.jpg']) files.refuse('aoi', { ...file, path }, cutOff, 7);
    const said = () => Object.fromEntries(files.refusalsPage(null, 9).rows.map(({ path, message }) => [path, message]));
    expect(said()['old.jpg']).toEqual(cutOff.message);
    const rewrite = database.prepare('UPDATE refusals SET code = ?, text = ?, hint = ? WHERE path = ?');
    rewrite.run('truncated', 'Cut off.', 'Write it again.', 'old.jpg');
    // A code of a version after this one, which went back.
    rewrite.run('melted', JSON.stringify({ code: 'melted', params: { degrees: 90 } }), '', 'newer.jpg');
    expect(said()).toEqual({
      'new.jpg': cutOff.message,
      'old.jpg': legacy('Cut off.', 'Write it again.'),
      'newer.jpg': legacy('melted'),
    });
    expect(files.status('aoi', { ...file, path: 'old.jpg' })).toBe('refused');
  });
});

it('what is worth knowing of a picture is told by messages, and sentences of an older version stay as they were', async () => {
  const store = await openStore();
  const first = message('first-picture-taken', { context: 'tiff', pictures: 3 });
  const problem = message('sidecar-problem', { file: 'a.txt', problem: 'line 3 is left out' });
  const { image } = newImage({ content: { sidecarPath: 'a.txt', problems: [problem] } });
  store.outbox.enqueue([{ ...image, notes: [first] }], 1_000);
  expect(imageDetailSchema.parse(store.catalogue.detail(image.imageId))).toMatchObject({
    notes: [first],
    sidecarProblems: [problem],
  });
  const old = { ...image.content, problems: ['a.txt: line 3 is left out.', { code: 'melted', params: {} }] };
  store.database
    .prepare('UPDATE images SET notes = ?, content = ?')
    .run(JSON.stringify(['It is so.', first]), JSON.stringify(old));
  expect(imageDetailSchema.parse(store.catalogue.detail(image.imageId))).toMatchObject({
    notes: [legacy('It is so.'), first],
    sidecarProblems: [legacy('a.txt: line 3 is left out.'), legacy('melted')],
  });
});
