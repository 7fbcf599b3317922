import type { CameraSnapshot } from '../../../shared/camera.ts';
import type { Level } from '../../../shared/messages/param-kinds.ts';
import { formatDuration } from '../../../shared/messages/times.ts';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';
import { sayInFull } from '../../gateway/words.ts';
import { agoWords, isConnected } from '../cameras/camera-text.ts';
import { badgeOf } from '../source-badge.ts';
import type { Live } from './live-store.ts';

/** A picture older than this is not live, whatever the gateway has answered since: of a camera that takes several a second. */
export const LIVE_MILLISECONDS = 1_500;
/** A slow camera's picture is the present until so many others should have come. */
const PICTURES_MISSED = 3;
/** But nobody calls a picture of minutes ago live, however rarely one is taken. */
const LONGEST_LIVE_MILLISECONDS = 60_000;

/** Of the figures beside the picture: `behind` where the camera should have sent others since. */
export type PictureAge = 'present' | 'last' | 'behind';

export type LiveStatus = {
  readonly kind: 'live' | 'test' | 'waiting' | 'paused' | 'stale' | 'failed';
  readonly level: Level;
  /** Two words for the sign on the picture. */
  readonly sign: string;
  /** What it means; empty for a live picture. */
  readonly text: string;
  /** The picture on view is behind: it is shown, so that nobody takes it for the present, without its colours. */
  readonly faded: boolean;
};

/** Cameras that should send pictures all the time: silence is a fault there, elsewhere it is the rule. */
const steady = ({ trigger }: Pick<CameraSnapshot, 'trigger'>): boolean =>
  trigger === 'free-run' || trigger === 'on-change';

/** The age from which on a picture shows that others are missing: by the source's own rate, while it takes pictures. */
const overdueFrom = (
  { everyMilliseconds }: Pick<CameraSnapshot, 'everyMilliseconds'>,
  state: SourceSnapshot['state'],
): number =>
  state === 'streaming' ? Math.max(LIVE_MILLISECONDS, PICTURES_MISSED * (everyMilliseconds ?? 0)) : LIVE_MILLISECONDS;

/** What may be said of the picture on view at `now`. */
export function liveStatus(
  live: Live,
  camera: Pick<CameraSnapshot, 'trigger' | 'lastFrameAt' | 'everyMilliseconds'>,
  state: SourceSnapshot['state'],
  now: number,
): LiveStatus {
  const { shown, last, paused, failure, testShot } = live;
  // A picture that arrived late is as old as it is; one from a clock that runs ahead is as old as its arrival.
  const age = shown === null ? null : Math.max(0, now - shown.receivedAt, now - shown.liveFrame.at);
  const behind = age === null ? '' : `The picture on view is ${agoWords(age)} old.`;
  const at = shown?.liveFrame.at ?? camera.lastFrameAt;
  const lastCame = at === null ? 'None came yet.' : `The last one came ${agoWords(now - at)} ago.`;
  const faded = shown !== null && steady(camera);
  const overdue = overdueFrom(camera, state);
  // The gateway waits a second for a picture: of a slow camera, that none came in it says nothing.
  const isSlow = overdue > LIVE_MILLISECONDS;
  const limit = Math.min(overdue, LONGEST_LIVE_MILLISECONDS);
  const missed = isSlow ? 'The next picture is overdue.' : 'No picture in the last second.';

  if (paused) {
    const kept = shown?.testShot === true ? `Test shot of ${agoWords(age ?? 0)} ago, not stored.` : behind;
    const text = shown === null ? 'Paused: no picture is asked for.' : `Paused. ${kept}`;
    return { kind: 'paused', level: 'waiting', sign: 'PAUSED', text, faded: false };
  }
  if (last === 'failed' && failure !== null) {
    const text = [sayInFull(failure), behind].filter((part) => part !== '').join(' ');
    return { kind: 'failed', level: 'alarm', sign: 'NOT LIVE', text, faded: shown !== null };
  }
  if (shown !== null && age !== null && age < limit && (isSlow || last !== 'nothing')) {
    return shown.testShot
      ? { kind: 'test', level: 'busy', sign: 'TEST SHOT', text: 'Taken for this view and not stored.', faded: false }
      : { kind: 'live', level: 'good', sign: 'LIVE', text: '', faded: false };
  }
  if (shown?.testShot === true) {
    const text = `Test shot of ${agoWords(age ?? 0)} ago, not stored.`;
    return { kind: 'stale', level: 'waiting', sign: 'NOT LIVE', text, faded };
  }
  if (last === 'broken') {
    const text = `A picture came and could not be shown. ${behind}`.trim();
    return { kind: 'stale', level: 'act', sign: 'NOT LIVE', text, faded: shown !== null };
  }
  if (last === 'unasked' || (last === 'picture' && shown === null)) {
    const text = testShot === 'running' ? 'Waiting for the test shot…' : 'Waiting for the next picture…';
    return { kind: 'waiting', level: 'waiting', sign: 'WAITING', text, faded: shown !== null };
  }
  if (!isConnected({ state }) || state === 'silent') {
    const text = `No picture comes: ${badgeOf({ state, kind: 'gige' }).word.toLowerCase()}. ${lastCame}`;
    return { kind: 'stale', level: 'alarm', sign: 'NOT LIVE', text, faded: shown !== null };
  }
  if (state === 'armed') {
    const text = `Waiting for a trigger. No picture in the last second. ${lastCame}`;
    return { kind: 'stale', level: 'waiting', sign: 'NOT LIVE', text, faded };
  }
  if (isSlow && age !== null && age < overdue) {
    const text = `A picture comes about every ${formatDuration(camera.everyMilliseconds ?? 0)}. ${lastCame}`;
    return { kind: 'stale', level: 'waiting', sign: 'NOT LIVE', text, faded: false };
  }
  const level = steady(camera) ? 'act' : 'waiting';
  return { kind: 'stale', level, sign: 'NOT LIVE', text: `${missed} ${lastCame}`, faded };
}
