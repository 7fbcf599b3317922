import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { CameraFrame, FrameSink, FrameVerdict } from '../../../../../electron/gateway/model/frame.ts';
import { nodeFiles } from '../../../../../electron/gateway/platform/files.ts';
import { silentLogger } from '../../../../../electron/gateway/platform/logger.ts';
import type {
  Acquisition,
  CameraDevice,
  CameraFeatures,
  CameraSession,
  DeviceFrame,
  SessionEvents,
  StreamCounters,
} from '../../../../../electron/gateway/source/camera/camera-device.ts';
import { cameraError, refusal } from '../../../../../electron/gateway/source/camera/camera-errors.ts';
import { CameraSource, type CameraSourceOptions } from '../../../../../electron/gateway/source/camera/camera-source.ts';
import type { Feature, FeatureValue } from '../../../../../shared/camera.ts';
import { legacy, type Message } from '../../../../../shared/messages/message.ts';
import { triggerSchema } from '../../../../../shared/source-config.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';

export const feature = (name: string, value: FeatureValue, more: Partial<Feature> = {}): Feature => ({
  name,
  displayName: name,
  category: ['Test'],
  kind: 'integer',
  access: 'read-write',
  visibility: 'beginner',
  tooltip: '',
  unit: '',
  value,
  minimum: null,
  maximum: null,
  increment: null,
  choices: [],
  ...more,
});

/** A camera in memory that does what a test tells it, with as little of its own as a real one. */
export class DrivenCamera {
  /** What `connect` rejects with, while it is there. */
  trouble: Error | null = null;
  canTrigger = true;
  canStop = true;
  /** Pictures that are under way when it is told to stop, and come before it has. */
  underWay = 0;
  /** Each software trigger is answered with a frame at once. */
  answersTriggers = true;
  triggers = 0;
  /** Calls of `connect`, and those that succeeded. */
  attempts = 0;
  connections = 0;
  closed = 0;
  readonly starts: Acquisition[] = [];
  stops = 0;
  drops: Record<string, number> = {};
  features: Feature[] | null = null;
  readonly sets: string[] = [];
  /** Why a setting is refused; undefined where it is taken. */
  refuses: (name: string, value: FeatureValue, camera: DrivenCamera) => string | undefined = () => undefined;
  events: SessionEvents | null = null;
  number = 0;
  /** Numbers of frames whose memory was given back. */
  readonly released: number[] = [];

  readonly device: CameraDevice = {
    connect: async () => {
      this.attempts += 1;
      if (this.trouble !== null) throw this.trouble;
      this.connections += 1;
      return this.#session();
    },
  };

  get isRunning(): boolean {
    return this.events !== null;
  }

  frame(bytes = 4): void {
    this.number += 1;
    const { number } = this;
    const frame: DeviceFrame = {
      picture: {
        kind: 'raw',
        pixelFormat: 0x01080001,
        width: bytes,
        height: 1,
        linePadding: 0,
        bigEndian: false,
        data: new Uint8Array(bytes).fill(this.number),
      },
      facts: { frameNumber: this.number, exposureMicroseconds: null, cameraTimeNanoseconds: null },
      capturedAt: 1_000 + this.number,
      capturedFrom: 'arrival',
      release: () => this.released.push(number),
    };
    this.events?.onFrame(frame);
  }

  note(about: string, isLoss = false): void {
    this.events?.onNote?.({ about, message: legacy(`About ${about}.`, 'Do this.'), isLoss });
  }

  lose(trouble: Parameters<typeof cameraError>[0] = 'lost'): void {
    this.events?.onLost(cameraError(trouble));
  }

  #session(): CameraSession {
    const counters = (): StreamCounters => ({
      frames: this.number,
      bytes: 0,
      drops: this.drops,
      packets: 0,
      resendsAsked: 2,
      resendsGot: 2,
      latencyMilliseconds: 3,
    });
    const runOut = (): void => {
      for (; this.underWay > 0; this.underWay -= 1) this.frame();
      this.events = null;
    };
    const stop = async (): Promise<void> => {
      this.stops += 1;
      runOut();
    };
    let isClosed = false;
    return {
      info: { vendor: 'Acme', model: 'Eye', serial: 'S1', userName: '', address: '10.0.0.9' },
      start: async (acquisition, events) => {
        if (acquisition.kind === 'software' && !this.canTrigger) throw cameraError('setting-refused');
        this.starts.push(acquisition);
        this.events = events;
      },
      ...(this.canStop ? { stop } : {}),
      softwareTrigger: async () => {
        this.triggers += 1;
        if (this.answersTriggers) queueMicrotask(() => this.frame());
      },
      features: this.features === null ? null : this.#features(),
      counters,
      close: async () => {
        if (isClosed) return;
        isClosed = true;
        this.closed += 1;
        runOut();
      },
    };
  }

  #features(): CameraFeatures {
    return {
      list: async () => this.features ?? [],
      set: async (name, value) => {
        const why = this.refuses(name, value, this);
        if (why !== undefined) throw refusal('set', legacy(why));
        this.sets.push(`${name}=${value}`);
        this.features = (this.features ?? []).map((one) => (one.name === name ? { ...one, value } : one));
      },
      execute: async (name) => {
        this.sets.push(name);
      },
    };
  }
}

/** A sink that keeps what it is offered, and answers as the test says. */
export class DrivenSink implements FrameSink {
  readonly offered: CameraFrame[] = [];
  room: { ok: true } | { ok: false; message: Message } = { ok: true };
  roomAsked = 0;
  verdict: (frame: CameraFrame) => FrameVerdict | Promise<FrameVerdict> = () => ({ kind: 'stored', imageId: 'x' });
  offer = async (frame: CameraFrame): Promise<FrameVerdict> => {
    this.offered.push(frame);
    return this.verdict(frame);
  };
  hasRoom = async () => {
    this.roomAsked += 1;
    return this.room;
  };
}

/** Lets everything that is ready run, real file operations included. */
export async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export async function until(what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !what(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(what(), String(what)).toBe(true);
}

export async function cameraSource(
  trigger: object = { mode: 'free-run' },
  more: Partial<CameraSourceOptions> = {},
  prepare: (camera: DrivenCamera, sink: DrivenSink) => void = () => undefined,
) {
  const camera = new DrivenCamera();
  const sink = new DrivenSink();
  const clock = new FakeClock();
  prepare(camera, sink);
  const settingsFolder = await mkdtemp(join(tmpdir(), 'acusight-camera-'));
  const source = new CameraSource({
    id: 'top',
    trigger: triggerSchema.parse(trigger),
    features: {},
    device: camera.device,
    sink,
    makeLiveFrame: async (picture) => ({
      width: picture.width,
      height: picture.height,
      focus: 1,
      histogram: new Array<number>(64).fill(1 / 64),
      overexposed: 0,
      underexposed: 0,
      jpeg: picture.data,
    }),
    nameOfFormat: (code) => (code === 0x01080001 ? 'Mono8' : '?'),
    settingsFolder,
    files: nodeFiles,
    clock,
    random: () => 0.999_999,
    logger: silentLogger,
    ...more,
  });
  onTestFinished(async () => {
    await source.stop();
    await rm(settingsFolder, { recursive: true, force: true });
    expect(clock.timers, 'timers that are left after the end').toBe(0);
  });
  source.start();
  const first = camera.trouble === null && sink.room.ok;
  if (first) await until(() => camera.isRunning || source.status().state === 'failed');
  else await settle(20);
  await settle();
  const advance = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    await settle();
  };
  return { camera, sink, clock, source, advance, settingsFolder };
}
