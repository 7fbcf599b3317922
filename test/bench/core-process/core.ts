import { parentPort as threadPort } from 'node:worker_threads';
import { GvspStream } from '../../../electron/gateway/source/gige/gvsp/stream.ts';
import type { FromCore, ToCore } from './messages.ts';

/** The core's place, empty but for a stream: the same script as a thread of main, and as a process beside it. */

const processPort = process.parentPort;
const listen = (listener: (message: ToCore) => void): void => {
  if (threadPort !== null) threadPort.on('message', listener);
  else processPort.on('message', ({ data }) => listener(data));
};
/** Between processes everything is copied; only threads hand their buffers over. */
const tell = (message: FromCore, handedOver: readonly ArrayBuffer[] = []): void => {
  if (threadPort !== null) threadPort.postMessage(message, handedOver);
  else processPort.postMessage(message);
};

let stream: GvspStream | null = null;

async function obey(message: ToCore): Promise<void> {
  switch (message.type) {
    case 'call':
      tell({ type: 'answer', id: message.id });
      return;
    case 'picture': {
      const { id, picture } = message;
      // Looked at, so that it is really there; a thread gives the buffer back, as the gateway's threads do.
      if (new Uint8Array(picture)[id % picture.byteLength] !== id % 256) throw new Error(`picture ${id} is torn`);
      if (threadPort === null) tell({ type: 'seen', id, picture: null });
      else tell({ type: 'seen', id, picture }, [picture]);
      return;
    }
    case 'receive': {
      const { hostAddress, cameraAddress, workerPath, packetSize } = message;
      stream = await GvspStream.open({
        bindAddress: hostAddress,
        cameraAddress,
        gvcpPort: 3956,
        resend: false,
        buffers: 24,
        maxFrameBytes: 8_000_000,
        workerPath,
        batched: true,
      });
      stream.onFrame(({ release }) => release());
      stream.start(packetSize);
      tell({ type: 'receiving', port: stream.port });
      return;
    }
    case 'rest': {
      const counters = stream?.counters();
      await stream?.close();
      tell({ type: 'received', frames: counters?.frames ?? 0 });
      return;
    }
    case 'usage':
      tell({ type: 'usage', cpu: process.cpuUsage() });
  }
}

listen((message) => void obey(message));
tell({ type: 'ready' });
