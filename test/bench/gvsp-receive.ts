import { GvspStream } from '../../electron/gateway/source/gige/gvsp/stream.ts';

/**
 * A receiver as a process of its own, for the benchmark: bind address, camera address, script of the stream's thread,
 * packet size, `batched` or `dgram`, whether the camera sends again. Says its port in one line of JSON, and its counts in another when its input ends. Its main thread is
 * blocked for 100 ms each second, as a window's or a database's work may block it.
 */
const [bindAddress = '', cameraAddress = '', workerPath = '', packetSize = '0', socket = 'batched', resend = 'false'] =
  process.argv.slice(2);
const tell = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

async function receive(): Promise<void> {
  const stream = await GvspStream.open({
    bindAddress,
    cameraAddress,
    gvcpPort: 3956,
    resend: resend === 'true',
    buffers: 24,
    maxFrameBytes: 8_000_000,
    workerPath,
    batched: socket === 'batched',
  });
  const before = process.cpuUsage();
  let blocked = 0;
  const block = setInterval(() => {
    const until = performance.now() + 100;
    const cpu = process.cpuUsage();
    while (performance.now() < until);
    const { user, system } = process.cpuUsage(cpu);
    // What the thread did meanwhile counts, our own turning on the spot does not.
    blocked += Math.min(100_000, user + system);
  }, 1_000);
  stream.onFrame(({ release }) => release());
  stream.start(Number(packetSize));
  tell({ port: stream.port, receiveBufferBytes: stream.receiveBufferBytes });
  process.stdin.resume();
  process.stdin.once('end', async () => {
    clearInterval(block);
    await stream.close();
    const { user, system } = process.cpuUsage(before);
    tell({ ...stream.counters(), cpuSeconds: (user + system - blocked) / 1_000_000 });
    process.exit(0);
  });
}

void receive();
