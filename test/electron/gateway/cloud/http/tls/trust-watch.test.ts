import { X509Certificate } from 'node:crypto';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTrust, type SystemFacts } from '../../../../../../electron/gateway/cloud/http/tls/trust.ts';
import { followTrust } from '../../../../../../electron/gateway/cloud/http/tls/trust-watch.ts';
import type { SystemCertificates } from '../../../../../../electron/gateway/platform/stored-certificates.ts';
import { authorityText, certificateStore } from '../../../../../support/certificate-store.ts';
import { temporaryFolder } from '../../../../../support/store.ts';
import { certificate } from '../../../../../support/tls-server.ts';

const plant = await authorityText('plant-ca');
const other = await authorityText('other-ca');

function counted(system: SystemCertificates) {
  const reads = { count: 0 };
  const read = () => {
    reads.count += 1;
    return system.read();
  };
  return { reads, system: { ...system, read } };
}

function clock() {
  let now = 0;
  return {
    monotonic: () => now,
    pass: (seconds: number): void => {
      now += seconds * 1_000;
    },
  };
}

test('an authority that is taken out of the file is trusted for a minute at most, without a refused certificate', async () => {
  const caFile = join(await temporaryFolder(), 'ca.pem');
  await writeFile(caFile, `${plant}\n${other}`);
  const { monotonic, pass } = clock();
  let changes = 0;
  const trust = followTrust({ caFile, systemAuthorities: false }, { monotonic, onChange: () => (changes += 1) });
  const before = await trust.current();
  await writeFile(caFile, other);
  expect(await trust.current()).toBe(before);
  pass(61);
  await expect.poll(() => trust.current()).not.toBe(before);
  expect(changes).toBe(1);
});

test('a glance is enough for that, and asks for nothing where no connection was ever made', async () => {
  const caFile = join(await temporaryFolder(), 'ca.pem');
  await writeFile(caFile, plant);
  const { monotonic, pass } = clock();
  const { system, hold } = await certificateStore();
  await hold(other);
  const store = counted(system);
  let changes = 0;
  const trust = followTrust({ caFile }, { monotonic, system: store.system, onChange: () => (changes += 1) });
  trust.glance();
  expect(store.reads.count).toBe(0);
  await trust.current();
  await writeFile(caFile, other);
  pass(61);
  await expect
    .poll(() => {
      trust.glance();
      return changes;
    })
    .toBe(1);
});

test('a store that tells when it changes is read only then, however long it was and whatever was refused', async () => {
  const { monotonic, pass } = clock();
  const { system, hold } = await certificateStore();
  await hold(plant);
  const { reads, system: store } = counted(system);
  const trust = followTrust({}, { monotonic, system: store });
  const first = await trust.current();
  for (let minute = 0; minute < 5; minute += 1) {
    pass(61);
    trust.doubt();
    expect(await trust.current()).toBe(first);
  }
  expect(reads.count).toBe(1);
  await hold(plant, other);
  expect(await trust.current()).not.toBe(first);
  expect(reads.count).toBe(2);
});

test.each([
  ['does not tell', () => ''],
  [
    'can’t even tell',
    () => {
      throw new Error('away');
    },
  ],
])('a store that %s is read after a minute and after a doubt', async (_how, stamp) => {
  const { monotonic, pass } = clock();
  const { system, hold } = await certificateStore();
  await hold(plant);
  const { reads, system: store } = counted({ ...system, stamp });
  const trust = followTrust({}, { monotonic, system: store });
  await trust.current();
  await trust.current();
  expect(reads.count).toBe(1);
  pass(61);
  await trust.current();
  expect(reads.count).toBe(2);
  trust.doubt();
  await trust.current();
  expect(reads.count).toBe(3);
});

test('a store that could not be read is tried again although it looks the same', async () => {
  const { monotonic, pass } = clock();
  const { system, hold } = await certificateStore();
  await hold(plant);
  let isAway = true;
  const read = () => {
    if (isAway) throw new Error('away');
    return system.read();
  };
  const trust = followTrust({}, { monotonic, system: { read, stamp: () => 'same' } });
  expect((await trust.current()).system.fault).toBe('away');
  isAway = false;
  pass(61);
  expect((await trust.current()).system).toMatchObject({ fault: null, authorities: 1 });
});

test('a store of which a part can never be read is followed all the same', async () => {
  const { monotonic } = clock();
  const { system, hold } = await certificateStore();
  await hold(plant);
  const partly = { ...system, read: () => ({ ...system.read(), fault: 'permission denied' }) };
  const trust = followTrust({}, { monotonic, system: partly });
  expect((await trust.current()).system).toMatchObject({ authorities: 1 });
  await hold(plant, other);
  expect((await trust.current()).system).toMatchObject({ authorities: 2, fault: 'permission denied' });
});

const fingerprintOf = (text: string): string =>
  new X509Certificate(text).fingerprint256.replaceAll(':', '').toLowerCase();
const [server, renewed] = [certificate('server'), certificate('renewed')];

/** A link that leads back to itself can't be read, whoever asks. */
async function spoil(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await symlink(path, path);
}

// Making links takes a privilege on Windows, where the store is no files anyway.
describe.skipIf(process.platform === 'win32')('what is distrusted', () => {
  async function blocking(...texts: readonly string[]) {
    const { system, hold, bundle } = await certificateStore();
    await hold(plant);
    const folder = join(dirname(bundle), 'blocklist');
    const entry = (index: number): string => join(folder, `${index}.pem`);
    for (const [index, text] of texts.entries()) await writeFile(entry(index), text);
    const trust = followTrust({}, { monotonic: clock().monotonic, system });
    const distrusted = async () => [...(await trust.current()).distrusted].sort();
    return { trust, system, hold, bundle, folder, entry, distrusted };
  }
  const prints = (...texts: readonly string[]): string[] => texts.map(fingerprintOf).sort();

  test('stays so while its file can’t be read, beside what is new on the list', async () => {
    const { trust, system, entry, distrusted } = await blocking(server);
    expect(await distrusted()).toEqual(prints(server));
    await spoil(entry(0));
    expect(await distrusted()).toEqual(prints(server));
    await writeFile(entry(1), renewed);
    expect(await distrusted()).toEqual(prints(server, renewed));
    expect((await trust.current()).system).toMatchObject({ distrusted: 2, unusable: 1, fault: null });
    // That one too, although no reading was whole since it came.
    await spoil(entry(1));
    expect(await distrusted()).toEqual(prints(server, renewed));
    // The site doctor tells what is in use.
    expect((await readTrust({}, system)).system).toMatchObject({ distrusted: 2, unusable: 2 });
    await Promise.all([rm(entry(0)), rm(entry(1))]);
    await writeFile(entry(1), renewed);
    expect(await distrusted()).toEqual(prints(renewed));
  });

  test('stays so also where another entry could never be read', async () => {
    const { entry, distrusted } = await blocking(server);
    await spoil(entry(1));
    expect(await distrusted()).toEqual(prints(server));
    await spoil(entry(0));
    expect(await distrusted()).toEqual(prints(server));
  });

  test('is trusted again once it is taken off a list that can be read', async () => {
    const { entry, distrusted } = await blocking(server, renewed);
    expect(await distrusted()).toEqual(prints(server, renewed));
    await rm(entry(0));
    expect(await distrusted()).toEqual(prints(renewed));
  });

  test('stays so while its whole folder can’t be listed, and new authorities are trusted meanwhile', async () => {
    const { trust, system, hold, folder, distrusted } = await blocking(server);
    expect((await trust.current()).system).toMatchObject({ authorities: 1, distrusted: 1, fault: null });
    await spoil(folder);
    await hold(plant, other);
    const expected = { authorities: 2, distrusted: 1, fault: expect.stringContaining('ELOOP') };
    expect((await trust.current()).system).toMatchObject(expected);
    expect(await distrusted()).toEqual(prints(server));
    expect((await readTrust({}, system)).system).toMatchObject(expected);
    await hold(other);
    expect((await trust.current()).system).toMatchObject({ authorities: 1 });
  });

  test('is followed while the authorities can’t be read, from the beginning or later', async () => {
    const { trust, system, hold, bundle, entry, distrusted } = await blocking();
    await hold(plant, other);
    const late = await trust.current();
    await spoil(bundle);
    const early = followTrust({}, { monotonic: clock().monotonic, system: { ...system } });
    expect((await early.current()).system).toMatchObject({ place: null, authorities: 0, distrusted: 0 });
    await writeFile(entry(0), server);
    expect([...(await early.current()).distrusted]).toEqual(prints(server));
    expect(await distrusted()).toEqual(prints(server));
    // Those that were there before hold on, and it is told whose they are.
    const fault = expect.stringContaining('ELOOP');
    const inUse = { place: bundle, authorities: 2, distrusted: 1, fault };
    expect(late.system.place).toBe(bundle);
    expect((await trust.current()).system).toMatchObject(inUse);
    expect((await readTrust({}, system)).system).toMatchObject(inUse);
  });
});

test('what is told is what is in use, also of a store that can’t be read at all', async () => {
  const { monotonic } = clock();
  const { system, hold } = await certificateStore();
  await hold(plant);
  let isAway = false;
  const read = () => {
    if (isAway) throw new Error('away');
    return system.read();
  };
  const told: SystemFacts[] = [];
  const stamp = () => String(isAway);
  const trust = followTrust({}, { monotonic, system: { read, stamp }, onSystem: (facts) => told.push(facts) });
  const first = await trust.current();
  isAway = true;
  expect(await trust.current()).toBe(first);
  expect(told).toMatchObject([
    { authorities: 1, fault: null },
    { place: first.system.place, authorities: 1, fault: 'away' },
  ]);
});
