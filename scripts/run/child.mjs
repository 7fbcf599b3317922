import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * A program that stands in for this one: signals are passed on to it and its way to end becomes ours.
 *
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions,
 *   onStart?: (child: import('node:child_process').ChildProcess) => void }} ChildOptions
 */

/**
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {ChildOptions} options
 * @returns {Promise<number>} the exit code; 128 + its number after a signal, as shells have it
 */
export function runChild(command, parameters, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.stdio ?? 'inherit',
      // A Ctrl-C reaches everything in the terminal's group. In a group of its own the child gets each signal once.
      detached: process.platform !== 'win32',
    });
    let interrupts = 0;
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      // Windows delivers the Ctrl-C itself, and knows no other way to signal than to kill.
      if (process.platform === 'win32') return;
      interrupts += 1;
      child.kill(interrupts > 3 ? 'SIGKILL' : signal);
    };
    /** @type {readonly NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const settle = () => {
      for (const signal of signals) process.off(signal, pass);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code, signal) => {
      settle();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
    options.onStart?.(child);
  });
}
