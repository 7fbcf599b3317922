import {
  acquisitionModes,
  chunkNames,
  feature,
  testPatterns,
  triggerActivations,
  triggerBytes,
  triggerSelectors,
  triggerSources,
} from './addresses.ts';
import type { Faults } from './faults.ts';
import type { SimulatorOptions } from './options.ts';
import { formatOfName } from './pixel-formats.ts';
import type { RegisterMap } from './register-map.ts';
import { statusCodes } from './wire/gvcp.ts';

const { success, badParameter, writeProtected } = statusCodes;

export type FeatureWiring = {
  readonly acquiring: () => boolean;
  readonly payloadSize: () => number;
  readonly startAcquisition: () => void;
  readonly stopAcquisition: () => void;
  readonly faults: () => Pick<Faults, 'stopRefused' | 'lockRefused'>;
  /** Triggers or the frame rate changed. */
  readonly rescheduled: () => void;
  /** `selector`: place in `triggerSelectors`. */
  readonly softwareTrigger: (selector: number) => void;
  readonly loadUserSet: () => void;
  readonly saveUserSet: () => void;
  readonly reset: () => void;
};

export const smallestSide = 16;
export const frameRates = { minimum: 0.1, maximum: 1_000 };
export const exposures = { minimum: 10, maximum: 1_000_000 };
/** Hundredths of a decibel. */
export const largestGain = 2_400;

const floatWord = (value: number): number => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value, 0);
  return bytes.readUInt32BE(0);
};

const wordFloat = (word: number): number => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(word >>> 0, 0);
  return bytes.readFloatBE(0);
};

type Judge = (value: number) => number;
type Command = { readonly read: () => number; readonly write: Judge; readonly written: () => void };

const range =
  (minimum: number, maximum: () => number, step = 1): Judge =>
  (value) =>
    value >= minimum && value <= maximum() && (value - minimum) % step === 0 ? success : badParameter;

const floatRange =
  ({ minimum, maximum }: { minimum: number; maximum: number }): Judge =>
  (word) => {
    const value = wordFloat(word);
    return value >= minimum && value <= maximum ? success : badParameter;
  };

const choice = (choices: readonly unknown[]): Judge => range(0, () => choices.length - 1);

const judgeLock: Judge = choice([0, 1]);

export function defineFeatures(map: RegisterMap, options: SimulatorOptions, wiring: FeatureWiring): void {
  const isKept = options.lock !== 'none' && options.lockKept === 'register';
  const isLocked = (): boolean => isKept && map.get(feature.transportLocked) === 1;
  /** What decides on the size of a frame stays as it is while frames are taken, and before that once it is locked. */
  const locked =
    (judge: Judge): Judge =>
    (value) =>
      wiring.acquiring() || isLocked() ? writeProtected : judge(value);
  /** What is carried out only while the settings are locked. */
  const lockedIn = (lock: boolean, { write, ...command }: Command): Command => ({
    ...command,
    write: (value) => (isKept && lock && !isLocked() ? writeProtected : write(value)),
  });
  const command = (execute: () => void): Command => ({
    read: () => 0,
    write: (value: number) => (value === 1 ? success : badParameter),
    written: execute,
  });

  defineImage(map, options, wiring, locked);

  map.define(feature.acquisitionMode, { write: locked(choice(acquisitionModes)) });
  const stopIsLocked = options.lock === 'start-and-stop';
  map.define(feature.acquisitionStart, lockedIn(true, command(wiring.startAcquisition)));
  const { write: judgeStop, ...stop } = lockedIn(stopIsLocked, command(wiring.stopAcquisition));
  map.define(feature.acquisitionStop, {
    ...stop,
    write: (value) => (wiring.faults().stopRefused ? writeProtected : judgeStop(value)),
  });
  map.define(feature.acquisitionAbort, lockedIn(stopIsLocked, command(wiring.stopAcquisition)));
  // It stays locked as long as frames are taken.
  map.define(feature.transportLocked, {
    write: (value) => (wiring.acquiring() || wiring.faults().lockRefused ? writeProtected : judgeLock(value)),
  });
  map.define(feature.acquiring, { read: () => (wiring.acquiring() ? 1 : 0) });
  map.define(feature.frameCount, { initial: 1, write: range(1, () => 65_535) });
  map.define(feature.burstFrameCount, { initial: 1, write: range(1, () => 1_023) });
  map.define(feature.frameRate, {
    initial: floatWord(options.framesPerSecond),
    write: floatRange(frameRates),
    written: wiring.rescheduled,
  });
  map.define(feature.triggerSelector, { write: choice(triggerSelectors) });
  for (const selector of triggerSelectors.keys()) {
    const at = selector * triggerBytes;
    map.define(feature.triggerMode + at, { write: choice(['Off', 'On']), written: wiring.rescheduled });
    map.define(feature.triggerSource + at, { write: choice(triggerSources) });
    map.define(feature.triggerActivation + at, { write: choice(triggerActivations) });
    map.define(
      feature.triggerSoftware + at,
      command(() => wiring.softwareTrigger(selector)),
    );
  }

  map.define(feature.exposureTime, { initial: floatWord(5_000), write: floatRange(exposures) });
  map.define(feature.exposureAuto, { write: choice(['Off', 'Once', 'Continuous']) });
  map.define(feature.gain, { write: range(0, () => largestGain) });

  map.define(feature.chunkModeActive, { write: locked(choice(['Off', 'On'])) });
  map.define(feature.chunkSelector, { write: choice(chunkNames) });
  for (const chunk of chunkNames.keys()) {
    map.define(feature.chunkEnable + chunk * 4, { initial: 1, write: locked(choice(['Off', 'On'])) });
  }

  map.define(feature.userSetSelector, { write: choice(['Default', 'UserSet1']) });
  map.define(feature.userSetLoad, {
    ...command(wiring.loadUserSet),
    write: locked((value) => (value === 1 ? success : badParameter)),
  });
  // The factory's own set stays as it is.
  map.define(feature.userSetSave, {
    ...command(wiring.saveUserSet),
    write: (value) => (map.get(feature.userSetSelector) === 0 ? writeProtected : value === 1 ? success : badParameter),
  });
  map.define(feature.reset, command(wiring.reset));
  map.define(feature.temperature, { initial: floatWord(41.5) });
}

function defineImage(
  map: RegisterMap,
  options: SimulatorOptions,
  wiring: FeatureWiring,
  locked: (judge: Judge) => Judge,
): void {
  const { sensorWidth, sensorHeight } = options;
  const codes = options.pixelFormats.map((name) => formatOfName(name).code);
  map.define(feature.sensorWidth, { initial: sensorWidth });
  map.define(feature.sensorHeight, { initial: sensorHeight });
  map.define(feature.width, {
    initial: options.width,
    write: locked(range(smallestSide, () => sensorWidth - map.get(feature.offsetX), 4)),
  });
  map.define(feature.height, {
    initial: options.height,
    write: locked(range(smallestSide, () => sensorHeight - map.get(feature.offsetY))),
  });
  map.define(feature.offsetX, { write: locked(range(0, () => sensorWidth - map.get(feature.width), 4)) });
  map.define(feature.offsetY, { write: locked(range(0, () => sensorHeight - map.get(feature.height), 2)) });
  map.define(feature.pixelFormat, {
    initial: formatOfName(options.pixelFormat).code,
    write: locked((value) => (codes.includes(value) ? success : badParameter)),
  });
  const pattern = options.picture === null ? 'GreyDiagonalRampMoving' : 'Off';
  map.define(feature.testPattern, { initial: testPatterns.indexOf(pattern), write: choice(testPatterns) });
  map.define(feature.compression, {
    write: locked(options.jpeg === null ? choice(['Off']) : choice(['Off', 'JPEG'])),
  });
  map.define(feature.payloadSize, { read: wiring.payloadSize });
}

/** What a user set keeps. */
export const settings: readonly number[] = [
  feature.width,
  feature.height,
  feature.offsetX,
  feature.offsetY,
  feature.pixelFormat,
  feature.testPattern,
  feature.compression,
  feature.acquisitionMode,
  feature.frameCount,
  feature.burstFrameCount,
  feature.frameRate,
  ...triggerSelectors.flatMap((_, selector) =>
    [feature.triggerMode, feature.triggerSource, feature.triggerActivation].map((at) => at + selector * triggerBytes),
  ),
  feature.exposureTime,
  feature.exposureAuto,
  feature.gain,
  feature.chunkModeActive,
  ...chunkNames.map((_, chunk) => feature.chunkEnable + chunk * 4),
];
