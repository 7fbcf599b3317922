import { isolated } from '../../../shared/isolated.ts';
import type { Advice, Level, Snapshot, SourceSnapshot } from '../../../shared/snapshot.ts';
import type { WayToLose } from '../model/ways-to-lose.ts';
import type { ChainCount } from '../store/ledger/ledger-chain.ts';
import type { UnseenLoss } from '../store/ledger/losses.ts';
import { are, images, lowerFirst } from './situation-words.ts';

/**
 * The one place that judges losses: what each way to lose means to a person at the window, what the cloud is told of it,
 * and where the ledger has it. Whatever any part knows of arrives here; statements (`situation.ts`), advice (`advice.ts`)
 * and check-ins (`checkin.ts`) read it from here, and none of them knows a way to lose of its own.
 */

/** The counts of the snapshot that stand for losses, the gravest first. */
export const lossCounts = [
  'inDoubt',
  'gone',
  'lostUnseen',
  'orphans',
  'droppedUnseen',
  'labelsLate',
  'originalsStay',
] as const;
export type LossCount = (typeof lossCounts)[number] & keyof Snapshot['counts'];

type Judgement = {
  readonly level: Extract<Level, 'act' | 'alarm'>;
  /** What the check-in says. `error`: pictures are lost. `degraded`: they are not, or were meant to be; somebody must look. */
  readonly status: 'degraded' | 'error';
  /** Pictures that the cloud does not have. */
  readonly isUndelivered: boolean;
  /** Of the advice. */
  readonly code: string;
  readonly action: Advice['action'];
};

export const judgements: Readonly<Record<LossCount, Judgement>> = {
  inDoubt: { level: 'alarm', status: 'error', isUndelivered: true, code: 'store-fault', action: 'none' },
  gone: { level: 'alarm', status: 'error', isUndelivered: true, code: 'payloads-gone', action: 'show-dead' },
  lostUnseen: {
    level: 'alarm',
    status: 'error',
    isUndelivered: true,
    code: 'pictures-lost',
    action: 'acknowledge-losses',
  },
  orphans: { level: 'alarm', status: 'error', isUndelivered: true, code: 'orphans', action: 'none' },
  // The site chose it in so many words; that it came to it must be known all the same.
  droppedUnseen: {
    level: 'act',
    status: 'degraded',
    isUndelivered: true,
    code: 'pictures-dropped',
    action: 'acknowledge-losses',
  },
  labelsLate: {
    level: 'act',
    status: 'degraded',
    isUndelivered: false,
    code: 'labels-late',
    action: 'acknowledge-losses',
  },
  originalsStay: { level: 'act', status: 'degraded', isUndelivered: false, code: 'originals-stay', action: 'none' },
};

type Way = {
  readonly headline: string;
  /** Without its source: `3 pictures were lost.` */
  readonly text: (pictures: number) => string;
  /** What to do about it. */
  readonly hint: string;
  readonly count: LossCount;
  /** A count of its equation; a note in its chain, where no count of it changes. */
  readonly ledger: Extract<ChainCount, 'lost' | 'dead' | 'evicted'> | 'note';
};

const were =
  (what: string): Way['text'] =>
  (count) =>
    `${images(count)} ${count === 1 ? 'was' : 'were'} ${what}.`;
const beforeStored = { headline: 'PICTURES LOST', count: 'lostUnseen', ledger: 'lost' } as const;
const ofPayload: Way = {
  headline: 'PICTURES LOST',
  text: (count) =>
    `${count.toLocaleString('en')} stored ${count === 1 ? 'picture is' : 'pictures are'} gone or damaged on this PC’s disk, and ${count === 1 ? 'was' : 'were'} not delivered.`,
  hint: 'Have this PC’s disk checked. Look for the originals in their folder or archive and put them in again: then they are delivered.',
  count: 'gone',
  ledger: 'dead',
};
const ofStore = {
  text: (count: number) =>
    count === 0
      ? 'No picture waited for delivery when it was last read.'
      : `${images(count)} waited for delivery when it was last read.`,
  count: 'inDoubt',
  ledger: 'note',
} as const;

export const ways: Readonly<Record<WayToLose, Way>> = {
  overwritten: {
    ...beforeStored,
    text: were('overwritten before being read'),
    hint: 'Let the camera program give each picture a name of its own, or lower settleMilliseconds of this source.',
  },
  vanished: {
    ...beforeStored,
    text: were('removed from the folder before being read'),
    hint: 'Look for the program that moves or deletes files there, and let it wait, or watch the folder it moves them to.',
  },
  'frame-lost': {
    ...beforeStored,
    text: were('lost on the way from the camera'),
    hint: 'The camera’s card counts them by their cause. Check its cable and network, or lower its frame rate.',
  },
  'frame-no-room': {
    ...beforeStored,
    text: were('not taken from the camera for want of room or time'),
    hint: 'Make room on the disk, or lower the camera’s frame rate: its card counts them by their cause.',
  },
  'frame-refused': {
    ...beforeStored,
    text: were('sent by the camera and could not be stored'),
    hint: 'The camera’s card says why. Set the camera to pictures that can be stored, or raise the limits under ingest.',
  },
  'payload-missing': ofPayload,
  'payload-damaged': ofPayload,
  orphaned: {
    headline: 'PICTURES IN NO LIST',
    text: (count) => `${images(count)} on this disk ${are(count)} in no list and will not be delivered.`,
    hint: 'The database lost them: a disk fault, or an old copy of it was put back. Copy them into a watched folder, then remove them where they are.',
    count: 'orphans',
    ledger: 'note',
  },
  dropped: {
    headline: 'PICTURES DROPPED',
    text: were('dropped undelivered to make room for newer ones, as this site chose'),
    hint: 'Restore the connection, or make room on the disk, before it comes to that again. To keep every picture, set store.whenFull to "refuse".',
    count: 'droppedUnseen',
    ledger: 'evicted',
  },
  'label-late': {
    headline: 'LABELS NOT SENT',
    text: (count) =>
      `${count.toLocaleString('en')} annotation ${count === 1 ? 'file' : 'files'} came when the picture was delivered already, and ${count === 1 ? 'was' : 'were'} not sent.`,
    hint: 'Let annotations be written before or soon after their picture, or raise sidecar.waitMilliseconds of this source. Each of these files is listed.',
    count: 'labelsLate',
    ledger: 'note',
  },
  'original-stays': {
    headline: 'CHECK FOLDERS',
    text: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'original' : 'originals'} can’t be dealt with.`,
    hint: 'Let the gateway’s user write in that folder and its archive, or set afterIngest to "keep" for this source.',
    count: 'originalsStay',
    ledger: 'note',
  },
  'store-damaged': {
    ...ofStore,
    headline: 'DATABASE DAMAGED',
    hint: 'Do not delete anything. Copy the whole data folder to another disk, then ask for support: the pictures lie in its folder "payloads".',
  },
  'store-away': {
    ...ofStore,
    headline: 'DISK FAULT',
    hint: 'Check this disk and its cable. The gateway goes on by itself once the disk is back.',
  },
};

/** Pictures that were lost in one way, of one source or of the whole store, and of which a person must hear. */
export type Loss = {
  readonly way: WayToLose;
  readonly sourceId: string | null;
  readonly pictures: number;
  /** Better words than the way's own. */
  readonly text?: string;
  readonly hint?: string;
};

export type LossFacts = {
  readonly counts: Pick<Snapshot['counts'], 'gone' | 'orphans'>;
  readonly losses: readonly UnseenLoss[];
  readonly sources: readonly Pick<SourceSnapshot, 'id' | 'warnings'>[];
  /** Where payloads lie that no row knows. */
  readonly orphanRoot: string;
};

/** All that any part knows of while the store can be read. */
export function lossesOf({ counts, losses, sources, orphanRoot }: LossFacts): readonly Loss[] {
  const found: Loss[] = losses.map(({ cause, sourceId, frames }) => ({ way: cause, sourceId, pictures: frames }));
  if (counts.gone > 0) found.unshift({ way: 'payload-missing', sourceId: null, pictures: counts.gone });
  if (counts.orphans > 0)
    found.push({
      way: 'orphaned',
      sourceId: null,
      pictures: counts.orphans,
      ...orphanWords(counts.orphans, orphanRoot),
    });
  for (const { id, warnings = [] } of sources)
    for (const { code, text, hint, originals = 1 } of warnings)
      if (code === 'originals-stay')
        found.push({ way: 'original-stays', sourceId: id, pictures: originals, text: `${lowerFirst(text)}.`, hint });
  return found;
}

const orphanWords = (count: number, root: string): Pick<Loss, 'text' | 'hint'> => ({
  text: `${ways.orphaned.text(count).replace(/\.$/, '')}: ${isolated(root)}`,
  hint: ways.orphaned.hint.replace('Copy them', `Copy them from ${isolated(root)}`),
});

/** How many stand in each count that means a loss. */
export function countLosses(losses: readonly Loss[]): Readonly<Record<LossCount, number>> {
  const counts = Object.fromEntries(lossCounts.map((count) => [count, 0])) as Record<LossCount, number>;
  for (const { way, pictures } of losses) counts[ways[way].count] += pictures;
  return counts;
}

/** A headline's detail stays short; the sources' own cards have the rest. */
const mostTold = 3;

/** A sentence for each, of the first few. */
export function tellLosses(losses: readonly Loss[], sources: readonly Pick<SourceSnapshot, 'id' | 'name'>[]): string {
  const others = losses.slice(mostTold).reduce((sum, { pictures }) => sum + pictures, 0);
  const told = losses
    .slice(0, mostTold)
    .map(({ way, sourceId, pictures, text = ways[way].text(pictures) }) =>
      sourceId === null ? text : `${isolated(sources.find(({ id }) => id === sourceId)?.name ?? sourceId)}: ${text}`,
    )
    .join(' ');
  return others === 0 ? told : `${told} And ${others.toLocaleString('en')} more elsewhere.`;
}
