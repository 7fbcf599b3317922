import type { Code } from '../../../shared/messages/codes.ts';
import { type Message, message, type ParamsOf } from '../../../shared/messages/message.ts';
import type { Advice, Snapshot, SourceSnapshot } from '../../../shared/snapshot.ts';
import type { Falls, WayToLose } from '../model/ways-to-lose.ts';
import type { ChainCount } from '../store/ledger/ledger-chain.ts';
import type { UnseenLoss } from '../store/ledger/losses.ts';

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
  'unwatched',
  'orphans',
  'droppedUnseen',
  'labelsLate',
  'originalsStay',
  'interruptions',
] as const;
export type LossCount = (typeof lossCounts)[number] & keyof Snapshot['counts'];

/** Codes that are filled with losses. */
type Told = { [One in Code]: 'losses' extends keyof ParamsOf<One> ? One : never }[Code];
/** Codes that are filled with how many. */
type Counted = Extract<Code, `loss-${string}`>;

type Judgement = {
  /** What the check-in says. `error`: pictures are lost. `degraded`: they are not, or were meant to be; somebody must look. */
  readonly status: 'degraded' | 'error';
  /** Pictures that the cloud does not have. */
  readonly isUndelivered: boolean;
  /** Of the advice; how grave it is stands in the table of codes. */
  readonly code: Exclude<Told, `safe-${string}`>;
  readonly action: Advice['action'];
};

export const judgements: Readonly<Record<LossCount, Judgement>> = {
  inDoubt: { status: 'error', isUndelivered: true, code: 'store-fault', action: 'none' },
  gone: { status: 'error', isUndelivered: true, code: 'payloads-gone', action: 'show-dead' },
  lostUnseen: {
    status: 'error',
    isUndelivered: true,
    code: 'pictures-lost',
    action: 'acknowledge-losses',
  },
  orphans: { status: 'error', isUndelivered: true, code: 'orphans', action: 'none' },
  // The site chose it in so many words; that it came to it must be known all the same.
  droppedUnseen: {
    status: 'degraded',
    isUndelivered: true,
    code: 'pictures-dropped',
    action: 'acknowledge-losses',
  },
  labelsLate: {
    status: 'degraded',
    isUndelivered: false,
    code: 'labels-late',
    action: 'acknowledge-losses',
  },
  // How many pictures that is, nobody knows: none perhaps.
  unwatched: { status: 'error', isUndelivered: true, code: 'pictures-missed', action: 'acknowledge-losses' },
  interruptions: { status: 'degraded', isUndelivered: false, code: 'interrupted', action: 'acknowledge-losses' },
  originalsStay: { status: 'degraded', isUndelivered: false, code: 'originals-stay', action: 'none' },
};

type Way = {
  readonly headline: Extract<Told, `safe-${string}`>;
  /** Without its source: `3 pictures were lost.` */
  readonly code: Counted;
  readonly count: LossCount;
  /** A count of its equation; a note in its chain, where no count of it changes. */
  readonly ledger: Extract<ChainCount, 'lost' | 'dead' | 'dropped'> | 'note';
};

const beforeStored = { headline: 'safe-pictures-lost', count: 'lostUnseen', ledger: 'lost' } as const;
const ofPayload = { headline: 'safe-pictures-lost', code: 'loss-of-payload', count: 'gone', ledger: 'dead' } as const;

export const ways: Readonly<Record<WayToLose, Way>> = {
  overwritten: { ...beforeStored, code: 'loss-overwritten' },
  vanished: { ...beforeStored, code: 'loss-vanished' },
  'frame-lost': { ...beforeStored, code: 'loss-frame-lost' },
  'frame-no-room': { ...beforeStored, code: 'loss-frame-no-room' },
  'frame-refused': { ...beforeStored, code: 'loss-frame-refused' },
  'payload-missing': ofPayload,
  'payload-damaged': ofPayload,
  orphaned: { headline: 'safe-in-no-list', code: 'loss-orphaned', count: 'orphans', ledger: 'note' },
  dropped: { headline: 'safe-pictures-dropped', code: 'loss-dropped', count: 'droppedUnseen', ledger: 'dropped' },
  'label-late': { headline: 'safe-labels-not-sent', code: 'loss-label-late', count: 'labelsLate', ledger: 'note' },
  'original-stays': {
    headline: 'safe-check-folders',
    code: 'loss-original-stays',
    count: 'originalsStay',
    ledger: 'note',
  },
  'store-damaged': { headline: 'safe-database-damaged', code: 'loss-store-damaged', count: 'inDoubt', ledger: 'note' },
  'store-away': { headline: 'safe-disk-away', code: 'loss-store-away', count: 'inDoubt', ledger: 'note' },
  interrupted: { headline: 'safe-interrupted', code: 'loss-interrupted', count: 'interruptions', ledger: 'note' },
  unwatched: { headline: 'safe-pictures-missed', code: 'loss-unwatched', count: 'unwatched', ledger: 'note' },
};

/**
 * Pictures that were lost in one way, of one source or of the whole store, and of which a person must hear. Where nobody
 * can know how many: how often it happened.
 */
export type Loss = {
  readonly way: WayToLose;
  readonly sourceId: string | null;
  readonly pictures: number;
  /** Says more than the way's own. */
  readonly message?: Message;
};

export type LossFacts = {
  readonly counts: Pick<Snapshot['counts'], 'gone' | 'orphans'>;
  readonly losses: readonly UnseenLoss[];
  readonly sources: readonly Pick<SourceSnapshot, 'id' | 'warnings'>[];
  /** Where payloads lie that no row knows. */
  readonly orphanRoot: string;
  readonly falls?: Falls | undefined;
};

/** All that any part knows of while the store can be read. */
export function lossesOf({ counts, losses, sources, orphanRoot, falls }: LossFacts): readonly Loss[] {
  const found: Loss[] = losses.map(({ cause, sourceId, frames }) =>
    cause === 'interrupted'
      ? { way: cause, sourceId: null, pictures: frames, ...toldOf(falls) }
      : { way: cause, sourceId, pictures: frames },
  );
  if (counts.gone > 0) found.unshift({ way: 'payload-missing', sourceId: null, pictures: counts.gone });
  if (counts.orphans > 0) {
    const { orphans: count } = counts;
    const own = message('loss-orphaned-in', { count, folder: orphanRoot });
    found.push({ way: 'orphaned', sourceId: null, pictures: count, message: own });
  }
  for (const { id, warnings = [] } of sources)
    for (const { code, message: own, originals = 1 } of warnings)
      if (code === 'originals-stay')
        found.push({ way: 'original-stays', sourceId: id, pictures: originals, message: own });
  return found;
}

/** Of those in this program it is known when and why. */
const toldOf = (falls: Falls | undefined): Pick<Loss, 'message'> =>
  falls === undefined
    ? {}
    : { message: message('loss-interrupted-since', { count: falls.times, since: falls.since, why: falls.why }) };

/** How many stand in each count that means a loss. */
export function countLosses(losses: readonly Loss[]): Readonly<Record<LossCount, number>> {
  const counts = Object.fromEntries(lossCounts.map((count) => [count, 0])) as Record<LossCount, number>;
  for (const { way, pictures } of losses) counts[ways[way].count] += pictures;
  return counts;
}

/** A headline's detail stays short; the sources' own cards have the rest. */
const mostTold = 3;

/** Of each of the first few, whose it was. */
export function tellLosses(
  losses: readonly Loss[],
  sources: readonly Pick<SourceSnapshot, 'id' | 'name'>[],
): readonly Message[] {
  const others = losses.slice(mostTold);
  const told = losses.slice(0, mostTold).map(({ way, sourceId, pictures, message: own }) => {
    const what = own ?? message(ways[way].code, { count: pictures });
    if (sourceId === null) return what;
    const source = sources.find(({ id }) => id === sourceId)?.name ?? sourceId;
    return message(own === undefined ? 'of-source' : 'source-notes', { source, what });
  });
  const count = others.reduce((sum, { pictures }) => sum + pictures, 0);
  return count === 0 ? told : [...told, message('more-elsewhere', { count, others: remediesOf(losses) })];
}

/** One of each way that is told of nobody: what to do about it must not go with its name. */
function remediesOf(losses: readonly Loss[]): readonly Message[] {
  const told = new Set(losses.slice(0, mostTold).map(({ way }) => ways[way].code));
  const others = losses.slice(mostTold).map(({ way }) => ways[way].code);
  return [...new Set(others)].filter((code) => !told.has(code)).map((code) => message(code, { count: 1 }));
}
