import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { linuxSockets } from '../../../platform/linux-sockets.ts';
import { receiveInBatches } from './batched-stream.ts';
import type { FromStream, StreamOptions, ToStream } from './stream-protocol.ts';
import { CommandQueue, StreamReceiver, tickMilliseconds, wordsOf } from './stream-receiver.ts';
import { openDgramSocket } from './stream-socket.ts';
import { warmUp } from './warm-up.ts';

/** In a row without a packet: then the socket is empty. And in all: the largest buffer holds no more than comes in these. */
const quietTurns = 4;
const mostTurns = 5_000;

/**
 * The thread of one camera's stream. It has nothing to do but to receive: a gigabit line brings 80,000 packets a
 * second, and whatever else a thread does loses some.
 */
async function run(port: MessagePort): Promise<void> {
  const options = workerData as StreamOptions;
  warmUp();
  const sockets = options.batched ? await linuxSockets() : null;
  try {
    if (sockets !== null) receiveInBatches(options, port, sockets);
    else await receiveOneByOne(options, port);
  } catch (error) {
    port.postMessage({ kind: 'failed', ...wordsOf(error) } satisfies FromStream);
    port.close();
  }
}

async function receiveOneByOne(options: StreamOptions, port: MessagePort): Promise<void> {
  let came = 0;
  const socket = await openDgramSocket(
    { address: options.bindAddress, card: options.card },
    {
      onDatagram: (datagram, from) => {
        came += 1;
        if (from === options.cameraAddress) receiver.receive(datagram, performance.now());
        else receiver.countStranger();
      },
      onError: (error) => receiver.fail(error),
    },
  );
  const ticks = setInterval(() => receiver.tick(), tickMilliseconds);
  const close = socket.close;
  const receiver = new StreamReceiver(options, port, {
    ...socket,
    close: (closed) => {
      clearInterval(ticks);
      close(closed);
    },
  });
  const commands = new CommandQueue((message) => receiver.obey(message));
  port.on('message', (message: ToStream) => {
    const waited = commands.isWaiting;
    commands.add(message);
    if (commands.isWaiting && !waited) drain();
  });
  /** Node reads some packets in each turn of its loop, and does not tell that there are no more. */
  function drain(quiet = 0, turns = 0): void {
    const before = came;
    setImmediate(() => {
      const isQuiet = came === before;
      if (turns < mostTurns && quiet < quietTurns) return drain(isQuiet ? quiet + 1 : 0, turns + 1);
      commands.drained();
      if (commands.isWaiting) drain();
    });
  }
}

if (parentPort !== null) void run(parentPort);
