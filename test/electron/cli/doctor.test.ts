import { expect, it } from 'vitest';
import { printDoctor } from '../../../electron/cli/doctor.ts';
import type { DoctorCheck } from '../../../shared/contract.ts';
import { faultySite, soundSite } from '../../support/fake-gateway/fake-site.ts';

async function doctor(checks: readonly DoctorCheck[], json = false) {
  const printed: string[] = [];
  const output = { print: (text: string) => void printed.push(text), complain: expect.unreachable };
  async function* one() {
    yield* checks;
  }
  const code = await printDoctor(one(), json, output);
  return { code, lines: printed.join('\n').split('\n') };
}

it('prints a line a check, what to do under it, and in the end how many faults there are', async () => {
  const sound = await doctor(soundSite);
  expect(sound).toMatchObject({ code: 0, lines: expect.arrayContaining(['All is well.']) });
  expect(sound.lines).toContain('ok       Clock                             This PC’s clock and the server’s agree.');
  const { code, lines } = await doctor(faultySite);
  expect({ code, last: lines.at(-1) }).toEqual({ code: 3, last: '2 faults, 2 warnings.' });
  const fault = lines.findIndex((line) => line.startsWith('FAULT    Encryption (TLS)'));
  expect(lines[fault]).toContain('does not trust the authority that issued the server’s certificate: “Caddy');
  expect(lines[fault + 1]).toMatch(/^ {43}-> Ask the server’s administrator/);
  expect(lines[fault + 2]).toMatch(/^ {46}\(UNABLE_TO_GET_ISSUER_CERT_LOCALLY/);
  const warnings = await doctor(faultySite.filter(({ code: name }) => name === 'fsync'));
  expect(warnings).toMatchObject({ code: 0, lines: expect.arrayContaining(['No faults, 1 warning.']) });
});

it('gives programs each check with its state, its words and its technical part', async () => {
  const { lines } = await doctor(faultySite, true);
  const { checks, faults, warnings } = JSON.parse(lines.join('\n'));
  expect({ faults, warnings }).toEqual({ faults: 2, warnings: 2 });
  expect(checks.map(({ state }: { state: string }) => state)).toEqual([
    'ok',
    'fault',
    'ok',
    'warning',
    'fault',
    'skipped',
    'ok',
    'ok',
    'warning',
    'ok',
  ]);
  expect(checks[5]).toEqual({
    code: 'key',
    title: 'Device key',
    state: 'skipped',
    text: 'Not tested, because no trusted connection can be made.',
    hint: '',
    technical: '',
  });
});
