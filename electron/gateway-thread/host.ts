import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config, ConfigFault } from '../../shared/config.ts';
import { type CoreOperation, contract } from '../../shared/contract.ts';
import { type Message, message } from '../../shared/messages/message.ts';
import type { Advice, Snapshot } from '../../shared/snapshot.ts';
import type { GatewaySecrets, Interruption } from '../gateway/gateway-options.ts';
import {
  canBeRebuilt,
  fallenSnapshot,
  haltedSnapshot,
  interruptionByFall,
  interruptionOf,
} from '../gateway/maintenance/halted.ts';
import type { RecoveryReport } from '../gateway/maintenance/recover-store.ts';
import { describeCause, OperatorError } from '../gateway/platform/errors.ts';
import { nodeFiles } from '../gateway/platform/files.ts';
import { Mutex } from '../gateway/platform/mutex.ts';
import { type Fall, GatewayThread, type Patience, recoverInThread, type ThreadEvents } from './client.ts';
import { idleSnapshot } from './idle-snapshot.ts';
import type { CallName, CallRequest, CallResponse, ThreadOptions } from './protocol.ts';

type Fault = { readonly message: Message; readonly action: Advice['action'] };
type Halted = {
  /** Null: it fell before it was open. */
  readonly last: Snapshot | null;
  /** Null: it fell, and nothing is known to be wrong with its store. */
  readonly fault: OperatorError | null;
  readonly interruption: Interruption | null;
};

/** What is wrong with a store, whatever was wrong with the gateway before. */
const storeCodes: ReadonlySet<string> = new Set(['store-damaged', 'store-unavailable', 'store-lost', 'store-newer']);

export type HostOptions = Omit<ThreadOptions, 'config' | 'secrets'> & {
  /** The built `gateway-worker`. */
  readonly workerPath: string;
  /** The built `recover-worker`. */
  readonly recoverWorkerPath: string;
  readonly secrets: () => GatewaySecrets;
  readonly events: ThreadEvents;
  /** How long the thread's loop may stand still. */
  readonly patience?: Patience;
};

/** Holds the running gateway, or the reason why none runs, so that the window always has something true to show. */
export class GatewayHost {
  readonly #options: HostOptions;
  readonly #listeners = new Set<() => void>();
  readonly #instanceId = randomUUID();
  readonly #startedAt: number;
  #gateway: GatewayThread | null = null;
  #hangs = false;
  #threadsLeft = 0;
  #fault: Fault | null = null;
  /** Of the last start. */
  #config: Config | null = null;
  /** Of the gateway that had to be stopped, or fell: what is known of its pictures, and why. */
  #halted: Halted | null = null;
  #falls: ThreadOptions['falls'];
  /** After a fall: when the next is started; monotonic milliseconds. */
  #againAt = 0;
  /** Nothing is known to be wrong or missing yet: a gateway is being opened, or its configuration read. */
  #starting = true;
  #rebuilding = false;
  readonly #turn = new Mutex();
  #revision = 0;
  #secretsChanges = 0;
  #usbDevices: ReadonlySet<string> = new Set();
  #heartbeat: NodeJS.Timeout;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#startedAt = Date.now();
    // A gateway reports a change at least every second; without one the window still needs a sign of life.
    this.#heartbeat = setInterval(() => {
      if (this.#gateway === null) this.#changed();
    }, 1_000);
  }

  /** Cameras that the configuration names, as it names them: no other may be opened. */
  get usbDevices(): ReadonlySet<string> {
    return this.#usbDevices;
  }

  get gateway(): GatewayThread | null {
    return this.#gateway;
  }

  /** The running gateway; throws why for the window where none runs. */
  require(): GatewayThread {
    if (this.#gateway !== null) return this.#gateway;
    const why = this.#fault === null ? [] : [this.#fault.message];
    const context = this.#starting ? 'starting' : why.length === 0 ? 'not-set-up' : 'failed';
    throw new OperatorError(message('not-running', { context, why }), { operation: 'call', disposition: 'pause' });
  }

  /** As of the newest snapshot: every source scanned, nothing settling, nothing waiting. */
  get isDrained(): boolean {
    return this.#gateway?.isDrained === true;
  }

  /** Of the gateway that runs now: another one than before, where that has fallen. */
  call<Name extends CallName>(name: Name, request: CallRequest<Name>): Promise<CallResponse<Name>> {
    return this.require().call(name, request);
  }

  /** Carries out one of the core's operations. Where no gateway runs, the contract's answer to that, or a refusal. */
  async operate<Name extends CoreOperation>(name: Name, request: CallRequest<Name>): Promise<CallResponse<Name>> {
    const idle = contract[name].idle as CallResponse<Name> | undefined;
    return this.#gateway === null && idle !== undefined ? idle : this.require().call(name, request);
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Starts a gateway; a fault is kept for the window and thrown for whoever waits. */
  start(config: Config): Promise<GatewayThread> {
    // One after the other: two gateways on one data folder would refuse each other.
    return this.#turn.run(() => this.#startNow(config));
  }

  async #startNow(config: Config): Promise<GatewayThread> {
    this.#config = config;
    this.#starting = true;
    this.#changed();
    await this.#end();
    try {
      await this.#refuseEmptyFolder();
    } catch (error) {
      this.failStart(error);
      throw error;
    }
    this.#usbDevices = new Set(config.sources.flatMap((source) => (source.kind === 'usb' ? [source.device] : [])));
    try {
      const { workerPath, secrets, dataDir, identity, workers, nativeBinding, patience } = this.#options;
      const changes = this.#secretsChanges;
      const interruption = this.#halted?.interruption ?? undefined;
      const falls = this.#falls;
      const options = { dataDir, identity, workers, nativeBinding, config, secrets: secrets(), interruption, falls };
      const onLeftBehind = (ended: Promise<void>): void => this.#leaveBehind(ended);
      const events = { ...this.#options.events, onLeftBehind };
      const gateway = await GatewayThread.start(workerPath, options, events, patience);
      gateway.onChange(() => this.#changed());
      this.#fault = null;
      this.#halted = null;
      this.#starting = false;
      this.#gateway = gateway;
      // The keyring may have given them while it started.
      if (this.#secretsChanges !== changes) this.secretsChanged();
      this.#changed();
      return gateway;
    } catch (error) {
      this.failStart(error);
      throw error;
    }
  }

  /** The one that had to be stopped. Where it can't be for another reason than before, that is what is shown. */
  async startAgain(): Promise<GatewayThread> {
    if (this.#config === null) throw new Error('there was no gateway');
    try {
      return await this.start(this.#config);
    } catch (error) {
      const halted = this.#halted;
      if (error instanceof OperatorError && halted !== null && (halted.fault !== null || storeCodes.has(error.code)))
        this.#halted = { ...halted, fault: error };
      this.#changed();
      throw error;
    }
  }

  /**
   * After a gateway has run: in the empty folder of a disk that is not back, whoever starts it would
   * begin anew, and hide what waits on the disk.
   */
  async #refuseEmptyFolder(): Promise<void> {
    if (this.#halted === null || this.#halted.last === null) return;
    const { dataDir } = this.#options;
    if (((await nodeFiles.size(join(dataDir, 'gateway.sqlite')).catch(() => null)) ?? 0) > 0) return;
    throw new OperatorError(message('store-unavailable', { context: 'not-back', path: dataDir, reason: '' }), {
      operation: 'open-store',
      disposition: 'pause',
    });
  }

  /** Its store is lost. Resolves once it has stopped; its last state is shown with why, until one runs again. */
  halt(fault: OperatorError): Promise<void> {
    return this.#turn.run(async () => {
      if (this.#gateway !== null) {
        const last = this.#gateway.snapshot();
        this.#halted = { last, fault, interruption: interruptionOf(fault, last, Date.now()) };
      }
      this.failStart(fault);
      await this.#end();
    });
  }

  /**
   * It has fallen while it ran, or while it was opened. Resolves once its thread has ended or was left behind; its last
   * state is shown with why, until one runs again.
   */
  takeFall(fall: Fall, again: number): Promise<void> {
    const why = message('fell', { context: fall.how, reason: fall.message });
    const now = Date.now();
    this.#falls = { times: (this.#falls?.times ?? 0) + 1, since: this.#falls?.since ?? now, why };
    this.#againAt = performance.now() + again;
    return this.#turn.run(async () => {
      const gateway = this.#gateway;
      this.#gateway = null;
      const last = gateway?.snapshot() ?? this.#halted?.last ?? null;
      const interruption = this.#halted?.interruption ?? interruptionByFall(why, fall.message, now);
      this.#halted = { last, fault: null, interruption };
      this.failStart(new OperatorError(why, { operation: 'gateway', disposition: 'retry', technical: fall.message }));
      await gateway?.ended;
    });
  }

  /** Programs before this one ended without being told to: the first gateway writes that down, and a person hears of it. */
  tellEarlierEnds({ times, since }: { readonly times: number; readonly since: number }): void {
    const why = message('fell', { context: 'program', reason: '' });
    this.#falls = { times, since, why };
    this.#halted = { last: null, fault: null, interruption: interruptionByFall(why, '', Date.now()) };
  }

  /**
   * Builds the database anew, for the configuration of the last start, which is to be started then. Rejects with the
   * OperatorError that says why it could not; what was is unchanged then.
   */
  rebuild(): Promise<{ readonly report: RecoveryReport; readonly config: Config }> {
    return this.#turn.run(async () => {
      const config = this.#config;
      if (config === null) throw notSetUp();
      await this.#end();
      this.#rebuilding = true;
      this.#changed();
      try {
        const { dataDir, nativeBinding, recoverWorkerPath, events } = this.#options;
        const report = await recoverInThread(recoverWorkerPath, { dataDir, config, nativeBinding }, events.onLog);
        this.#halted = null;
        return { report, config };
      } catch (error) {
        this.failStart(error);
        throw error;
      } finally {
        this.#rebuilding = false;
        this.#changed();
      }
    });
  }

  /** The window shows why. */
  failStart(error: unknown): void {
    const what =
      error instanceof OperatorError ? error.said : message('start-failed', { reason: describeCause(error) });
    const action = canBeRebuilt(error) ? 'rebuild-database' : 'none';
    this.#fail({ message: message('cannot-start', { what }), action });
  }

  /** There is no configuration yet: the window shows the set-up form. */
  awaitSetup(): void {
    this.#starting = false;
    this.#changed();
  }

  failConfiguration(faults: readonly ConfigFault[]): void {
    const [first] = faults;
    this.#fail({
      message: message('wrong-settings', {
        count: Math.max(0, faults.length - 1),
        setting: first?.path ?? '',
        fault: first?.message ?? message('bad-setting', { context: 'other-value' }),
        file: this.#options.identity.configFile,
      }),
      action: 'open-setup',
    });
  }

  snapshot(): Snapshot {
    if (this.#gateway !== null) return this.#gateway.snapshot();
    if (this.#halted !== null && this.#halted.last !== null && !this.#rebuilding) {
      const { last: known, fault } = this.#halted;
      const last = { ...known, instanceId: this.#instanceId, revision: this.#revision, at: Date.now() };
      if (fault !== null) return haltedSnapshot(last, fault);
      if (this.#falls !== undefined)
        return fallenSnapshot(last, this.#falls, Math.max(0, this.#againAt - performance.now()));
    }
    const { identity, dataDir } = this.#options;
    return idleSnapshot({
      instanceId: this.#instanceId,
      revision: this.#revision,
      now: Date.now(),
      startedAt: this.#startedAt,
      version: identity.version,
      runtime: identity.runtime,
      configFile: identity.configFile,
      dataDir,
      fault: this.#starting ? null : this.#fault,
      starting: this.#rebuilding ? message('store-rebuilding') : this.#starting ? message('store-opening') : null,
    });
  }

  /** A secret was entered, or the keyring has given it: it is used at once. */
  secretsChanged(): void {
    this.#secretsChanges += 1;
    this.#gateway?.setSecrets(this.#options.secrets());
  }

  /** Threads of a gateway that was stopped, or could not start, still wait for a folder that does not answer. */
  get hangs(): boolean {
    return this.#hangs || this.#threadsLeft > 0;
  }

  /** How many gateways' threads that is: each try to start may leave one more. */
  get threadsLeft(): number {
    return this.#threadsLeft;
  }

  #leaveBehind(ended: Promise<void>): void {
    this.#threadsLeft += 1;
    void ended.then(() => {
      this.#threadsLeft -= 1;
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#end();
  }

  async #end(): Promise<void> {
    const gateway = this.#gateway;
    this.#gateway = null;
    await gateway?.stop();
    this.#hangs ||= gateway?.hangs === true;
  }

  #fail(fault: Fault): void {
    this.#fault = fault;
    this.#starting = false;
    this.#changed();
  }

  #changed(): void {
    this.#revision += 1;
    for (const listener of this.#listeners) listener();
  }
}

const notSetUp = (): OperatorError =>
  new OperatorError(message('not-running', { context: 'not-set-up', why: [] }), {
    operation: 'rebuild',
    disposition: 'pause',
  });
