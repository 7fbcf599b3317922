import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { SetupFailure } from '../setup/failure.mjs';
import { inRoot, toolEnvironment, toolNode } from '../setup/places.mjs';

/**
 * The object storage of `npm run demo -- --lan`, of crash tests and of benchmarks: a real S3 server that needs a newer
 * Node than Electron has, so it is a process of its own.
 *
 * @typedef {{
 *   readonly endpoint: string,
 *   readonly bucket: string,
 *   readonly directory: string,
 *   readonly env: Readonly<Record<string, string>>,
 *   readonly stop: () => Promise<void>,
 * }} ObjectStore `directory` holds the objects; `env` tells the demo where it is, and its key
 * @returns {Promise<ObjectStore>}
 */
export async function openObjectStore() {
  const directory = await mkdtemp(path.join(tmpdir(), 'acusight-objects-'));
  const bucket = 'raw-data';
  const server = spawn(toolNode, [inRoot('scripts', 'run', 'object-store-server.mjs'), directory, bucket], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: toolEnvironment(),
    detached: process.platform !== 'win32',
  });
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.stdin.end();
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: server.stdout })) {
    const { endpoint } = JSON.parse(line);
    return {
      endpoint,
      bucket,
      directory,
      env: {
        ACUSIGHT_DEMO_OBJECT_STORE: `${endpoint}/${bucket}`,
        ACUSIGHT_S3_ACCESS_KEY_ID: 'S3RVER',
        ACUSIGHT_S3_SECRET_ACCESS_KEY: 'S3RVER',
      },
      stop,
    };
  }
  await stop();
  throw new SetupFailure('the object storage of the demo did not start');
}
