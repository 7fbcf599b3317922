import type { Connection, Snapshot, SourceSnapshot } from '../../shared/snapshot.ts';
import type { LossCause } from './model/file-sink.ts';
import type { UnseenLoss } from './store/losses.ts';

/** What the situation is judged from, and the words that its statements and its advice share. */

export type SituationFacts = {
  readonly now: number;
  readonly configured: boolean;
  readonly counts: Snapshot['counts'];
  readonly connection: Connection;
  readonly disk: Snapshot['disk'];
  readonly sources: readonly SourceSnapshot[];
  readonly rates: Snapshot['rates'];
  /** Where payloads lie that no row knows. */
  readonly orphanRoot: string;
  readonly pacing: Snapshot['pacing'];
  readonly ledger: Snapshot['ledger'];
  readonly checkin: Snapshot['checkin'];
  /** Frames that are gone and of which no person has taken note. */
  readonly losses: readonly UnseenLoss[];
};

/** So little time is left that somebody should act within this shift. */
export const soonSeconds = 8 * 3_600;

export const images = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'picture' : 'pictures'}`;
export const files = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
export const are = (count: number): string => (count === 1 ? 'is' : 'are');

/** A headline's detail stays short; the sources' own cards have the rest. */
const mostTold = 3;

export const lossWords: Readonly<Record<LossCause, { readonly text: string; readonly hint: string }>> = {
  overwritten: {
    text: 'overwritten before being read',
    hint: 'Let the camera program give each picture a name of its own, or lower settleMilliseconds of this source.',
  },
  vanished: {
    text: 'removed from the folder before being read',
    hint: 'Look for the program that moves or deletes files there, and let it wait, or watch the folder it moves them to.',
  },
  'frame-lost': {
    text: 'lost on the way from the camera',
    hint: 'The camera’s card counts them by their cause. Check its cable and network, or lower its frame rate.',
  },
  'frame-no-room': {
    text: 'not taken from the camera for want of room or time',
    hint: 'Make room on the disk, or lower the camera’s frame rate: its card counts them by their cause.',
  },
};

export const goneText = (gone: number): string =>
  `${gone.toLocaleString('en')} stored ${gone === 1 ? 'picture is' : 'pictures are'} gone or damaged on this PC’s disk, and ${gone === 1 ? 'was' : 'were'} not delivered.`;
export const orphanText = (orphans: number): string =>
  `${images(orphans)} on this disk ${are(orphans)} in no list and will not be delivered`;

export function lossText(losses: readonly UnseenLoss[], sources: readonly SourceSnapshot[]): string {
  const others = losses.slice(mostTold).reduce((sum, { frames }) => sum + frames, 0);
  const told = losses
    .slice(0, mostTold)
    .map(({ sourceId, cause, frames }) => {
      const name = sources.find(({ id }) => id === sourceId)?.name ?? sourceId;
      return `${name}: ${images(frames)} ${frames === 1 ? 'was' : 'were'} ${lossWords[cause].text}.`;
    })
    .join(' ');
  return others === 0 ? told : `${told} And ${others.toLocaleString('en')} more elsewhere.`;
}

/** `12 s`, `5 min`, `3 h`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  const hours = Math.round(seconds / 3_600);
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
