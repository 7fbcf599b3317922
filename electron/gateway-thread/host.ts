import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config, ConfigFault } from '../../shared/config.ts';
import { type CoreOperation, contract } from '../../shared/contract.ts';
import { type Message, message } from '../../shared/messages/message.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import type { GatewaySecrets, Interruption } from '../gateway/gateway-options.ts';
import { haltedSnapshot, interruptionOf } from '../gateway/maintenance/halted.ts';
import { describeCause, OperatorError } from '../gateway/platform/errors.ts';
import { nodeFiles } from '../gateway/platform/files.ts';
import { Mutex } from '../gateway/platform/mutex.ts';
import { GatewayThread, type ThreadEvents } from './client.ts';
import { idleSnapshot } from './idle-snapshot.ts';
import type { CallRequest, CallResponse, ThreadOptions } from './protocol.ts';

type Fault = { readonly message: Message; readonly canSetUp: boolean };
type Halted = {
  readonly last: Snapshot;
  readonly fault: OperatorError;
  readonly interruption: Interruption | null;
};

export type HostOptions = Omit<ThreadOptions, 'config' | 'secrets'> & {
  /** The built `gateway-worker`. */
  readonly workerPath: string;
  readonly secrets: () => GatewaySecrets;
  readonly events: ThreadEvents;
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
  /** Of the gateway that had to be stopped: what is known of its pictures, and why. */
  #halted: Halted | null = null;
  /** Nothing is known to be wrong or missing yet: a gateway is being opened, or its configuration read. */
  #starting = true;
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
      const { workerPath, secrets, dataDir, identity, workers, nativeBinding } = this.#options;
      const changes = this.#secretsChanges;
      const interruption = this.#halted?.interruption ?? undefined;
      const options = { dataDir, identity, workers, nativeBinding, config, secrets: secrets(), interruption };
      const onLeftBehind = (ended: Promise<void>): void => this.#leaveBehind(ended);
      const gateway = await GatewayThread.start(workerPath, options, { ...this.#options.events, onLeftBehind });
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
      if (error instanceof OperatorError && this.#halted !== null) this.#halted = { ...this.#halted, fault: error };
      this.#changed();
      throw error;
    }
  }

  /**
   * After the disk of a running gateway was lost: in the empty folder of a disk that is not back, whoever starts it would
   * begin anew, and hide what waits on the disk.
   */
  async #refuseEmptyFolder(): Promise<void> {
    if (this.#halted === null) return;
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

  /** The window shows why. */
  failStart(error: unknown): void {
    const what =
      error instanceof OperatorError ? error.said : message('start-failed', { reason: describeCause(error) });
    this.#fail({ message: message('cannot-start', { what }), canSetUp: false });
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
      canSetUp: true,
    });
  }

  snapshot(): Snapshot {
    if (this.#gateway !== null) return this.#gateway.snapshot();
    if (this.#halted !== null) {
      const { last, fault } = this.#halted;
      return haltedSnapshot({ ...last, instanceId: this.#instanceId, revision: this.#revision, at: Date.now() }, fault);
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
      starting: this.#starting,
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
