import {
  type Advice,
  type Connection,
  levels,
  type Snapshot,
  type SourceSnapshot,
  type Statement,
} from '../../shared/snapshot.ts';
import type { LossCause } from './model/file-sink.ts';
import { isBroken } from './source-health.ts';
import type { UnseenLoss } from './store/losses.ts';

/**
 * From facts to the three answers an operator needs, in words: is everything safe, is everything flowing, what must I
 * do. Pure, and the only place where these sentences are made.
 */
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

export type Situation = { readonly safe: Statement; readonly flow: Statement; readonly advice: readonly Advice[] };

export function assess(facts: SituationFacts): Situation {
  return { safe: assessSafety(facts), flow: assessFlow(facts), advice: advise(facts).sort(byUrgency).slice(0, 8) };
}

const byUrgency = (a: Advice, b: Advice): number => levels.indexOf(b.level) - levels.indexOf(a.level);

/** So little time is left that somebody should act within this shift. */
const soonSeconds = 8 * 3_600;

const images = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'picture' : 'pictures'}`;
const files = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
const are = (count: number): string => (count === 1 ? 'is' : 'are');

function assessSafety({ configured, counts, disk, sources, ledger, losses, orphanRoot }: SituationFacts): Statement {
  if (!configured) return { level: 'act', headline: 'NOT SET UP', detail: 'No pictures are collected yet.' };
  if (disk.state === 'failing') {
    return {
      level: 'alarm',
      headline: 'DISK FAULT',
      detail: 'New pictures stay in their folder; this PC’s disk refuses to write.',
    };
  }
  if (disk.state === 'full') {
    return disk.whenFull === 'refuse'
      ? {
          level: 'alarm',
          headline: 'DISK FULL',
          detail: `${disk.text}. New pictures stay in their folder until there is room.`,
        }
      : {
          level: 'alarm',
          headline: 'DROPPING PICTURES',
          detail: `The disk is full: the oldest undelivered pictures make room, as this site chose. ${images(counts.dropped)} dropped so far.`,
        };
  }
  if (ledger.state === 'gap') return { level: 'alarm', headline: 'COUNTS DIFFER', detail: ledger.text };
  const lost = losses.reduce((sum, { frames }) => sum + frames, 0);
  if (lost > 0 || counts.gone > 0) {
    const told = [counts.gone > 0 ? goneText(counts.gone) : '', lost > 0 ? lossText(losses, sources) : ''];
    return { level: 'alarm', headline: 'PICTURES LOST', detail: told.filter((text) => text !== '').join(' ') };
  }
  if (counts.orphans > 0)
    return { level: 'alarm', headline: 'PICTURES IN NO LIST', detail: `${orphanText(counts.orphans)}: ${orphanRoot}` };
  const broken = sources.filter(isBroken);
  if (broken.length > 0) {
    const [first] = broken;
    const others = broken.length > 1 ? ` and ${broken.length - 1} more` : '';
    const works = sources.length - broken.length;
    return {
      level: 'alarm',
      headline: works === 0 ? 'NOT COLLECTING' : `${works} OF ${sources.length} COLLECTING`,
      detail: `${first?.name ?? ''}${others}: ${lowerFirst(first?.text ?? '')}.`,
    };
  }
  if (counts.refused > 0) {
    return {
      level: 'act',
      headline: 'CHECK FILES',
      detail: `${files(counts.refused)} could not be taken and ${are(counts.refused)} still in the folder.`,
    };
  }
  if (disk.fullInSeconds !== null && disk.fullInSeconds < soonSeconds) {
    return {
      level: 'act',
      headline: 'FILLING UP',
      detail: `${disk.filledByOthers ? 'Other programs fill this disk: it' : 'The disk'} is full in ${duration(disk.fullInSeconds)} at this rate. ${disk.whenFull === 'refuse' ? 'No new pictures are taken then.' : 'The oldest undelivered pictures are dropped then.'}`,
    };
  }
  if (sources.length === 0)
    return { level: 'act', headline: 'NO SOURCE', detail: 'No folder or camera is set up to collect from.' };
  const waiting = counts.pending + counts.leased;
  return { level: 'good', headline: 'SAFE', detail: safeDetail(counts.collected, waiting, counts.dead) };
}

/** A headline's detail stays short; the sources' own cards have the rest. */
const mostTold = 3;

const lossWords: Readonly<Record<LossCause, { readonly text: string; readonly hint: string }>> = {
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

const goneText = (gone: number): string =>
  `${gone.toLocaleString('en')} stored ${gone === 1 ? 'picture is' : 'pictures are'} gone or damaged on this PC’s disk, and ${gone === 1 ? 'was' : 'were'} not delivered.`;
const orphanText = (orphans: number): string =>
  `${images(orphans)} on this disk ${are(orphans)} in no list and will not be delivered`;

function lossText(losses: readonly UnseenLoss[], sources: readonly SourceSnapshot[]): string {
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

function safeDetail(collected: number, waiting: number, dead: number): string {
  if (collected === 0) return 'Nothing collected yet.';
  const all = collected === 1 ? 'The 1 picture' : `All ${images(collected)}`;
  if (waiting === 0 && dead === 0) return `${all} ${are(collected)} delivered.`;
  return `${all} ${are(collected)} stored or delivered.`;
}

function assessFlow({ configured, counts, connection, rates, pacing }: SituationFacts): Statement {
  const waiting = counts.pending + counts.leased;
  const kept =
    waiting === 0 ? 'Nothing is waiting.' : `${images(waiting)} ${waiting === 1 ? 'waits' : 'wait'} safely on this PC.`;
  if (!configured)
    return { level: 'act', headline: 'NOT SET UP', detail: 'Enter the cloud address and the device key.' };
  switch (connection.state) {
    case 'not-set-up':
      return { level: 'act', headline: 'NOT SET UP', detail: 'Enter the cloud address and the device key.' };
    case 'starting':
      return { level: 'busy', headline: 'STARTING', detail: 'Looking for the cloud.' };
    case 'offline':
      return { level: 'waiting', headline: 'OFFLINE', detail: `${connection.text} ${kept}` };
    case 'throttled':
      return { level: 'waiting', headline: 'SLOWED DOWN', detail: `${connection.text} ${kept}` };
    case 'trouble':
      return { level: 'waiting', headline: 'CLOUD TROUBLE', detail: `${connection.text} ${kept}` };
    case 'intercepted':
      return { level: 'act', headline: 'BLOCKED', detail: `${connection.text} ${kept}` };
    case 'key-missing':
      return { level: 'act', headline: 'KEY MISSING', detail: `${connection.text} ${kept}` };
    case 'key-refused':
      return { level: 'act', headline: 'KEY REFUSED', detail: `${connection.text} ${kept}` };
    case 'wrong-address':
      return { level: 'act', headline: 'WRONG ADDRESS', detail: `${connection.text} ${kept}` };
    case 'not-approved':
      return { level: 'act', headline: 'NOT APPROVED', detail: `${connection.text} ${kept}` };
    case 'storage-refused':
      return { level: 'act', headline: 'STORAGE REFUSED', detail: `${connection.text} ${kept}` };
    case 'closed':
      return { level: 'waiting', headline: 'CLOSED NOW', detail: `${pacing.text}. ${kept}` };
    case 'online':
      break;
  }
  if (waiting > 0 && connection.inFlight === 0 && counts.retrying >= waiting) {
    return {
      level: 'waiting',
      headline: 'RETRYING',
      detail: `${images(waiting)} failed before and ${are(waiting)} tried again by ${waiting === 1 ? 'itself' : 'themselves'}.`,
    };
  }
  if (waiting > 0) {
    const left =
      rates.acknowledgedPerSecond > 0 ? `, about ${duration(waiting / rates.acknowledgedPerSecond)} left` : '';
    const limit = pacing.text === '' ? '' : ` ${pacing.text}.`;
    return { level: 'busy', headline: 'FLOWING', detail: `${images(waiting)} on the way${left}.${limit}` };
  }
  const turnedAway = counts.dead - counts.gone;
  if (turnedAway > 0) {
    return {
      level: 'act',
      headline: 'PICTURES REFUSED',
      detail: `${images(turnedAway)} ${turnedAway === 1 ? 'was' : 'were'} refused by the cloud and ${are(turnedAway)} kept here. Nothing else is waiting.`,
    };
  }
  if (counts.gone > 0 || counts.orphans > 0 || counts.lostUnseen > 0) {
    return { level: 'waiting', headline: 'NOTHING WAITING', detail: 'Connected. Not every picture was delivered.' };
  }
  return {
    level: 'good',
    // Nothing has come yet: that it is delivered would be no news, and perhaps a camera that never took one.
    headline: counts.collected === 0 ? 'READY' : 'ALL DELIVERED',
    detail: counts.collected === 0 ? 'Connected. Waiting for the first picture.' : 'Connected. Nothing is waiting.',
  };
}

function advise(facts: SituationFacts): Advice[] {
  const { configured, counts, connection, disk, sources, ledger, checkin, losses } = facts;
  if (!configured) {
    return [
      {
        code: 'not-set-up',
        level: 'act',
        text: 'Set up this gateway',
        hint: 'Enter the cloud address, the device key and a folder.',
        action: 'open-setup',
      },
    ];
  }
  const advice: Advice[] = [];
  if (disk.state === 'failing') {
    advice.push({
      code: 'disk-failing',
      level: 'alarm',
      text: 'The disk refuses to write',
      hint: 'Have this PC’s disk checked now. Pictures wait in their folder.',
      action: 'none',
    });
  }
  if (disk.state === 'full') {
    advice.push({
      code: 'disk-full',
      level: 'alarm',
      ...roomWanted(disk.fullOf, counts.pending + counts.leased, connection.state),
      action: 'none',
    });
  } else if (disk.fullInSeconds !== null) {
    advice.push({
      code: 'disk-filling',
      level: disk.fullInSeconds < soonSeconds ? 'act' : 'waiting',
      text: `${disk.filledByOthers ? 'Other programs fill this disk: it' : 'The disk'} is full in ${duration(disk.fullInSeconds)} at this rate`,
      hint: fillHint(disk.filledByOthers, counts.pending + counts.leased, connection.state),
      action: 'none',
    });
  }
  if (ledger.state === 'gap') {
    advice.push({
      code: 'ledger-gap',
      level: 'alarm',
      text: ledger.text,
      hint: 'Do not delete anything in the data folder. Open the reconciliation, check everything, and tell support.',
      action: 'show-ledger',
    });
  }
  if (counts.gone > 0) {
    advice.push({
      code: 'payloads-gone',
      level: 'alarm',
      text: goneText(counts.gone),
      hint: 'Have this PC’s disk checked. Look for the originals in their folder or archive and put them in again: then they are delivered.',
      action: 'show-dead',
    });
  }
  if (losses.length > 0) {
    advice.push({
      code: 'pictures-lost',
      level: 'alarm',
      text: lossText(losses, sources),
      hint: [...new Set(losses.map(({ cause }) => lossWords[cause].hint))].join(' '),
      action: 'acknowledge-losses',
    });
  }
  for (const source of sources) {
    if (isBroken(source)) {
      advice.push({
        code: `source-${source.state}`,
        level: 'alarm',
        text: `${source.name}: ${lowerFirst(source.text)}`,
        hint: source.hint,
        action: 'none',
      });
    }
    for (const { code, text, hint } of source.warnings ?? [])
      advice.push({ code, level: 'act', text: `${source.name}: ${lowerFirst(text)}`, hint, action: 'none' });
  }
  const wayAdvice = adviceOfWay(connection);
  if (wayAdvice !== null) advice.push(wayAdvice);
  const turnedAway = counts.dead - counts.gone;
  if (turnedAway > 0) {
    advice.push({
      code: 'dead-letters',
      level: 'act',
      text: `${images(turnedAway)} ${turnedAway === 1 ? 'was' : 'were'} refused by the cloud`,
      hint: 'They are kept here. Look at the reason, correct it, and put them back in the queue.',
      action: 'show-dead',
    });
  }
  if (counts.refused > 0) {
    advice.push({
      code: 'refused-files',
      level: 'act',
      text: `${files(counts.refused)} could not be taken`,
      hint: 'They lie untouched in their folder. Each is listed with its reason.',
      action: 'show-refused',
    });
  }
  if (counts.orphans > 0) {
    advice.push({
      code: 'orphans',
      level: 'alarm',
      text: orphanText(counts.orphans),
      hint: `The database lost them: a disk fault, or an old copy of it was put back. Copy them from ${facts.orphanRoot} into a watched folder, then remove them there.`,
      action: 'none',
    });
  }
  if (counts.stuck > 0) {
    advice.push({
      code: 'stuck',
      level: 'act',
      text: `${images(counts.stuck)} ${are(counts.stuck)} stuck while others get through`,
      hint: 'They are tried again ever more rarely, and kept. Tell the Acusight administrator the error that is shown.',
      action: 'none',
    });
  }
  const [action] = checkin.unknownActions;
  if (action !== undefined) {
    advice.push({
      code: 'unknown-action',
      level: 'waiting',
      text: `The cloud asked for something this gateway does not know: ${action.text}`,
      hint: 'Nothing was done about it. Ask the Acusight administrator what is meant.',
      action: 'none',
    });
  }
  return advice;
}

/** Free bytes help neither against a share that is used up nor against too many files. */
function roomWanted(
  fullOf: Snapshot['disk']['fullOf'],
  waiting: number,
  way: Connection['state'],
): Pick<Advice, 'text' | 'hint'> {
  if (fullOf === 'quota') {
    const first =
      way === 'online'
        ? 'Each picture that is delivered can make room.'
        : 'Restore the connection to the cloud, so that delivered pictures can make room.';
    return { text: 'The gateway’s share of this disk is full', hint: `${first} Or raise the share (store.maxBytes).` };
  }
  if (fullOf === 'files')
    return {
      text: 'No more files fit on this disk',
      hint: 'Remove files there, many small ones first, or raise this user’s quota. Delivered pictures make room by themselves.',
    };
  return { text: 'Make room on the disk', hint: fillHint(false, waiting, way) };
}

/** What helps depends on who fills the disk: a connection that is there can't be restored. */
function fillHint(byOthers: boolean, waiting: number, way: Connection['state']): string {
  if (byOthers) return 'Look for the program that writes so much to this disk, and free some space.';
  if (waiting === 0) return 'Free some space on this disk.';
  return way === 'online'
    ? 'Free some space. Pictures are on their way; each that is delivered can make room.'
    : 'Restore the connection to the cloud, so that delivered pictures can make room, or free some space.';
}

function adviceOfWay(connection: Connection): Advice | null {
  const { state, text, hint } = connection;
  switch (state) {
    case 'offline':
    case 'intercepted':
    case 'wrong-address':
      return {
        code: state,
        level: state === 'offline' ? 'waiting' : 'act',
        text,
        hint,
        action: state === 'wrong-address' ? 'open-setup' : state === 'intercepted' ? 'run-doctor' : 'try-now',
      };
    case 'not-approved':
      return { code: state, level: 'act', text, hint, action: 'try-now' };
    case 'storage-refused':
      return { code: state, level: 'act', text, hint, action: 'run-doctor' };
    case 'key-missing':
    case 'key-refused':
      return { code: state, level: 'act', text, hint, action: 'enter-key' };
    case 'trouble':
      return { code: state, level: 'waiting', text, hint, action: 'try-now' };
    default:
      return null;
  }
}

/** `12 s`, `5 min`, `3 h`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  const hours = Math.round(seconds / 3_600);
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
