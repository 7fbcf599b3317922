import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { refuseSmallAddressSpace } from '../../scripts/run/address-space.mjs';

const module = fileURLToPath(new URL('../../scripts/run/address-space.mjs', import.meta.url));

it('an address space without a limit passes', () => {
  expect(() => refuseSmallAddressSpace()).not.toThrow();
  expect(() => refuseSmallAddressSpace(null)).not.toThrow();
});

it.skipIf(process.platform !== 'linux')('a limited one is named before Chromium ends without a word', () => {
  const script = `import(${JSON.stringify(module)}).then(({ refuseSmallAddressSpace }) => refuseSmallAddressSpace())`;
  const limited = `ulimit -v 40000000 && exec "$0" --eval '${script}'`;
  const { status, stderr } = spawnSync('sh', ['-c', limited, process.execPath], { encoding: 'utf8' });
  expect(stderr).toContain('limited to 41 GB');
  expect(status).toBe(1);
  expect(execFileSync('sh', ['-c', `exec "$0" --eval '${script}'`, process.execPath], { encoding: 'utf8' })).toBe('');
});
