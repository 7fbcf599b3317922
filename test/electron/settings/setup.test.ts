import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Secrets } from '../../../electron/settings/secrets.ts';
import { readSetup, saveSetup } from '../../../electron/settings/setup.ts';

/** No secret is entered here. */
const untouched = {} as Secrets;

async function savedAgain(cloud: object): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-setup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const configFile = join(folder, 'config.json');
  const config = { cloud: { baseUrl: 'https://x/api', deviceId: 'line-7', ...cloud }, sources: [] };
  await writeFile(configFile, JSON.stringify(config));
  const form = await readSetup(configFile);
  const started: unknown[] = [];
  const start = async (next: unknown): Promise<void> => void started.push(next);
  const { faults } = await saveSetup({ configFile, secrets: untouched, start }, form);
  expect(faults).toEqual([]);
  expect(started).toHaveLength(1);
  return (JSON.parse(await readFile(configFile, 'utf8')) as { cloud: unknown }).cloud;
}

test.each([
  { url: 'http://proxy:3128', username: 'line', noProxy: ['10.0.0.0/8'] },
  { system: true, noProxy: [] },
  { pacUrl: 'http://wpad/p.pac?site=7', username: 'line', loginAt: ['proxy.plant.local'], noProxy: ['.plant.local'] },
])('a proxy of the file is the same after the form was saved: %j', async (proxy) => {
  expect(await savedAgain({ proxy })).toMatchObject({ proxy });
});

test('what the form does not know stays: whether this PC’s own certificate authorities are trusted', async () => {
  expect(await savedAgain({ tls: { systemAuthorities: false } })).toMatchObject({ tls: { systemAuthorities: false } });
});
