import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { CameraFrame, FrameSink, FrameVerdict } from '../../../electron/gateway/model/frame.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { type Logger, silentLogger } from '../../../electron/gateway/platform/logger.ts';
import { CameraSource, type CameraSourceOptions } from '../../../electron/gateway/source/camera/camera-source.ts';
import { GigeCamera, type GigeCameraOptions } from '../../../electron/gateway/source/gige/gige-camera.ts';
import type { Message } from '../../../shared/messages/message.ts';
import { triggerSchema } from '../../../shared/source-config.ts';
import { said } from '../../support/spoken.ts';
import { streamWorker } from '../../support/workers.ts';

/** A frame with its pixels as they were when it was offered: its memory is used again afterwards. */
export type KeptFrame = Omit<CameraFrame, 'picture'> & {
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: number;
  readonly data: Uint8Array;
};

export class KeepingSink implements FrameSink {
  readonly frames: KeptFrame[] = [];
  verdict: FrameVerdict = { kind: 'stored', imageId: 'x' };
  offer = async (frame: CameraFrame): Promise<FrameVerdict> => {
    const { picture, ...facts } = frame;
    const { width, height } = picture;
    const pixelFormat = picture.kind === 'raw' ? picture.pixelFormat : 0;
    this.frames.push({ ...facts, width, height, pixelFormat, data: picture.data.slice() });
    return this.verdict;
  };
  hasRoom = async () => ({ ok: true }) as const;
}

export type Rig = { readonly source: CameraSource; readonly sink: KeepingSink };

/** A source with a real camera behind it, and everything real but for the store. */
export async function startSource(
  config: Partial<GigeCameraOptions['config']>,
  more: Partial<Omit<CameraSourceOptions, 'trigger'>> & { readonly trigger?: object } = {},
  camera: Partial<GigeCameraOptions> = {},
): Promise<Rig> {
  const settingsFolder = await mkdtemp(join(tmpdir(), 'acusight-gige-'));
  const sink = new KeepingSink();
  const source = new CameraSource({
    id: 'top',
    features: {},
    device: new GigeCamera({
      config: { packetSize: 'auto', resend: true, ...config },
      streamWorkerPath: streamWorker,
      silenceMilliseconds: 1_500,
      ...camera,
    }),
    sink,
    makeLiveFrame: async (picture) => ({
      width: picture.width,
      height: picture.height,
      focus: 0,
      histogram: new Array<number>(64).fill(0),
      overexposed: 0,
      underexposed: 0,
      jpeg: picture.data,
    }),
    nameOfFormat: (code) => `0x${code.toString(16)}`,
    settingsFolder,
    files: nodeFiles,
    clock: systemClock,
    // The shortest delays.
    random: () => 0,
    logger: silentLogger,
    ...more,
    trigger: triggerSchema.parse(more.trigger ?? { mode: 'free-run' }),
  });
  onTestFinished(async () => {
    await source.stop();
    await rm(settingsFolder, { recursive: true, force: true });
  });
  source.start();
  return { source, sink };
}

export const patiently = { timeout: 25_000, interval: 20 };

export async function reaches({ source }: Rig, state: string): Promise<void> {
  await expect.poll(() => source.status().state, patiently).toBe(state);
}

/** At least so many frames more than now. */
export async function moreFrames({ sink }: Rig, count: number): Promise<void> {
  const enough = sink.frames.length + count;
  await expect.poll(() => sink.frames.length, patiently).toBeGreaterThanOrEqual(enough);
}

export type Trouble = { readonly state: unknown; readonly text: unknown; readonly wait: unknown };

/** What a source writes into the log each time that it loses the camera, or does not get it. */
export function noting(): { readonly logger: Logger; readonly troubles: readonly Trouble[] } {
  const troubles: Trouble[] = [];
  const log: Logger['log'] = (_, event, { state, message, againInMilliseconds: wait } = {}) => {
    if (event === 'camera-trouble') troubles.push({ state, text: said(message as Message).text, wait });
  };
  return { logger: { ...silentLogger, log }, troubles };
}
