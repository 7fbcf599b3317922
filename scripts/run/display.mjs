import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram } from '../setup/command.mjs';
import { SetupFailure } from '../setup/failure.mjs';

/**
 * A screen for Electron where there is none. Chromium's own windowless mode would need no X server, but the development
 * runtime crashes in it as soon as any window is made, even a hidden one; so there is a virtual screen for every use.
 *
 * @typedef {{ readonly env: { readonly DISPLAY?: string }, readonly stop: () => Promise<void> }} Display
 */

/** @returns {Promise<Display>} `env` is empty when the person has a screen */
export async function openDisplay() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY) return { env: {}, stop: async () => {} };
  const xvfb = findProgram('Xvfb');
  if (!xvfb) {
    throw new SetupFailure('there is no display, and Xvfb is not installed', { hint: 'run `npm run setup`' });
  }
  // It chooses a free number itself and tells it. Its own process group keeps a Ctrl-C from taking the screen away
  // before the application has ended.
  const server = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    const forced = setTimeout(() => server.kill('SIGKILL'), 3_000);
    await ended;
    clearTimeout(forced);
  };
  try {
    return { env: { DISPLAY: `:${await displayNumber(server)}` }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {import('node:child_process').ChildProcess} server
 * @returns {Promise<string>}
 */
async function displayNumber(server) {
  const [, , errors, numbers] = server.stdio;
  let complaint = '';
  errors?.on('data', (chunk) => {
    // Its warnings about keyboard maps are of no use to anyone; the last words are, when it does not start.
    complaint = `${complaint}${chunk}`.slice(-2_000);
  });
  const failed = new Promise((_, reject) => {
    server.once('error', reject);
    server.once('exit', () =>
      reject(new SetupFailure('the virtual screen (Xvfb) did not start', { detail: complaint })),
    );
  });
  const told = (async () => {
    let text = '';
    for await (const chunk of /** @type {import('node:stream').Readable} */ (numbers)) {
      text += chunk;
      if (text.includes('\n')) return text.trim();
    }
    return delay(1_000, '');
  })();
  const number = await Promise.race([told, failed, delay(15_000, '', { ref: false })]);
  if (typeof number === 'string' && /^\d+$/.test(number)) return number;
  throw new SetupFailure('the virtual screen (Xvfb) told no display number', { detail: complaint });
}
