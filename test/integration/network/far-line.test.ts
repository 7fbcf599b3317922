import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jpeg } from '../../electron/simulators/cloud/support.ts';
import { FarLine } from '../../support/far-line.ts';
import { temporaryFolder } from '../../support/store.ts';

/** A server whose name has an address of each kind, far away, from a PC that has no way over IPv6. */

const isPossible = await FarLine.isPossible();
if (!isPossible) console.warn('Skipped: a far line needs Linux, root and iproute2.');

type Told = { readonly outcome: string; readonly checks: Readonly<Record<string, string>> };

describe.skipIf(!isPossible)('over 400 ms of round trip', () => {
  let line: FarLine;
  let site: { readonly port: number; readonly deviceKey: string };

  beforeAll(async () => {
    line = await FarLine.make(200, '10.231.9.2 api.plant.test\nfd00:231:9::2 api.plant.test\n');
    site = JSON.parse(await line.onSite('far-site.ts'));
  });
  afterAll(() => line.remove());

  test('a picture is delivered, and the doctor finds the same way', async () => {
    const path = join(await temporaryFolder(), 'far.jpg');
    await writeFile(path, jpeg(640, 480, 50_000));
    const base = `http://api.plant.test:${site.port}/api`;
    const told = await line.onLine<Told>('far-gateway.ts', base, site.deviceKey, path);
    expect(told.outcome).toBe('acknowledged');
    expect(told.checks.dns).toMatch(/10\.231\.9\.2 \(IPv4\)/);
    expect(told.checks.dns).toMatch(/fd00:231:9::2 \(IPv6\)/);
    expect(told.checks.tcp).toMatch(/^warning: Port \d+ accepts connections: 10\.231\.9\.2 .*fd00:231:9::2/);
    expect(told.checks.api).toMatch(/^ok: /);
    expect(told.checks.key).toMatch(/^ok: /);
  });
});
