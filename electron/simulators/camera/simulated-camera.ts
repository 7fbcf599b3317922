import { Acquisition } from './acquisition.ts';
import { bootstrap } from './addresses.ts';
import { doNotFragmentBit } from './bootstrap-registers.ts';
import { CommandAnswers } from './command-answers.ts';
import { ControlPort } from './control-port.ts';
import { ControlPrivilege } from './control-privilege.ts';
import { ControlServer } from './control-server.ts';
import { type Counters, zeroCounters } from './counters.ts';
import { type Faults, noFaults, seededRandom } from './faults.ts';
import { FramePackets } from './frame-packets.ts';
import { openStreamOutlet } from './open-stream-outlet.ts';
import { addressText, completeOptions, type SimulatorOptions, type SimulatorOptionsInput } from './options.ts';
import { PoweredCamera } from './powered-camera.ts';
import type { Destination, StreamOutlet } from './stream-outlet.ts';
import { StreamSender } from './stream-sender.ts';
import type { ForcedAddress } from './wire/gvcp.ts';
import { datagramBytes } from './wire/gvsp.ts';

/** What the camera has become when it is on again. */
export type Reboot = { readonly milliseconds?: number; readonly width?: number; readonly height?: number };

/** A GigE Vision camera made of software: it answers on a network address, sends pictures, and goes wrong on demand. */
export class SimulatedCamera {
  readonly #counters = zeroCounters();
  readonly #random: () => number;
  /** The user's set of settings. */
  readonly #kept = new Map<number, number>();
  readonly #privilege: ControlPrivilege;
  readonly #control: ControlServer;
  readonly #acquisition: Acquisition;
  readonly #outgoing: StreamSender;
  #options: SimulatorOptions;
  #port: ControlPort | null = null;
  #stream: StreamOutlet;
  #camera: PoweredCamera;
  #wished: Faults = noFaults;
  /** With what being switched off means. */
  #faults: Faults = noFaults;
  #offTimer: NodeJS.Timeout | null = null;
  #nextBlockId = 1;
  #frameNumber = 0;
  #destination: Destination | null = null;

  private constructor(options: SimulatorOptions, stream: StreamOutlet) {
    this.#options = options;
    this.#stream = stream;
    this.#random = seededRandom(options.seed);
    const faults = (): Faults => this.#faults;
    this.#privilege = new ControlPrivilege({
      heartbeat: () => this.#camera.registers.get(bootstrap.heartbeat),
      stolen: () => this.#faults.controlStolen,
      released: (why) => {
        if (why === 'heartbeat') this.#counters.heartbeatsLost += 1;
        this.#control.forgetRepeats();
        if (!this.#options.runsOn) this.#acquisition.stop();
        this.#closeStream();
      },
    });
    this.#acquisition = new Acquisition({
      registers: () => this.#camera.registers,
      started: () => {
        this.#nextBlockId = this.#faults.firstBlockId;
        this.#frameNumber = 0;
        this.#outgoing.forget();
      },
      take: () => this.#take(),
      triggered: (wasHeard) => {
        if (wasHeard) this.#counters.triggers += 1;
        else this.#counters.triggersIgnored += 1;
      },
    });
    this.#camera = this.#switchOn();
    this.#outgoing = new StreamSender({
      outlet: () => this.#stream,
      destination: () => this.#destination,
      counters: this.#counters,
      faults,
      random: this.#random,
      largestPacket: () => this.#largestPacket(),
      packetMilliseconds: (bytes) => this.#packetMilliseconds(bytes),
      keptFrames: options.keptFrames,
    });
    this.#control = new ControlServer({
      answers: new CommandAnswers(() => this.#camera.registers, this.#privilege, options),
      counters: this.#counters,
      faults,
      random: this.#random,
      canPend: options.capabilities.pendingAcknowledge,
      send: (datagram, peer) => this.#port?.send(datagram, peer.address, peer.port),
      resend: options.capabilities.resend
        ? (request, extended) => this.#outgoing.resend(request, extended)
        : () => undefined,
      forceAddress: (forced) => this.#forceAddress(forced),
    });
  }

  /** Rejects where the address is not this PC's, its port is taken, or the options make no sense. */
  static async start(input: SimulatorOptionsInput): Promise<SimulatedCamera> {
    const options = completeOptions(input);
    const camera = new SimulatedCamera(options, await openStreamOutlet(options.address));
    try {
      await camera.#listen(options.address);
    } catch (error) {
      await camera.#stream.close();
      throw error;
    }
    return camera;
  }

  get address(): string {
    return this.#options.address;
  }

  get port(): number {
    return this.#port?.port ?? 0;
  }

  get serial(): string {
    return this.#options.serial;
  }

  get faults(): Faults {
    return this.#wished;
  }

  /** Somebody controls it. */
  get controlled(): boolean {
    return this.#privilege.controlled;
  }

  get acquiring(): boolean {
    return this.#acquisition.active;
  }

  counters(): Counters {
    return { ...this.#counters };
  }

  /** Those that are not named stay as they are. */
  setFaults(changes: Partial<Faults>): void {
    const was = this.#wished;
    this.#wished = { ...was, ...changes };
    this.#applyFaults();
    if (was.controlStolen === 'no' && this.#wished.controlStolen !== 'no') {
      // The other program has its own stream.
      this.#privilege.forget();
      this.#acquisition.stop();
      this.#closeStream();
    }
  }

  clearFaults(): void {
    this.setFaults(noFaults);
  }

  /** The cable comes out: nothing is heard, nothing is sent, until `comeBack`. */
  vanish(): void {
    this.setFaults({ vanished: true });
  }

  comeBack(): void {
    this.setFaults({ vanished: false });
  }

  /** Power off, and on again after `milliseconds`, with another sensor where sizes are given. */
  reboot({ milliseconds = 0, width, height }: Reboot = {}): void {
    const size = { width: width ?? this.#options.width, height: height ?? this.#options.height };
    this.#options = completeOptions({
      ...this.#options,
      ...size,
      sensorWidth: Math.max(size.width, width === undefined ? this.#options.sensorWidth : 0),
      sensorHeight: Math.max(size.height, height === undefined ? this.#options.sensorHeight : 0),
    });
    this.#counters.reboots += 1;
    this.#acquisition.stop();
    this.#outgoing.forget();
    this.#privilege.forget();
    this.#control.reset();
    this.#destination = null;
    this.#camera = this.#switchOn();
    if (this.#offTimer !== null) clearTimeout(this.#offTimer);
    this.#offTimer = setTimeout(() => {
      this.#offTimer = null;
      this.#applyFaults();
    }, milliseconds);
    this.#applyFaults();
  }

  /** The camera's clock begins at zero again, as after a reset by somebody else. */
  resetClock(): void {
    this.#camera.clock.reset();
  }

  /** A pulse on a hardware input: a rising edge, then a falling one. */
  pulse(line: string): void {
    if (this.#faults.vanished) return;
    this.#acquisition.edge(line, true);
    this.#acquisition.edge(line, false);
  }

  async stop(): Promise<void> {
    if (this.#offTimer !== null) clearTimeout(this.#offTimer);
    this.#acquisition.stop();
    this.#outgoing.forget();
    this.#destination = null;
    this.#privilege.forget();
    this.#control.reset();
    const port = this.#port;
    this.#port = null;
    if (port === null) return;
    await Promise.all([port.close(), this.#stream.close()]);
  }

  #applyFaults(): void {
    const isOff = this.#offTimer !== null;
    this.#faults = { ...this.#wished, vanished: this.#wished.vanished || isOff };
  }

  #switchOn(): PoweredCamera {
    return new PoweredCamera(this.#options, this.#kept, {
      streamPort: this.#stream.port,
      privilege: () => this.#privilege.value,
      streamMoved: () => {
        const { registers } = this.#camera;
        const port = registers.get(bootstrap.hostPort);
        const address = registers.get(bootstrap.destination);
        this.#destination = port === 0 || address === 0 ? null : { port, address: addressText(address) };
      },
      fireTestPacket: () => this.#fireTestPacket(),
      acquiring: () => this.#acquisition.active,
      startAcquisition: () => this.#acquisition.start(),
      stopAcquisition: () => this.#acquisition.stop(),
      faults: () => this.#faults,
      rescheduled: () => this.#acquisition.reschedule(),
      softwareTrigger: (selector) => this.#acquisition.softwareTrigger(selector),
      // The command is answered before it is done.
      reset: () => setImmediate(() => this.reboot({ milliseconds: 100 })),
    });
  }

  #take(): void {
    const faults = this.#faults;
    if (faults.frozen) return;
    const { maker } = this.#camera;
    const blockId = this.#nextBlockId;
    this.#frameNumber += 1;
    this.#nextBlockId = blockId >= 0xffff && !maker.extended(faults) ? 1 : blockId + 1;
    if (!this.#outgoing.hasRoom) {
      this.#counters.framesSkipped += 1;
      return;
    }
    this.#stream.mayFragment(this.#mayFragment());
    this.#outgoing.send(new FramePackets(maker.frame(blockId, this.#frameNumber, faults)));
  }

  #fireTestPacket(): void {
    const to = this.#destination;
    const bytes = datagramBytes(this.#camera.registers.get(bootstrap.packetSize) & 0xffff);
    if (to === null || this.#faults.silent || this.#faults.vanished || bytes + 28 > this.#largestPacket()) return;
    this.#counters.testPackets += 1;
    this.#stream.mayFragment(this.#mayFragment());
    this.#stream.send(Buffer.alloc(bytes), Buffer.alloc(0), to);
    this.#stream.flush();
  }

  #largestPacket(): number {
    return this.#mayFragment() ? 0xffff : this.#options.pathMtu;
  }

  #mayFragment(): boolean {
    const isForbidden = (this.#camera.registers.get(bootstrap.packetSize) & doNotFragmentBit) !== 0;
    return this.#options.ignoresDoNotFragment || !isForbidden;
  }

  /** The slower of the line and of the delay that the controller asked for. */
  #packetMilliseconds(bytes: number): number {
    const { bytesPerSecond, tickFrequency } = this.#options;
    const delay = this.#camera.registers.get(bootstrap.packetDelay);
    const onLine = bytesPerSecond === 0 ? 0 : (bytes * 1_000) / bytesPerSecond;
    return delay === 0 ? onLine : Math.max(onLine, (delay * 1_000) / Number(tickFrequency));
  }

  /** Nobody is there any more who wants it. */
  #closeStream(): void {
    this.#outgoing.forget();
    this.#camera.registers.set(bootstrap.hostPort, 0);
    this.#destination = null;
  }

  /** False where the camera does not take it. Not while somebody controls it. */
  #forceAddress(forced: ForcedAddress): boolean {
    if (forced.mac !== this.#options.mac || this.#privilege.controlled) return false;
    const { registers } = this.#camera;
    registers.set(bootstrap.address, forced.address);
    registers.set(bootstrap.mask, forced.mask);
    registers.set(bootstrap.gateway, forced.gateway);
    const address = addressText(forced.address);
    // An address that is not this PC's can only be claimed.
    if (address !== this.#options.address) void this.#move(address).catch(() => undefined);
    return true;
  }

  async #move(address: string): Promise<void> {
    const before = this.#port;
    const stream = await openStreamOutlet(address);
    await this.#listen(address).catch(async (error: unknown) => {
      await stream.close();
      throw error;
    });
    const formerStream = this.#stream;
    this.#stream = stream;
    this.#camera.registers.set(bootstrap.sourcePort, stream.port);
    this.#options = { ...this.#options, address, claimedAddress: '' };
    await Promise.all([before?.close(), formerStream.close()]);
  }

  async #listen(address: string): Promise<void> {
    const { port, mask, hearsBroadcasts } = this.#options;
    this.#port = await ControlPort.open(
      { address, port: this.#port?.port ?? port, mask, hearsBroadcasts },
      (datagram, from, fromPort) => this.#control.receive(datagram, from, fromPort),
    );
  }
}
