import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { LinuxSockets } from '../../../platform/linux-sockets.ts';
import { DatagramBatch, senderNumber } from './datagram-batch.ts';
import type { StreamOptions, ToStream } from './stream-protocol.ts';
import { CommandQueue, StreamReceiver, tickMilliseconds } from './stream-receiver.ts';
import { growReceiveBuffer } from './stream-socket.ts';

/** Datagrams a call: of a gigabit line a millisecond's worth. */
const batchSize = 64;
/** A pause that lets some more come, so that a call is worth its price; a fraction of what the socket's buffer holds. */
const pauseMilliseconds = 0.5;
/** The largest buffer holds no more, of the smallest packets. */
const mostFullBatches = 2_000;
/** Below, the buffer itself holds hardly more than comes in a pause. */
const leastBufferForPauses = 1024 * 1024;

/**
 * Receives until it is told to close, and keeps the thread: it waits in the kernel, not in the event loop, which takes a
 * turn for each packet. Throws the system's error when there is no socket to be had.
 */
export function receiveInBatches(options: StreamOptions, port: MessagePort, sockets: LinuxSockets): void {
  const file = sockets.bind(options.bindAddress, { card: options.card });
  let closed: (() => void) | null = null;
  let receiver: StreamReceiver;
  let batch: DatagramBatch;
  let pauses: boolean;
  try {
    sockets.setReceiveTimeout(file, tickMilliseconds);
    const receiveBufferBytes = growReceiveBuffer(
      (bytes) => sockets.setReceiveBuffer(file, bytes),
      () => sockets.receiveBuffer(file),
    );
    const seesPieces = sockets.tellPieces(file);
    pauses = receiveBufferBytes >= leastBufferForPauses;
    batch = new DatagramBatch(batchSize, sockets.addressOf);
    receiver = new StreamReceiver(options, port, {
      port: sockets.port(file),
      file,
      receiveBufferBytes,
      seesPieces,
      send: (packet, toPort, address) => sockets.send(file, packet, address, toPort),
      close: (then) => {
        closed = then;
      },
    });
  } catch (error) {
    // Nobody has been told of it yet; from then on it is not ours to close.
    sockets.close(file);
    throw error;
  }
  const camera = senderNumber(options.cameraAddress);
  const never = new Int32Array(new SharedArrayBuffer(4));
  const commands = new CommandQueue((message) => receiver.obey(message));
  let full = 0;
  let lastTick = performance.now();
  while (closed === null) {
    const waited = commands.isWaiting;
    const came = sockets.receive(file, batch.messages, batchSize, !waited);
    const counts: ToStream[] = [];
    for (let told = receiveMessageOnPort(port); told !== undefined; told = receiveMessageOnPort(port)) {
      const message = told.message as ToStream;
      if (message.kind === 'count') counts.push(message);
      else commands.add(message);
    }
    const now = performance.now();
    for (let index = 0; index < came; index += 1) {
      const piece = batch.pieceAt(index);
      if (batch.senderAt(index) === camera) receiver.receive(batch.at(index), now, piece);
      else receiver.countStranger();
    }
    // Who asks for the counts is told of these packets as well.
    for (const message of counts) commands.add(message);
    full = came === batchSize ? full + 1 : 0;
    // What came after the order was heard is not meant, and a sender that never ends does not keep us from stopping.
    if (waited && (full === 0 || full >= mostFullBatches)) commands.drained();
    if (now - lastTick >= tickMilliseconds) {
      lastTick = now;
      receiver.tick();
    }
    if (pauses && came > 0 && came < batchSize) Atomics.wait(never, 0, 0, pauseMilliseconds);
  }
  (closed as () => void)();
}
