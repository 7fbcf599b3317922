import { message } from '../../../../shared/messages/message.ts';
import { pixelFormatOf as decodableFormat } from '../../model/pixel-format.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import type { CameraError, CameraNote, DeviceFrame, StreamCounters } from '../camera/camera-device.ts';
import { cameraError } from '../camera/camera-errors.ts';
import type { NodeMap } from '../genicam/node-map.ts';
import { abortAcquisition, startAcquisition, stopAcquisition, unlockSettings } from './acquisition-commands.ts';
import { ChunkFacts } from './gige-chunks.ts';
import { countersOf } from './gige-counters.ts';
import { gigeTrouble } from './gige-errors.ts';
import { firstNumber, textOf } from './gige-features.ts';
import { negotiatePacketSize } from './gige-packet-size.ts';
import { type ImageSettings, pictureOf } from './gige-picture.ts';
import { CameraTime, latchClock, tickFrequency } from './gige-time.ts';
import { isRefusal } from './gige-trigger.ts';
import { registers, streamRegisters } from './gvcp/bootstrap.ts';
import type { ControlChannel } from './gvcp/control-channel.ts';
import { type ArrivedFrame, GvspStream } from './gvsp/stream.ts';
import type { StreamTotals } from './gvsp/stream-protocol.ts';
import { cardMtu, parseIpv4 } from './network/interfaces.ts';
import { FormatAdvice } from './pixel-format-advice.ts';

/** What a GigE camera's stream has to tell beside its pictures. */
const streamNotes = {
  surplus: (bytes: number): CameraNote => ({
    about: 'surplus-bytes',
    message: message('camera-surplus-bytes', { bytes }),
    isLoss: false,
  }),
  pieces: (packetSize: number, piece: number): CameraNote => ({
    about: 'packets-in-pieces',
    message: message('camera-packets-in-pieces', { packetSize, piece }),
    isLoss: false,
  }),
} as const;

export type AcquisitionOptions = {
  readonly channel: ControlChannel;
  readonly map: NodeMap;
  readonly clock: Clock;
  readonly streamWorkerPath: string;
  /** Null: the camera may wait for a trigger, and silence says nothing. */
  readonly silenceMilliseconds: number | null;
  readonly gvcpPort: number;
  readonly resend: boolean;
  readonly packetSize: 'auto' | number;
  readonly onFrame: (frame: DeviceFrame) => void;
  readonly onNote: (note: CameraNote) => void;
  /** `answers`: the camera can still be told to stop. */
  readonly onLost: (error: CameraError, answers: boolean) => void;
};

/** More than a source ever has under way. */
const buffers = 80;
const leastFrameBytes = 32_000_000;
const mostFrameBytes = 320_000_000;
const latchMilliseconds = 10_000;
const watchMilliseconds = 500;
/** A stream that nothing is missing of, without packets for so long, is at its end; the exposure comes on top. */
const quietMilliseconds = 60;
const mostExposureMilliseconds = 2_000;
/** A camera that does not stop is not waited for. */
const mostRunOutMilliseconds = 1_000;

const exposureNames = ['ExposureTime', 'ExposureTimeAbs'];
const rateNames = [
  'AcquisitionResultingFrameRate',
  'ResultingFrameRateAbs',
  'AcquisitionFrameRate',
  'AcquisitionFrameRateAbs',
];

/** A camera that takes pictures: its stream, from the start command to the stop command. */
export class GigeAcquisition {
  readonly packetSize: number;
  readonly #options: AcquisitionOptions;
  readonly #stream: GvspStream;
  readonly #time: CameraTime;
  readonly #chunks: ChunkFacts;
  readonly #settings: ImageSettings;
  readonly #advice: FormatAdvice;
  #unsupported = 0;
  #exposure: number | null = null;
  /** Between two pictures. */
  #period = 0;
  #lastFrameAt: number;
  #isStopping = false;
  #cancelWatch: () => void = () => undefined;
  #cancelLatch: () => void = () => undefined;

  /** Rejects with whatever the camera, or the system, has against it. */
  static async start(options: AcquisitionOptions): Promise<GigeAcquisition> {
    const { channel, map } = options;
    const payload = (await firstNumber(map, ['PayloadSize'])) ?? 0;
    const { packetResend } = await channel.capability();
    const stream = await GvspStream.open({
      workerPath: options.streamWorkerPath,
      bindAddress: channel.localAddress,
      card: channel.card,
      cameraAddress: channel.address,
      gvcpPort: options.gvcpPort,
      resend: options.resend && packetResend,
      buffers,
      // What the camera announces later decides nothing about memory; what it is set to may be twice as large soon.
      maxFrameBytes: Math.min(mostFrameBytes, Math.max(leastFrameBytes, 2 * payload + 1_000_000)),
    });
    try {
      const { packetSize: sizeRegister, sourcePort } = streamRegisters(0);
      await directStream(channel, stream.port);
      const cameraPort = (await channel.readRegister(sourcePort).catch(() => 0)) & 0xffff;
      if (cameraPort !== 0) stream.openFirewall(cameraPort);
      const most = stream.seesPieces ? null : await cardMtu(channel.localAddress);
      const packetSize = await negotiatePacketSize(channel, stream, options.packetSize, most);
      // Some cameras look at the destination only when the port is written.
      await directStream(channel, stream.port);
      const bigEndian = ((await channel.readRegister(sizeRegister)) & 0x2000_0000) !== 0;
      const settings: ImageSettings = {
        width: (await firstNumber(map, ['Width'])) ?? 0,
        height: (await firstNumber(map, ['Height'])) ?? 0,
        pixelFormat: (await pixelFormatOf(map)) ?? 0,
        bigEndian,
      };
      const time = new CameraTime(await tickFrequency(channel));
      const chunks = await ChunkFacts.of(map);
      const acquisition = new GigeAcquisition(options, stream, packetSize, { time, chunks, settings });
      await acquisition.settingsChanged();
      await acquisition.#begin();
      return acquisition;
    } catch (error) {
      await stream.close();
      throw error;
    }
  }

  private constructor(
    options: AcquisitionOptions,
    stream: GvspStream,
    packetSize: number,
    known: { readonly time: CameraTime; readonly chunks: ChunkFacts; readonly settings: ImageSettings },
  ) {
    this.#options = options;
    this.#stream = stream;
    this.packetSize = packetSize;
    this.#time = known.time;
    this.#chunks = known.chunks;
    this.#settings = known.settings;
    this.#lastFrameAt = options.clock.monotonic();
    this.#advice = new FormatAdvice(options.map, (note) => this.#isStopping || options.onNote(note));
  }

  counters(): StreamCounters {
    return countersOf(this.#stream.counters(), this.#unsupported);
  }

  /** Exposure and frame rate as they are now. Never rejects: a camera that is gone is noticed elsewhere. */
  async settingsChanged(): Promise<void> {
    const { map } = this.#options;
    try {
      const auto = await textOf(map, 'ExposureAuto');
      // Where the camera chooses it, only the picture itself could tell.
      this.#exposure = auto === null || auto === 'Off' ? await firstNumber(map, exposureNames) : null;
      const rate = await firstNumber(map, rateNames);
      this.#period = rate === null ? 0 : 1_000 / rate;
    } catch {
      this.#exposure = null;
    }
  }

  /**
   * `isReachable`: the camera can still be told to stop. Answers whether it took that. Pictures come until it resolves,
   * and none after. Never rejects.
   */
  async stop(isReachable: boolean): Promise<boolean> {
    this.#isStopping = true;
    this.#cancelWatch();
    this.#cancelLatch();
    const { map, channel } = this.#options;
    let answers = isReachable;
    try {
      // Where it refuses to stop, it stops when its stream has nowhere to go.
      if (answers) {
        const outcome = await stopAcquisition(map, 1_000);
        await this.#runOut();
        if (outcome === 'under-way') await abortAcquisition(map);
        await unlockSettings(map);
        await channel.writeRegister(streamRegisters(0).hostPort, 0);
      }
    } catch {
      // Each further command would only wait for its time-out.
      answers = false;
    }
    this.#stream.stop();
    await this.#stream.close();
    await this.#chunks.settled();
    return answers;
  }

  async #begin(): Promise<void> {
    const { map, onLost, onNote } = this.#options;
    this.#stream.onPieces((packetSize, piece) => onNote(streamNotes.pieces(packetSize, piece)));
    this.#stream.onFrame((frame) => this.#arrived(frame));
    this.#stream.onEnd((reason) => onLost(cameraError('lost', { technical: reason }), true));
    await this.#latch();
    this.#stream.start(this.packetSize);
    try {
      // After all that is set, the packet size too: the camera locks it now.
      await startAcquisition(map);
    } catch (error) {
      this.#isStopping = true;
      this.#cancelLatch();
      throw error;
    }
    this.#lastFrameAt = this.#options.clock.monotonic();
    this.#watch();
  }

  #arrived(frame: ArrivedFrame): void {
    this.#lastFrameAt = this.#options.clock.monotonic();
    if (frame.surplusBytes > 0) this.#options.onNote(streamNotes.surplus(frame.surplusBytes));
    const parts = pictureOf(frame, this.#settings);
    const unknown = parts?.picture.kind === 'raw' && decodableFormat(parts.picture.pixelFormat) === null;
    if (parts === null || unknown) {
      this.#unsupported += 1;
      frame.release();
      if (unknown) this.#advice.give(frame.leader.pixelFormat || this.#settings.pixelFormat);
      return;
    }
    const { block, leader } = frame;
    this.#chunks.read(parts.chunks, ({ exposureMicroseconds, timestamp }) => {
      const ticks = timestamp ?? leader.timestamp;
      this.#options.onFrame({
        picture: parts.picture,
        facts: {
          frameNumber: block,
          exposureMicroseconds: exposureMicroseconds ?? this.#exposure,
          cameraTimeNanoseconds: this.#time.nanoseconds(ticks),
        },
        ...this.#captured(ticks, frame.arrivedAt),
        release: () => frame.release(),
      });
    });
  }

  /** Our own clocks may have been set between the arrival and now: both are looked at together. */
  #captured(ticks: bigint, arrivedAt: number): Pick<DeviceFrame, 'capturedAt' | 'capturedFrom'> {
    const { clock } = this.#options;
    const age = Math.max(0, clock.now() - arrivedAt);
    const arrival = clock.monotonic() - (age > 10_000 ? 0 : age);
    const { at, from } = this.#time.timeOf(ticks, arrival);
    return { capturedAt: Math.round(clock.now() - (clock.monotonic() - at)), capturedFrom: from };
  }

  /** A camera that has stopped may still have pictures to send: they come as long as the stream has somewhere to go. */
  async #runOut(): Promise<void> {
    const { clock } = this.#options;
    // Where the camera chooses the exposure, it ends before the next picture would begin.
    const exposure = this.#exposure === null ? this.#period : this.#exposure / 1_000;
    const quiet = quietMilliseconds + Math.min(mostExposureMilliseconds, exposure);
    const until = clock.monotonic() + quiet + mostRunOutMilliseconds;
    let before = (await this.#countedNow()).packets;
    while (clock.monotonic() < until) {
      await sleep(clock, quiet);
      const { packets, inFlight } = await this.#countedNow();
      if (packets === before && inFlight === 0) return;
      before = packets;
    }
  }

  /** As it was told last, where the stream's thread does not answer. */
  async #countedNow(): Promise<StreamTotals> {
    const answered = new AbortController();
    const late = sleep(this.#options.clock, mostRunOutMilliseconds, answered.signal);
    try {
      return await Promise.race([this.#stream.count(), late.then(() => this.#stream.counters())]);
    } finally {
      answered.abort();
    }
  }

  #watch(): void {
    const { clock, silenceMilliseconds, onLost } = this.#options;
    if (silenceMilliseconds === null) return;
    this.#cancelWatch = clock.after(watchMilliseconds, () => {
      const patience = silenceMilliseconds + 3 * this.#period + (2 * (this.#exposure ?? 0)) / 1_000;
      if (clock.monotonic() - this.#lastFrameAt < patience) return this.#watch();
      void this.#silent().then((error) => onLost(error, error.trouble === 'silent'));
    });
  }

  /** That control works is said only when it does. */
  async #silent(): Promise<CameraError> {
    const { channel } = this.#options;
    try {
      await channel.readRegister(registers.controlPrivilege);
    } catch (cause) {
      return gigeTrouble(cause);
    }
    const { packets } = this.#stream.counters();
    if (packets === 0) return cameraError('silent');
    return cameraError('silent', { said: message('camera-no-whole-picture'), technical: `${packets} packets` });
  }

  async #latch(): Promise<void> {
    const { channel, clock } = this.#options;
    if (this.#isStopping || !this.#time.isKnown) return;
    const works = await latchClock(channel, clock, this.#time).catch(() => true);
    if (works && !this.#isStopping) this.#cancelLatch = clock.after(latchMilliseconds, () => void this.#latch());
  }
}

async function directStream(channel: ControlChannel, port: number): Promise<void> {
  const { hostPort, destination } = streamRegisters(0);
  await channel.writeRegister(hostPort, port);
  await channel.writeRegister(destination, parseIpv4(channel.localAddress) ?? 0);
}

async function pixelFormatOf(map: NodeMap): Promise<number | null> {
  if (!map.has('PixelFormat')) return null;
  try {
    return Number(await map.integer('PixelFormat'));
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
