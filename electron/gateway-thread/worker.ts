import { parentPort, workerData } from 'node:worker_threads';
import { createWords, inFull } from '../../shared/messages/words.ts';
import { Gateway } from '../gateway/gateway.ts';
import type { GatewaySecrets } from '../gateway/gateway-options.ts';
import { systemClock } from '../gateway/platform/clock.ts';
import { nodeFiles } from '../gateway/platform/files.ts';
import { jsonLogger } from '../gateway/platform/logger.ts';
import { type FromGateway, factsOf, sent, type ThreadData, type ToGateway } from './protocol.ts';
import { ProxyLink } from './proxy-link.ts';
import { beatMilliseconds } from './thread-watch.ts';
import { UsbPageClient } from './usb-cameras.ts';

/**
 * Entry of the gateway's own thread. The main thread of Electron shares its loop with the window system: a dialog, a
 * resize or a garbage collection there must not hold up a frame, and file and network answers arrive sooner here.
 */

/** The window is told at most so often; what happens in between is in the next snapshot. */
const tellMilliseconds = 100;

function parent(): NonNullable<typeof parentPort> {
  if (parentPort === null) throw new Error('gateway-worker runs in a worker thread');
  return parentPort;
}

const port = parent();
const say = (message: FromGateway): void => port.postMessage(message);

async function run({ beats, ...options }: ThreadData): Promise<void> {
  const heart = setInterval(() => Atomics.add(beats, 0, 1), beatMilliseconds);
  let secrets: GatewaySecrets = options.secrets;
  const words = createWords({ timeZone: options.config.site.timeZone });
  const logger = jsonLogger(
    (line) => say({ type: 'log', line }),
    Date.now,
    (message) => inFull(words, message),
  );
  process.on('unhandledRejection', (error) => logger.log('error', 'unhandled-rejection', { error }));
  const cameras = options.hasCameras
    ? new UsbPageClient((message) => say({ type: 'cameras', message }), systemClock)
    : undefined;
  const proxies = options.hasProxies ? new ProxyLink((asked) => say({ type: 'proxy', asked })) : undefined;
  let open: Gateway | null = null;
  process.on('uncaughtException', (error) => {
    logger.log('error', 'uncaught-exception', { error });
    // A disk that went away shows itself anywhere; that is no end of the program.
    if (open?.isStoreFault(error) === true) return;
    // First: the thread's own end may wait for a share that hangs.
    say({ type: 'crashed', failure: sent(error) });
    process.exit(1);
  });
  const gateway = await Gateway.open({
    ...options,
    ...(cameras === undefined ? {} : { usbCameras: cameras }),
    askProxy: proxies?.ask,
    secrets: () => secrets,
    clock: systemClock,
    files: nodeFiles,
    random: Math.random,
    logger,
  });

  open = gateway;
  gateway.onStoreFault((fault) => say({ type: 'store-lost', fault: factsOf(fault) }));
  let timer: NodeJS.Timeout | null = null;
  let toldAt = 0;
  const tell = (): void => {
    timer = null;
    toldAt = performance.now();
    say({ type: 'changed', snapshot: gateway.snapshot(), drained: gateway.isDrained });
  };
  gateway.onChange(() => {
    timer ??= setTimeout(tell, Math.max(0, toldAt + tellMilliseconds - performance.now()));
  });

  const answer = async ({ id, name, request }: Extract<ToGateway, { type: 'call' }>): Promise<void> => {
    try {
      const carryOut = gateway.calls[name] as (request: unknown) => unknown;
      say({ type: 'value', id, value: await carryOut(request) });
    } catch (error) {
      gateway.isStoreFault(error);
      say({ type: 'error', id, failure: sent(error) });
    }
  };
  port.on('message', (message: ToGateway) => {
    switch (message.type) {
      case 'call':
        return void answer(message);
      case 'secrets':
        secrets = message.secrets;
        return void gateway.calls['sync.tryNow']();
      case 'cameras':
        return cameras?.take(message.message);
      case 'proxy':
        return proxies?.take(message.answered);
      case 'stop':
        return void stop();
    }
  });
  const stop = async (): Promise<void> => {
    try {
      await gateway.stop();
    } catch (error) {
      logger.log('error', 'stop-failed', { error });
    }
    if (timer !== null) clearTimeout(timer);
    clearInterval(heart);
    say({ type: 'stopped', hangs: gateway.hangs });
    port.close();
  };

  gateway.start();
  tell();
  say({ type: 'opened' });
}

// Not a top-level await: the app's bundle of this file is CommonJS.
run(workerData as ThreadData).catch((error) => say({ type: 'failed', failure: sent(error) }));
