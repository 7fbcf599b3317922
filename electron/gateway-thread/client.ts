import { Worker } from 'node:worker_threads';
import type { Snapshot } from '../../shared/snapshot.ts';
import type { FromCameraPage, ToCameraPage } from '../../shared/usb-camera.ts';
import type { AskProxy, GatewaySecrets } from '../gateway/gateway-options.ts';
import { OperatorError } from '../gateway/platform/errors.ts';
import { OpenRequests } from '../gateway/platform/open-requests.ts';
import type {
  CallName,
  CallRequest,
  CallResponse,
  FromGateway,
  SentFacts,
  SentFailure,
  ThreadData,
  ThreadOptions,
  ToGateway,
} from './protocol.ts';

export type ThreadEvents = {
  readonly onLog: (line: string) => void;
  /** The thread ended by itself, by an exception that nobody caught: nothing is collected or delivered any more. */
  readonly onCrash: (error: Error) => void;
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
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  #snapshot: Snapshot;
  #drained = false;
  #stopping = false;
  #hangs = false;
  #failure: Error | null = null;

  private constructor(worker: Worker, events: ThreadEvents, first: Snapshot) {
    this.#worker = worker;
    this.#events = events;
    this.#snapshot = first;
    worker.on('message', (message: FromGateway) => this.#take(message));
    worker.on('error', (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
      worker.once('exit', () => {
        this.#fail(new Error('the gateway has stopped'));
        resolve();
      });
    });
  }

  /** `file`: the built `gateway-worker`. Rejects with the OperatorError that the gateway could not be opened for. */
  static start(file: string | URL, options: ThreadOptions, events: ThreadEvents): Promise<GatewayThread> {
    // A copy: Node's own would end the program if Chromium took a variable away while it is made, as it does at start.
    const data: ThreadData = {
      ...options,
      hasCameras: events.cameras !== undefined,
      hasProxies: events.askProxy !== undefined,
    };
    const worker = new Worker(file, { workerData: data, env: { ...process.env } });
    connectCameras(worker, events);
    connectProxies(worker, events);
    return new Promise((resolve, reject) => {
      let first: Snapshot | null = null;
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
            void endOf(worker, events).then(() => reject(received(message.failure)));
            return;
          case 'opened':
            forget();
            if (first !== null) resolve(new GatewayThread(worker, events, first));
            return;
          default:
        }
      };
      const exited = (): void => reject(new Error('the gateway ended before it had begun'));
      const forget = (): void => {
        worker.off('message', early);
        worker.off('error', reject);
        worker.off('exit', exited);
      };
      worker.on('message', early);
      worker.once('error', reject);
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
    await this.#ended;
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
        void endOf(this.#worker, this.#events).then(() => {
          this.#hangs = message.hangs;
          this.#end();
          this.#fail(new Error('the gateway has stopped'));
        });
        return;
      case 'crashed':
        return this.#fail(received(message.failure));
      default:
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#calls.refuseAll(error);
    if (!this.#stopping) this.#events.onCrash(error);
  }
}

const endMilliseconds = 1_000;

/** Ends the thread, or leaves it behind: one that asks a share which does not answer waits for ever. */
async function endOf(worker: Worker, { onLeftBehind }: ThreadEvents): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const ended = worker.terminate().then(() => undefined);
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLeftBehind?.(ended);
      resolve();
    }, endMilliseconds);
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
