import { createInterface } from 'node:readline';
import { obey } from './run-commands.ts';
import { readOptions, usage } from './run-options.ts';
import { SimulatedCamera } from './simulated-camera.ts';

/**
 * The camera as a process or worker thread of its own. Prints one JSON line once it listens
 * (`{"ready":true,"address","port","serial"}`), one for each command, and ends when its input does.
 */

async function startCamera(): Promise<SimulatedCamera> {
  try {
    return await SimulatedCamera.start(readOptions(process.argv.slice(2)));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function run(): Promise<void> {
  const camera = await startCamera();
  const { address, port, serial } = camera;
  print({ ready: true, address, port, serial });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') print(obey(camera, line));
  }
  await camera.stop();
}

// Not awaited here: the built file is CommonJS.
run().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
