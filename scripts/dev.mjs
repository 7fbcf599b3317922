import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { build, createServer } from 'vite';
import { mainBuilds, preloadBuild, rendererBuild } from '../vite.config.ts';
import { resolveElectron } from './electron-runtime.mjs';
import { createQuietStream } from './run/quiet-stderr.mjs';
import { inRoot, root } from './setup/places.mjs';

/**
 * `npm run dev`: the window's sources come from a development server that replaces them as they change; a change in the
 * main process or the preload script restarts Electron. Runs on the tools' Node.
 */

// Development bundles lie where the built product lies: the next `npm start` has to build again.
await rm(inRoot('out', '.sources-hash'), { force: true });

const server = await createServer({ ...rendererBuild, server: { host: 'localhost' } });
await server.listen();
const url = server.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '';
if (url === '') throw new Error('the development server has no local address');
process.stderr.write(`[dev] the window's sources are served at ${url}\n`);

const { executable, switches, env } = resolveElectron();
/** @type {import('node:child_process').ChildProcess | undefined} */
let application;
let stopping = false;

function start() {
  const child = spawn(executable, [...switches, root, '--', 'open', ...process.argv.slice(2)], {
    env: { ...process.env, ...env, ACUSIGHT_DEV_URL: url },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  child.stderr?.pipe(createQuietStream()).pipe(process.stderr, { end: false });
  child.once('exit', (code) => {
    // A window that a person closed ends the session; one that makes room for its successor does not.
    if (application === child) void stop(code ?? 1);
  });
  application = child;
}

async function end() {
  const child = application;
  application = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(forced);
}

const targets = [...mainBuilds, preloadBuild];
const ready = new Set();
let restart = Promise.resolve();
/** @type {NodeJS.Timeout | undefined} */
let pause;

const watchers = await Promise.all(
  targets.map(async (target) => {
    const watcher = await build({
      ...target,
      mode: 'development',
      logLevel: 'warn',
      build: { ...target.build, watch: {} },
    });
    if (!('on' in watcher)) throw new Error('the build does not watch');
    watcher.on('event', (event) => {
      if (event.code === 'BUNDLE_END') void event.result.close();
      if (event.code === 'ERROR') process.stderr.write(`[dev] ${event.error.message}\n`);
      if (event.code !== 'END') return;
      ready.add(target);
      if (ready.size < targets.length) return;
      // One saved file can be part of several bundles.
      clearTimeout(pause);
      pause = setTimeout(() => {
        restart = restart.then(async () => {
          await end();
          if (!stopping) start();
        });
      }, 150);
    });
    return watcher;
  }),
);

async function stop(/** @type {number} */ code) {
  if (stopping) return;
  stopping = true;
  clearTimeout(pause);
  await end();
  await Promise.all([server.close(), ...watchers.map((watcher) => watcher.close())]);
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
