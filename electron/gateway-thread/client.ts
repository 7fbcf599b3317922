import { Worker } from 'node:worker_threads';
import { message } from '../../shared/messages/message.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import type { FromCameraPage, ToCameraPage } from '../../shared/usb-camera.ts';
import type { AskProxy, GatewaySecrets } from '../gateway/gateway-options.ts';
import type { RecoveryReport } from '../gateway/maintenance/recover-store.ts';
import { systemClock } from '../gateway/platform/clock.ts';
import { describeCause, OperatorError } from '../gateway/platform/errors.ts';
import { OpenRequests } from '../gateway/platform/open-requests.ts';
import type {
  CallName,
  CallRequest,
  CallResponse,
  FromGateway,
  FromRecovery,
  RecoverData,
  SentFacts,
  SentFailure,
  ThreadData,
  ThreadOptions,
  ToGateway,
} from './protocol.ts';
import { ThreadWatch } from './thread-watch.ts';

/**
 * How a gateway came to its end without being told to. `threw`: an exception that nobody caught. `hung`: its loop stood
 * still. `ended`: its thread was gone.
 */
export class Fall extends Error {
  readonly how: 'threw' | 'hung' | 'ended';

  constructor(how: Fall['how'], technical: string) {
    super(technical);
    this.name = 'Fall';
    this.how = how;
  }
}

/** So long may a thread's loop stand still; milliseconds. */
export type Patience = {
  /** Until it is open: it may bring a large database to another schema in one call. */
  readonly opening: number;
  readonly running: number;
};
const usualPatience: Patience = { opening: 15 * 60_000, running: 30_000 };

export type ThreadEvents = {
  readonly onLog: (line: string) => void;
  /** It has fallen while it ran: nothing is collected or delivered any more, and its thread is being ended. */
  readonly onFall: (fall: Fall) => void;
  /** Its database is damaged or its disk is gone: it has to be stopped, and perhaps started again later. */
  readonly onStoreLost: (fault: OperatorError) => void;
  /** A thread does not end, for it waits for a share that does not answer. `ended`: once it does. */
  readonly onLeftBehind?: (ended: Promise<void>) => void;
  /** Who knows this PC's proxy settings; without it nobody does. */
  readonly askProxy?: AskProxy;
  /** Who drives USB cameras; without it there are none. */
  readonly cameras?: {
    readonly connect: (post: (message: FromCameraPage) => void) => {
      readonly take: (message: ToCameraPage) => void;
      readonly end: () => void;
    };
  };
};

/** The running gateway as the main thread sees it: its newest snapshot at once, everything else by asking. */
export class GatewayThread {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #calls = new OpenRequests<unknown>();
  readonly #listeners = new Set<() => void>();
  readonly #watch: ThreadWatch;
  /** Its thread has ended, or was left behind. */
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;
  #snapshot: Snapshot;
  #drained = false;
  #stopping = false;
  #hangs = false;
  #failure: Error | null = null;

  private constructor(worker: Worker, events: ThreadEvents, watch: ThreadWatch, first: Snapshot) {
    this.#worker = worker;
    this.#events = events;
    this.#watch = watch;
    this.#snapshot = first;
    worker.on('message', (message: FromGateway) => this.#take(message));
    worker.on('error', (error) => this.#fell(new Fall('threw', describeCause(error))));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    worker.once('exit', () => {
      this.#fell(new Fall('ended', 'the gateway has stopped'));
      this.#end();
    });
  }

  /** `file`: the built `gateway-worker`. Rejects with the OperatorError that the gateway could not be opened for. */
  static start(
    file: string | URL,
    options: ThreadOptions,
    events: ThreadEvents,
    patience: Patience = usualPatience,
  ): Promise<GatewayThread> {
    const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    // A copy: Node's own would end the program if Chromium took a variable away while it is made, as it does at start.
    const data: ThreadData = {
      ...options,
      hasCameras: events.cameras !== undefined,
      hasProxies: events.askProxy !== undefined,
      beats,
    };
    const worker = new Worker(file, { workerData: data, env: { ...process.env } });
    connectCameras(worker, events);
    connectProxies(worker, events);
    return new Promise((resolve, reject) => {
      let first: Snapshot | null = null;
      let onSilent = (silent: number): void => fallen(new Fall('hung', silence(silent)));
      const watch = new ThreadWatch(
        {
          clock: systemClock,
          beats: () => Atomics.load(beats, 0),
          onSilent: (silent) => onSilent(silent),
        },
        patience.opening,
      );
      const early = (message: FromGateway): void => {
        switch (message.type) {
          case 'log':
            return events.onLog(message.line);
          case 'changed':
            first = message.snapshot;
            return;
          case 'failed':
            // Its end is no failure of its own then.
            forget();
            // It must have let go of the database before anybody tries again.
            watch.stop();
            void endOf(worker, events).then(() => reject(received(message.failure)));
            return;
          case 'crashed':
            return fallen(new Fall('threw', message.failure.message));
          case 'opened': {
            forget();
            if (first === null) return;
            watch.allow(patience.running);
            const gateway = new GatewayThread(worker, events, watch, first);
            onSilent = (silent) => gateway.#fell(new Fall('hung', silence(silent)));
            resolve(gateway);
            return;
          }
          default:
        }
      };
      const fallen = (fall: Fall): void => {
        forget();
        watch.stop();
        void endOf(worker, events).then(() => reject(fall));
      };
      const threw = (error: unknown): void => fallen(new Fall('threw', describeCause(error)));
      const exited = (): void => fallen(new Fall('ended', 'the gateway ended before it had begun'));
      const forget = (): void => {
        worker.off('message', early);
        worker.off('error', threw);
        worker.off('exit', exited);
      };
      worker.on('message', early);
      worker.once('error', threw);
      worker.once('exit', exited);
    });
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** As of the newest snapshot: every source scanned, nothing settling, nothing waiting. */
  get isDrained(): boolean {
    return this.#drained;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  call<Name extends CallName>(name: Name, request: CallRequest<Name>): Promise<CallResponse<Name>> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return this.#calls.ask((id) => this.#say({ type: 'call', id, name, request })) as Promise<CallResponse<Name>>;
  }

  setSecrets(secrets: GatewaySecrets): void {
    this.#say({ type: 'secrets', secrets });
  }

  /** Ends the gateway in the order that loses nothing, and its thread. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#say({ type: 'stop' });
    await this.ended;
  }

  /** After the stop: threads of it still wait for a folder that does not answer. */
  get hangs(): boolean {
    return this.#hangs;
  }

  #say(message: ToGateway): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromGateway): void {
    switch (message.type) {
      case 'log':
        return this.#events.onLog(message.line);
      case 'changed':
        this.#snapshot = message.snapshot;
        this.#drained = message.drained;
        for (const listener of this.#listeners) listener();
        return;
      case 'value':
        return this.#calls.answer(message.id, message.value);
      case 'error':
        return this.#calls.refuse(message.id, received(message.failure));
      case 'store-lost':
        return this.#events.onStoreLost(failureOf(message.fault));
      case 'stopped':
        // Everything is on the disk and the database is closed: nobody has to wait for the thread itself, least of all
        // where the whole group of processes was told to end and Chromium's others are gone already.
        this.#watch.stop();
        void endOf(this.#worker, this.#events).then(() => {
          this.#hangs = message.hangs;
          this.#end();
          this.#fell(new Fall('ended', 'the gateway has stopped'));
        });
        return;
      case 'crashed':
        return this.#fell(new Fall('threw', message.failure.message));
      default:
    }
  }

  /** Nobody is to wait for it any more. Its thread is ended whatever it does: it may stand in a loop for ever. */
  #fell(fall: Fall): void {
    if (this.#failure !== null) return;
    this.#failure = notRunning(fall);
    this.#watch.stop();
    this.#calls.refuseAll(this.#failure);
    void endOf(this.#worker, this.#events, fallMilliseconds).then(() => this.#end());
    if (!this.#stopping) this.#events.onFall(fall);
  }
}

const silence = (milliseconds: number): string => `no sign of life for ${Math.round(milliseconds / 1_000)} s`;

/** What becomes of calls that it will not answer. */
const notRunning = ({ message: technical }: Fall): OperatorError =>
  new OperatorError(message('not-running', { context: 'starting', why: [] }), {
    operation: 'call',
    disposition: 'pause',
    technical,
  });

const endMilliseconds = 1_000;
/** Of one that has fallen: it ends its own threads first, each of which may be in the middle of a picture. */
const fallMilliseconds = 10_000;

/** Ends the thread, or leaves it behind: one that asks a share which does not answer waits for ever. */
async function endOf(worker: Worker, { onLeftBehind }: ThreadEvents, patience = endMilliseconds): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const ended = worker.terminate().then(() => undefined);
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLeftBehind?.(ended);
      resolve();
    }, patience);
  });
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

const received = ({ facts, message }: SentFailure): Error => (facts === null ? new Error(message) : failureOf(facts));

const failureOf = ({ code, said, ...facts }: SentFacts): OperatorError =>
  Object.assign(new OperatorError(said, facts), { code });

/** From its first moment: its sources open cameras before the gateway is known to be open. */
function connectCameras(worker: Worker, { cameras }: ThreadEvents): void {
  const connection = cameras?.connect((message) => {
    const told: ToGateway = { type: 'cameras', message };
    // Moved, not copied, unlike on their way here.
    worker.postMessage(told, message.type === 'picture' ? [message.picture.data] : []);
  });
  if (connection === undefined) return;
  worker.on('message', (message: FromGateway) => {
    if (message.type === 'cameras') connection.take(message.message);
  });
  worker.once('exit', () => connection.end());
}

/** From its first moment too: the first delivery may leave before the gateway is known to be open. */
function connectProxies(worker: Worker, { askProxy }: ThreadEvents): void {
  if (askProxy === undefined) return;
  worker.on('message', (message: FromGateway) => {
    if (message.type !== 'proxy') return;
    const { id, question } = message.asked;
    void askProxy(question).then((answer) => {
      worker.postMessage({ type: 'proxy', answered: { id, answer } } satisfies ToGateway);
    });
  });
}

/** In a thread of its own, for it reads all there is: minutes, with a large store. Rejects with why it could not. */
export function recoverInThread(
  file: string,
  data: RecoverData,
  onLog: (line: string) => void,
): Promise<RecoveryReport> {
  const worker = new Worker(file, { workerData: data, env: { ...process.env } });
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromRecovery) => {
      if (message.type === 'log') onLog(message.line);
      else if (message.type === 'done') resolve(message.report);
      else reject(received(message.failure));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('it ended without a result')));
  });
}
