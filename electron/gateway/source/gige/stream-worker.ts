import { createSocket } from 'node:dgram';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { FromStream, StreamOptions, ToStream } from './stream-protocol.ts';
import { StreamReceiver, wordsOf } from './stream-receiver.ts';

/**
 * The thread of one camera's stream. It has nothing to do but to receive: a gigabit line brings 80,000 packets a
 * second, and whatever else a thread does loses some.
 */
function run(port: MessagePort): void {
  const options = workerData as StreamOptions;
  const socket = createSocket({ type: 'udp4', reuseAddr: false });
  const failed = (error: Error): void => {
    port.postMessage({ kind: 'failed', ...wordsOf(error) } satisfies FromStream);
    port.close();
  };
  socket.once('error', failed);
  socket.bind(0, options.bindAddress, () => {
    socket.off('error', failed);
    const receiver = new StreamReceiver(options, port, socket);
    port.on('message', (message: ToStream) => receiver.obey(message));
  });
}

if (parentPort !== null) run(parentPort);
