import { join } from 'node:path';
import type { Config } from '../../../shared/config.ts';
import type { CameraSourceConfig, NearDuplicateConfig, TriggerConfig } from '../../../shared/source-config.ts';
import type { Encoder } from '../ingest/codec/encoder.ts';
import { FrameIntake, type FrameServices } from '../ingest/frame-intake.ts';
import type { NearDuplicateFilter } from '../ingest/near-duplicate/near-duplicate-filter.ts';
import { comesByItself } from '../model/frame.ts';
import { pixelFormatOf } from '../model/pixel-format.ts';
import type { Clock } from '../platform/clock.ts';
import { OperatorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import type { Logger } from '../platform/logger.ts';
import type { CameraDevice } from '../source/camera/camera-device.ts';
import { CameraSource } from '../source/camera/camera-source.ts';
import type { LiveFrameMaker } from '../source/camera/live-view.ts';
import { descriptionDownload, descriptionFolder } from '../source/genicam/description/xml-location.ts';
import { GigeCamera } from '../source/gige/gige-camera.ts';
import { UsbCamera } from '../source/usb/usb-camera.ts';
import type { UsbCameras } from '../source/usb/usb-cameras.ts';

/** Pixels of a live picture's longer edge: it fills a window, and is made ten times a second. */
const liveEdge = 960;
const downloadMilliseconds = 10_000;

export type CameraParts = {
  readonly config: Config;
  readonly services: FrameServices;
  /** For live pictures; not the one that frames wait for. */
  readonly liveFrames: Encoder;
  readonly filter: NearDuplicateFilter | null;
  readonly usb: UsbCameras;
  readonly streamWorkerPath: string;
  readonly dataDir: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
};

/** What the near-duplicate filter of this source is to be; null: every frame is stored, and none need be compared. */
export function filterOf({ trigger, nearDuplicates }: CameraSourceConfig): NearDuplicateConfig | null {
  if (trigger.mode !== 'on-change') return comesByItself(trigger.mode) ? (nearDuplicates ?? null) : null;
  const { mode: _mode, ...filter } = trigger;
  return filter;
}

/** A camera of the configuration with its way into the store. */
export function makeCamera(source: CameraSourceConfig, parts: CameraParts): CameraSource {
  const { config, services, filter, clock, logger } = parts;
  const { maxPixels, maxImageBytes } = config.ingest;
  return new CameraSource({
    id: source.id,
    trigger: triggerOf(source),
    frames: source.frames,
    // A USB camera's are set as it is opened.
    features: source.kind === 'gige' ? source.features : {},
    device: deviceOf(source, parts),
    sink: new FrameIntake(services, { sourceId: source.id, encode: source.encode, maxPixels, maxImageBytes, filter }),
    makeLiveFrame: liveFrameMakerOf(parts.liveFrames),
    nameOfFormat: (code) => pixelFormatOf(code)?.name ?? `0x${code.toString(16).padStart(8, '0')}`,
    settingsFolder: join(parts.dataDir, 'cameras'),
    files: parts.files,
    clock,
    random: parts.random,
    logger,
  });
}

/** A USB camera's page leaves out what is not kept, before it costs an encoding. */
function triggerOf({ kind, trigger }: CameraSourceConfig): TriggerConfig {
  return kind === 'usb' && trigger.mode === 'free-run' ? { ...trigger, everyNth: 1 } : trigger;
}

function deviceOf(source: CameraSourceConfig, { streamWorkerPath, usb, dataDir, clock }: CameraParts): CameraDevice {
  if (source.kind === 'gige') {
    // Most cameras hold their description themselves; others name a file, or a page of their maker.
    const descriptions = {
      readFile: descriptionFolder(join(dataDir, 'cameras', 'descriptions')),
      download: descriptionDownload({
        allowedHosts: source.descriptionHosts,
        timeoutMilliseconds: downloadMilliseconds,
      }),
    };
    return new GigeCamera({ config: source, streamWorkerPath, descriptions, clock });
  }
  const { device, width = null, height = null, frameRate = null, controls, encode, trigger } = source;
  return new UsbCamera({
    cameras: usb,
    settings: { device, width, height, frameRate, controls, encode },
    everyNth: trigger.mode === 'free-run' ? trigger.everyNth : 1,
    now: clock.now,
  });
}

const liveFrameMakerOf =
  (encoder: Encoder): LiveFrameMaker =>
  async (picture) => {
    const reply = await encoder.liveFrame(picture, liveEdge);
    if (reply.kind === 'refused')
      throw new OperatorError(reply.message, { operation: 'live-picture', disposition: 'bury' });
    if (reply.kind === 'failed') throw new Error(reply.detail);
    const { kind: _kind, ...frame } = reply;
    return frame;
  };
