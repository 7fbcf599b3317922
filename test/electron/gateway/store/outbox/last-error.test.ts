import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportDeadLetters } from '../../../../../electron/gateway/maintenance/export-dead-letters.ts';
import { DeadLetters } from '../../../../../electron/gateway/store/outbox/dead-letters.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { said } from '../../../../support/spoken.ts';
import { newImage, openStore, storeImage, type TestStore, temporaryFolder } from '../../../../support/store.ts';

const error = { message: message('server-error', { status: 502 }), technical: 'HTTP 502 busy', at: 5 };
const { imageId } = newImage({ name: 'a' }).image;

/** A dead letter whose column is what another version wrote. */
async function storeWith(column?: string): Promise<TestStore> {
  const store = await openStore();
  await storeImage(store, { name: 'a' });
  for (const { seq, token } of store.outbox.lease(1, 2_000, 60_000))
    store.outbox.settle([{ seq, token, settlement: { kind: 'bury', error } }], 2_000);
  if (column !== undefined) store.database.prepare<[string]>('UPDATE outbox SET last_error = ?').run(column);
  return store;
}

const lettersOf = (store: TestStore): DeadLetters =>
  new DeadLetters(store.database, store.payloads, store.ledger, async () => undefined);

/** As the list, the picture's card and the export have it. */
function readings(store: TestStore) {
  const exported = [...lettersOf(store).deadForExport('all')].flat();
  return [store.catalogue.page('dead', null, 1).rows[0], store.catalogue.detail(imageId), exported[0]].map(
    (row) => row?.lastError,
  );
}

describe('the last error of an entry', () => {
  it('is stored as its code with what fills it, where queries find the code, and never as a sentence', async () => {
    const store = await storeWith();
    expect(readings(store)).toEqual([error, error, error]);
    const [row] = store.database
      .prepare<[], { code: string; stored: string }>(
        "SELECT last_error ->> '$.code' AS code, last_error AS stored FROM outbox",
      )
      .all();
    expect(row?.code).toBe('server-error');
    expect(row?.stored).not.toContain('The cloud');
  });

  it('that a version before wrote as sentences is read as it wrote them, whatever its code is called now', async () => {
    for (const code of ['server-error', 'intercepted', 'storage-unreachable']) {
      const old = { code, text: 'The cloud failed.', hint: 'Wait.', technical: 'HTTP 500', at: 7 };
      for (const read of readings(await storeWith(JSON.stringify(old)))) {
        expect(read).toMatchObject({ technical: 'HTTP 500', at: 7 });
        expect(said(read?.message)).toEqual({ text: 'The cloud failed.', hint: 'Wait.' });
      }
    }
  });

  it('whose code this version does not know, or fills otherwise, is shown by its code', async () => {
    for (const params of [{ level: 3 }, undefined]) {
      const later = { code: 'cloud-on-holiday', params, technical: 'HTTP 599', at: 8 };
      const [read] = readings(await storeWith(JSON.stringify(later)));
      expect(read).toMatchObject({ technical: 'HTTP 599', at: 8 });
      expect(said(read?.message)).toEqual({ text: 'cloud-on-holiday', hint: '' });
    }
    const [otherwise] = readings(
      await storeWith(JSON.stringify({ code: 'server-error', params: { reason: 'busy' }, technical: '', at: 8 })),
    );
    expect(said(otherwise?.message).text).toBe('server-error');
  });

  it('goes out with an exported picture in words, for who opens the folder may have no gateway', async () => {
    const old = { code: 'x', text: 'The cloud failed.', hint: 'Wait.', technical: 'HTTP 500', at: 7 };
    for (const [store, told] of [
      [await storeWith(), { code: 'server-error', ...said(error.message), technical: 'HTTP 502 busy', at: 5 }],
      [await storeWith(JSON.stringify(old)), { ...old, code: 'legacy' }],
    ] as const) {
      const folder = await temporaryFolder();
      expect(await exportDeadLetters(lettersOf(store), store.payloads, 'line-7', 'all', folder)).toBe(1);
      const [line = ''] = (await readFile(join(folder, 'reasons.jsonl'), 'utf8')).split('\n');
      expect(JSON.parse(line)).toMatchObject({ imageId, error: told });
    }
  });

  it.each(['5', '[]', '{}', '{"code":"server-error"}'])('that is damaged is none: %j', async (column) => {
    expect(readings(await storeWith(column))).toEqual([null, null, null]);
  });
});
