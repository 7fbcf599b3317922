import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followTrust } from '../../../electron/gateway/cloud/trust-watch.ts';
import type { SystemCertificates } from '../../../electron/gateway/platform/stored-certificates.ts';
import { authorityText, certificateStore } from '../../support/certificate-store.ts';
import { temporaryFolder } from '../../support/store.ts';

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
