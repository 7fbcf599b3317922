import { mkdtemp } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedCloud } from '../../electron/simulators/cloud/simulated-cloud.ts';

/** The API at a site of its own, open to the network; prints port and key. Ends when it is killed. */

const simulator = new SimulatedCloud({
  dataDir: await mkdtemp(join(tmpdir(), 'acusight-far-')),
  deviceId: 'line-7',
  allowedHosts: ['api.plant.test'],
});
const { baseUrl, deviceKey } = await simulator.start();
const door = createServer((socket) => {
  const inner = connect(Number(new URL(baseUrl).port), '127.0.0.1');
  socket.on('error', () => inner.destroy()).pipe(inner);
  inner.on('error', () => socket.destroy()).pipe(socket);
});
door.listen(0, '0.0.0.0', () => {
  console.log(JSON.stringify({ port: (door.address() as { port: number }).port, deviceKey }));
});
