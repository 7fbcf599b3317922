import path from 'node:path';

/**
 * Counts of one test run, from Vitest's JSON report.
 *
 * @typedef {{ readonly passed: number, readonly failed: number }} Tally
 */

/**
 * @param {string | undefined} report the JSON text; undefined when the run wrote none
 * @param {number} exitCode
 * @returns {Tally}
 */
export function tallyReport(report, exitCode) {
  const counted = report === undefined ? { passed: 0, failed: 0 } : countTests(JSON.parse(report));
  // A run can fail without a failing test: no file found, an error outside of a test. It must not look like success.
  return exitCode !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number,
 *   testResults: readonly { status: string, assertionResults: readonly { status: string }[] }[] }} report
 * @returns {Tally}
 */
function countTests({ numPassedTests, numFailedTests, testResults }) {
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length };
}

/** Words of one failure that are repeated at the end. */
const mostCharacters = 300;

/**
 * What failed, a line each, to be said again at the end: who sees only the end of a long log learns it too.
 *
 * @param {string | undefined} report the JSON text; undefined when the run wrote none
 * @param {string} root folder that the files are named from
 * @returns {readonly string[]}
 */
export function failuresOf(report, root) {
  if (report === undefined) return ['the run ended without a report'];
  /** @type {{ testResults: readonly { name: string, status: string, message?: string,
   *   assertionResults: readonly { status: string, fullName: string, failureMessages?: readonly string[] }[] }[] }} */
  const { testResults } = JSON.parse(report);
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0)
      return [inOneLine(`${file}: ${withoutStack(message ?? '') || silentEnd}`)];
    return failed.map((test) =>
      inOneLine(`${file} > ${test.fullName}: ${withoutStack(test.failureMessages?.[0] ?? '')}`),
    );
  });
}

/** Vitest's report has no words for it. */
const silentEnd = 'its process ended before its tests did: see above';
const inOneLine = (/** @type {string} */ text) => text.replaceAll(/\s+/g, ' ').trim().slice(0, mostCharacters);
const withoutStack = (/** @type {string} */ message) => message.replace(/\n\s*at .*$/s, '');

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export const addTallies = (tallies) => ({
  passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
  failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
});
