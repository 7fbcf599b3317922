import type { CameraSnapshot } from '../../../shared/camera.ts';
import { isolated } from '../../../shared/isolated.ts';
import { plural } from '../../../shared/messages/numbers.ts';
import { formatDuration } from '../../../shared/messages/times.ts';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';

/** A source that is a camera. */
export type CameraSource = SourceSnapshot & { readonly camera: CameraSnapshot };

export const isCamera = (source: SourceSnapshot): source is CameraSource => source.camera !== null;

/** `Basler acA1920-40gm`; what is known of it where it has not answered yet. */
export const modelWords = ({ camera, location }: CameraSource): string =>
  [camera.vendor, camera.model]
    .filter((part) => part !== '')
    .map(isolated)
    .join(' ') ||
  isolated(location) ||
  'Not known yet';

export const triggerWords: Readonly<Record<CameraSnapshot['trigger'], string>> = {
  'free-run': 'Free run',
  interval: 'Interval',
  software: 'On request',
  hardware: 'Input line',
  'on-change': 'On change',
};

/** How long ago, for figures that tick: less than a second is not `0 s`. */
export const agoWords = (milliseconds: number): string =>
  milliseconds < 1_000 ? '<1 s' : formatDuration(milliseconds);

export const dropsTotal = ({ drops }: Pick<CameraSnapshot, 'drops'>): number =>
  drops.reduce((sum, { frames }) => sum + frames, 0);

const working: readonly SourceSnapshot['state'][] = ['streaming', 'armed', 'silent', 'finished', 'blocked'];

/** Whether the camera is connected, so that its settings can be read. */
export const isConnected = ({ state }: Pick<SourceSnapshot, 'state'>): boolean => working.includes(state);

const notReady: Readonly<Partial<Record<SourceSnapshot['state'], string>>> = {
  starting: 'the gateway is starting',
  connecting: 'still connecting',
  missing: 'camera not found',
  taken: 'another program has it',
  lost: 'camera lost',
  silent: 'no pictures arrive',
  blocked: 'no room for pictures',
  failed: 'the camera failed',
  finished: 'all its pictures are taken',
};

/** What a press of the software trigger does. */
export const takeWords = ({ burst }: Pick<CameraSnapshot, 'burst'>): string =>
  burst > 1 ? `Take ${plural(burst, 'picture')}` : 'Take picture';

export type Readiness = { readonly ready: boolean; readonly words: string };

/** Whether a picture can be asked for now; `words` say why not. A burst that still arrives does not hinder the next. */
export function triggerReadiness({ state }: Pick<SourceSnapshot, 'state'>): Readiness {
  if (state === 'armed' || state === 'streaming') return { ready: true, words: '' };
  return { ready: false, words: `Not armed: ${notReady[state] ?? 'not ready'}` };
}
