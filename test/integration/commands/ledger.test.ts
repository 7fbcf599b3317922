import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTask } from '../../../electron/cli/one-shot.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { noUsbCameras } from '../../../electron/gateway/source/usb/usb-cameras.ts';
import { keyringOf } from '../../../electron/keyring/keyring.ts';
import { message } from '../../../shared/messages/message.ts';
import { acknowledge, openStore, storeImage, temporaryFolder } from '../../support/store.ts';

/** `ledger --verify`, as the program runs it, on real stores. */

async function verify(dataDir: string, { json = false, configFile = null as string | null } = {}) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runTask(
    { command: 'ledger', dataDir, configFile, json },
    { dataDir, configFile: configFile ?? join(dataDir, 'config.json') },
    {
      environment: {},
      keyring: keyringOf({
        isEncryptionAvailable: () => false,
        encryptString: () => Buffer.alloc(0),
        decryptString: () => '',
      }),
      files: nodeFiles,
      version: '1',
      nativeBinding: undefined,
      output: { print: (text) => printed.push(text), complain: (text) => complaints.push(text) },
      usbCameras: noUsbCameras,
      signal: new AbortController().signal,
    },
  );
  return { code, out: printed.join('\n'), err: complaints.join('\n') };
}

/** Three pictures of one source, of which two are delivered. */
async function makeStore(): Promise<string> {
  const store = await openStore();
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) await storeImage(store, { name });
  acknowledge(store, 2);
  store.ledger.sealNow(3_000);
  store.close();
  return store.root;
}

describe('verifying the ledger', () => {
  it('prints a row a source and shift, and that every picture is accounted for', async () => {
    const dataDir = await makeStore();
    const { code, out, err } = await verify(dataDir);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^source +shift +captured +acknowledged +pending/);
    expect(out).toMatch(/^aoi +1970-01-01 +3 +2 +1 +0 +0 +0 +0 +0 +0$/m);
    expect(out).toContain('The ledger is whole');
    expect(out).toMatch(/Hash of the last row: [0-9a-f]{64}/);
  });

  it('prints what is written down beside the counts, in words', async () => {
    const dataDir = await makeStore();
    const store = await openStore(dataDir);
    store.ledger.note(5_000, 'aoi', { loss: 'original-stays', pictures: 7 });
    store.ledger.note(6_000, '', { loss: 'store-damaged', pictures: 1, text: 'The database is damaged.' });
    store.ledger.note(6_500, '', { loss: 'store-damaged', pictures: null, text: 'The database is damaged.' });
    const said = message('store-unavailable', { context: 'disk', path: '/data', reason: 'EIO' });
    store.ledger.note(6_700, '', { loss: 'store-away', pictures: 2, said });
    store.ledger.note(7_000, 'aoi', { seen: 'overwritten', pictures: 2 });
    store.ledger.note(8_000, 'aoi', { who: 'somebody', did: 'something' });
    store.close();
    const { code, out } = await verify(dataDir);
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => line.startsWith('- '))).toEqual([
      '- 1970-01-01T00:00:08.000Z  aoi  {"who":"somebody","did":"something"}',
      '- 1970-01-01T00:00:07.000Z  aoi  Seen by a person: 2 pictures were overwritten before being read.',
      '- 1970-01-01T00:00:06.700Z  The data disk does not work any more (EIO). 2 pictures waited for delivery when it was last read.',
      '- 1970-01-01T00:00:06.500Z  The database is damaged. Nobody can say how many pictures waited.',
      '- 1970-01-01T00:00:06.000Z  The database is damaged. 1 picture waited for delivery when it was last read.',
      '- 1970-01-01T00:00:05.000Z  aoi  7 originals can’t be dealt with.',
    ]);
    expect(JSON.parse((await verify(dataDir, { json: true })).out).notes).toHaveLength(6);
    const spoilt = await openStore(dataDir);
    spoilt.database.exec("UPDATE ledger SET detail = '{' WHERE at = 8000");
    spoilt.close();
    const after = await verify(dataDir);
    expect(after.code).toBe(3);
    expect(after.out).toContain('was changed');
  });

  it('calls the sources by the names of the configuration', async () => {
    const dataDir = await makeStore();
    const configFile = join(await temporaryFolder(), 'config.json');
    const sources = [{ id: 'aoi', kind: 'folder', path: '/pictures', name: 'AOI, top camera' }];
    await writeFile(
      configFile,
      JSON.stringify({ cloud: { baseUrl: 'https://acusight.io/api', deviceId: 'd' }, sources }),
    );
    expect((await verify(dataDir, { configFile })).out).toMatch(/^AOI, top camera +1970-01-01 +3/m);
    await writeFile(configFile, '{');
    expect(await verify(dataDir, { configFile })).toMatchObject({ code: 2, out: '' });
  });

  it('gives programs one line of JSON', async () => {
    const { code, out } = await verify(await makeStore(), { json: true });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      verdict: { ok: true, problems: [] },
      rows: [{ sourceId: 'aoi', captured: 3, acknowledged: 2, pending: 1, balanced: true }],
    });
  });

  it('ends with 3 where a picture is gone without a trace, and says where', async () => {
    const dataDir = await makeStore();
    const store = await openStore(dataDir);
    store.database.exec("UPDATE ledger_tally SET captured = captured + 1 WHERE source_id = 'aoi'");
    store.close();
    const { code, out } = await verify(dataDir);
    expect(code).toBe(3);
    expect(out).toMatch(/^aoi .* DOES NOT ADD UP$/m);
    expect(out).toMatch(/The ledger has gaps.*Copy the whole data folder/);
    expect(out).toMatch(/^- .*4 captured, but 3 accounted for/m);
  });

  it('ends with 3 where a row of the chain was changed', async () => {
    const dataDir = await makeStore();
    const store = await openStore(dataDir);
    store.database.exec('UPDATE ledger SET at = at + 1 WHERE id = 1');
    store.close();
    const { code, out } = await verify(dataDir);
    expect(code).toBe(3);
    expect(out).toContain('Row 1 of the chain does not match its hash');
    const { verdict } = JSON.parse((await verify(dataDir, { json: true })).out) as { verdict: unknown };
    expect(verdict).toMatchObject({
      ok: false,
      problems: [
        { code: 'ledger-row-changed', params: { row: 1 }, text: expect.stringContaining('does not match its hash') },
      ],
    });
  });

  it('says that a gateway uses the data folder', async () => {
    const store = await openStore();
    await storeImage(store);
    const { code, out, err } = await verify(store.root);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/Another gateway is already using this data folder\.\n.*window or tray icon/);
  });

  it('says that there is no store, and makes none', async () => {
    const dataDir = await temporaryFolder();
    expect(await verify(dataDir)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no gateway’s database in'),
    });
    expect(await nodeFiles.list(dataDir)).toEqual([]);
  });
});
