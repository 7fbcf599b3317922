/**
 * Tells the person what set-up does. Everything goes to one stream (standard error where the command's standard output
 * is meant for a program), and a step is named when it begins, because some take a minute.
 *
 * @typedef {{
 *   readonly say: (text: string) => void,
 *   readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>,
 * }} Report
 */

/**
 * @param {NodeJS.WritableStream} stream
 * @param {() => number} now milliseconds
 * @returns {Report}
 */
export function createReport(stream, now = () => performance.now()) {
  const say = (/** @type {string} */ text) => void stream.write(`[set-up] ${text}\n`);
  return {
    say,
    async step(name, work) {
      say(`${name} …`);
      const began = now();
      const value = await work();
      say(`${name}: ${seconds(now() - began)}`);
      return value;
    },
  };
}

/**
 * @param {number} milliseconds
 * @returns {string}
 */
export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
