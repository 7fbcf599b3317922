import { describe, expect, it } from 'vitest';
import { runChild } from '../../scripts/run/child.mjs';
import { addTallies, failuresOf, tallyReport } from '../../scripts/run/test-outcome.mjs';

describe('a program run in our place', () => {
  const node = process.execPath;

  it('passes its exit code on', async () => {
    expect(await runChild(node, ['--eval', 'process.exit(3)'])).toBe(3);
  });

  it.skipIf(process.platform === 'win32')('ends like a shell says it when a signal ended it', async () => {
    expect(await runChild(node, ['--eval', 'process.kill(process.pid, "SIGKILL")'])).toBe(137);
  });

  it.skipIf(process.platform === 'win32')('is given the signals that we are given', async () => {
    const script =
      'process.on("SIGTERM", () => process.exit(5)); process.stdout.write("ready"); setTimeout(() => {}, 9000)';
    const code = await runChild(node, ['--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      onStart: (child) => child.stdout?.once('data', () => process.emit('SIGTERM', 'SIGTERM')),
    });
    expect(code).toBe(5);
  });
});

describe('the tally of a test run', () => {
  const file = (/** @type {string} */ status, /** @type {readonly string[]} */ tests) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  });
  const report = (/** @type {number} */ passed, /** @type {number} */ failed, /** @type {readonly object[]} */ files) =>
    JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: files });

  it('counts the tests that passed and failed', () => {
    const text = report(2, 1, [file('failed', ['passed', 'failed']), file('passed', ['passed'])]);
    expect(tallyReport(text, 1)).toEqual({ passed: 2, failed: 1 });
  });

  it('counts a file that could not be run as a failure', () => {
    expect(tallyReport(report(1, 0, [file('passed', ['passed']), file('failed', [])]), 1)).toEqual({
      passed: 1,
      failed: 1,
    });
  });

  it('never looks like success when the run failed', () => {
    expect(tallyReport(undefined, 1)).toEqual({ passed: 0, failed: 1 });
    expect(tallyReport(report(3, 0, []), 1)).toEqual({ passed: 3, failed: 1 });
  });

  it('comes with the names of what failed and the beginning of why', () => {
    const failed = {
      status: 'failed',
      fullName: 'a camera looks at once',
      failureMessages: ['Error: expected 1\n  at x.ts:1'],
    };
    const broken = { name: '/root/test/b.test.ts', status: 'failed', message: 'boom\n', assertionResults: [] };
    const half = { name: '/root/test/a.test.ts', status: 'failed', assertionResults: [{ status: 'passed' }, failed] };
    expect(failuresOf(report(1, 1, [half, broken]), '/root')).toEqual([
      'test/a.test.ts > a camera looks at once: Error: expected 1',
      'test/b.test.ts: boom',
    ]);
    // A process that ended leaves tests that did well, and no words.
    const ended = { ...broken, message: '', assertionResults: [{ status: 'passed' }, { status: 'pending' }] };
    expect(failuresOf(report(1, 0, [ended]), '/root')).toEqual([
      'test/b.test.ts: its process ended before its tests did: see above',
    ]);
    expect(failuresOf(undefined, '/root')).toHaveLength(1);
  });

  it('is summed over the runs', () => {
    expect(
      addTallies([
        { passed: 1, failed: 0 },
        { passed: 2, failed: 3 },
      ]),
    ).toEqual({ passed: 3, failed: 3 });
  });
});
