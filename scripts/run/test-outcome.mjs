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

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export const addTallies = (tallies) => ({
  passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
  failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
});
