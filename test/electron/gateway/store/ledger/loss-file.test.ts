import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LossFile, type LossLine } from '../../../../../electron/gateway/store/ledger/loss-file.ts';
import { legacy, message } from '../../../../../shared/messages/message.ts';
import { temporaryFolder } from '../../../../support/store.ts';

const lost: LossLine = { kind: 'lost', sourceId: 'aoi', cause: 'vanished', path: 'a.jpg', at: 1_000, frames: 3 };
const fault: LossLine = {
  kind: 'fault',
  way: 'store-damaged',
  at: 2_000,
  said: message('store-damaged', { path: '/data/gateway.sqlite' }),
  technical: 'SQLITE_CORRUPT',
  pictures: 7,
};

async function beside(): Promise<{ readonly folder: string; readonly database: string; readonly file: LossFile }> {
  const folder = await temporaryFolder();
  const database = join(folder, 'gateway.sqlite');
  await writeFile(database, 'x');
  return { folder, database, file: new LossFile(database) };
}

test('losses that the database does not take lie in a file beside it until they are put in there', async () => {
  const { folder, database, file } = await beside();
  expect(file.read()).toEqual({ lines: [], unreadable: 0 });
  file.append([]);
  expect(await readdir(folder)).toEqual(['gateway.sqlite']);
  file.append([lost]);
  file.append([fault, lost]);
  expect(new LossFile(database).read()).toEqual({ lines: [lost, fault, lost], unreadable: 0 });
  file.remove();
  expect(await readdir(folder)).toEqual(['gateway.sqlite']);
  file.remove();
});

test('a line that a kill cut off takes no other with it, whether it is the last or was written behind', async () => {
  const { database, file } = await beside();
  file.append([lost]);
  await appendFile(`${database}-losses.jsonl`, JSON.stringify(fault).slice(0, 30));
  expect(file.read()).toEqual({ lines: [lost], unreadable: 1 });
  file.append([fault]);
  expect(file.read()).toEqual({ lines: [lost, fault], unreadable: 1 });
});

test('a line of a version that wrote sentences has its sentence', async () => {
  const { database, file } = await beside();
  const { said: _, ...before } = { ...fault, text: 'The gateway’s database is damaged.' };
  await writeFile(`${database}-losses.jsonl`, JSON.stringify(before));
  expect(file.read()).toEqual({
    lines: [{ ...fault, said: legacy('The gateway’s database is damaged.') }],
    unreadable: 0,
  });
});

test('a line whose code this version does not know is no lost loss: it has its code', async () => {
  const { database, file } = await beside();
  for (const said of [
    { code: 'store-gone-in-2031', params: {} },
    { ...fault.said, params: null },
  ]) {
    await writeFile(`${database}-losses.jsonl`, JSON.stringify({ ...fault, said }));
    expect(file.read()).toEqual({ lines: [{ ...fault, said: legacy(said.code) }], unreadable: 0 });
  }
});

test('nothing is written beside another folder that lies where the disk was', async () => {
  const { folder, database, file } = await beside();
  await rm(database);
  expect(() => file.append([lost])).toThrow('not where it was');
  expect(await readdir(folder)).toEqual([]);
});
