import { isolated } from '../../../shared/isolated.ts';
import { type Advice, type Level, levels, type Statement } from '../../../shared/snapshot.ts';
import { advise } from './advice.ts';
import { judgements, lossCounts, tellLosses, ways } from './losses.ts';
import type { SituationFacts } from './situation-facts.ts';
import { are, duration, files, images, lowerFirst, soonSeconds } from './situation-words.ts';
import { isBroken } from './source-health.ts';

/**
 * From facts to the three answers an operator needs, in words: is everything safe, is everything flowing, what must I
 * do. Pure; these sentences are made here, in `advice.ts`, and of what is lost in `losses.ts`.
 */

export type Situation = { readonly safe: Statement; readonly flow: Statement; readonly advice: readonly Advice[] };

export function assess(facts: SituationFacts): Situation {
  return { safe: assessSafety(facts), flow: assessFlow(facts), advice: advise(facts).sort(byUrgency).slice(0, 8) };
}

const byUrgency = (a: Advice, b: Advice): number => levels.indexOf(b.level) - levels.indexOf(a.level);

function assessSafety(facts: SituationFacts): Statement {
  const { configured, counts, disk, sources, ledger } = facts;
  if (!configured) return { level: 'act', headline: 'NOT SET UP', detail: 'No pictures are collected yet.' };
  if (disk.state === 'failing') {
    return {
      level: 'alarm',
      headline: 'DISK FAULT',
      detail: `New pictures ${becomeOf(sources)}; this PC’s disk refuses to write.`,
    };
  }
  if (disk.state === 'full') {
    return disk.whenFull === 'refuse'
      ? {
          level: 'alarm',
          headline: 'DISK FULL',
          detail: `${disk.text}. New pictures ${becomeOf(sources)} until there is room.`,
        }
      : {
          level: 'alarm',
          headline: 'DROPPING PICTURES',
          detail: `The disk is full: the oldest undelivered pictures make room, as this site chose. ${images(counts.dropped)} dropped so far.`,
        };
  }
  if (ledger.state === 'gap') return { level: 'alarm', headline: 'COUNTS DIFFER', detail: ledger.text };
  const alarm = lossStatement(facts, 'alarm');
  if (alarm !== null) return alarm;
  const broken = sources.filter(isBroken);
  if (broken.length > 0) {
    const [first] = broken;
    const others = broken.length > 1 ? ` and ${broken.length - 1} more` : '';
    const works = sources.length - broken.length;
    return {
      level: 'alarm',
      headline: works === 0 ? 'NOT COLLECTING' : `${works} OF ${sources.length} COLLECTING`,
      detail: `${isolated(first?.name ?? '')}${others}: ${lowerFirst(first?.text ?? '')}.`,
    };
  }
  if (counts.refused > 0) {
    return {
      level: 'act',
      headline: 'CHECK FILES',
      detail: `${files(counts.refused)} could not be taken and ${are(counts.refused)} still in the folder.`,
    };
  }
  const act = lossStatement(facts, 'act') ?? stoppedStatement(sources);
  if (act !== null) return act;
  if (disk.fullInSeconds !== null && disk.fullInSeconds < soonSeconds) {
    return {
      level: 'act',
      headline: 'FILLING UP',
      detail: `${disk.filledByOthers ? 'Other programs fill this disk: it' : 'The disk'} is full in ${duration(disk.fullInSeconds)} at this rate. ${disk.whenFull === 'refuse' ? 'No new pictures are taken then.' : 'The oldest undelivered pictures are dropped then.'}`,
    };
  }
  if (sources.length === 0)
    return { level: 'act', headline: 'NO SOURCE', detail: 'No folder or camera is set up to collect from.' };
  return { level: 'good', headline: 'SAFE', detail: safeDetail(counts) };
}

/** Of new pictures while none can be taken: a camera's frame lies nowhere else. */
function becomeOf(sources: SituationFacts['sources']): string {
  const cameras = sources.filter(({ kind }) => kind !== 'folder').length;
  if (cameras === 0) return 'stay in their folder';
  return cameras === sources.length ? 'of cameras are lost' : 'stay in their folder or, of cameras, are lost';
}

/** The gravest losses of that level, with all others of the same headline. */
function lossStatement({ losses, sources }: SituationFacts, level: Level): Statement | null {
  const grave = losses
    .filter(({ way }) => judgements[ways[way].count].level === level)
    .sort((a, b) => lossCounts.indexOf(ways[a.way].count) - lossCounts.indexOf(ways[b.way].count));
  const [first] = grave;
  if (first === undefined) return null;
  const { headline } = ways[first.way];
  const told = grave.filter(({ way }) => ways[way].headline === headline);
  return { level, headline, detail: tellLosses(told, sources) };
}

function stoppedStatement(sources: SituationFacts['sources']): Statement | null {
  const stopped = sources.flatMap(({ name, warnings = [] }) => {
    const warning = warnings.find(({ code }) => code === 'line-stopped');
    return warning === undefined ? [] : [{ name, text: warning.text }];
  });
  const [first] = stopped;
  if (first === undefined) return null;
  const others = stopped.length > 1 ? ` and ${stopped.length - 1} more` : '';
  return {
    level: 'act',
    headline: 'NO PICTURES',
    detail: `${isolated(first.name)}${others}: ${lowerFirst(first.text)}.`,
  };
}

/** What left the store undelivered, by a choice of the site or a person, is not said to be safe. */
function safeDetail({ collected, pending, leased, dead, dropped, deleted }: SituationFacts['counts']): string {
  const kept = collected - dropped - deleted;
  const left = [
    dropped > 0 ? `${images(dropped)} ${dropped === 1 ? 'was' : 'were'} dropped` : '',
    deleted > 0 ? `${images(deleted)} ${deleted === 1 ? 'was' : 'were'} deleted here` : '',
  ].filter((text) => text !== '');
  const others = left.length === 0 ? '' : ` ${left.join(', and ')}, undelivered.`;
  if (kept === 0) return others === '' ? 'Nothing collected yet.' : others.trim();
  const all = kept === 1 ? 'The 1 picture' : `All ${others === '' ? '' : 'other '}${images(kept)}`;
  const where = pending + leased === 0 && dead === 0 ? 'delivered' : 'stored or delivered';
  return `${all} ${are(kept)} ${where}.${others}`;
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
    case 'key-locked':
      return { level: 'act', headline: 'WAITING FOR KEYRING', detail: `${connection.text} ${kept}` };
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
  if (lossCounts.some((count) => judgements[count].isUndelivered && counts[count] > 0)) {
    return { level: 'waiting', headline: 'NOTHING WAITING', detail: 'Connected. Not every picture was delivered.' };
  }
  return {
    level: 'good',
    // Nothing has come yet: that it is delivered would be no news, and perhaps a camera that never took one.
    headline: counts.collected === 0 ? 'READY' : 'ALL DELIVERED',
    detail: counts.collected === 0 ? 'Connected. Waiting for the first picture.' : 'Connected. Nothing is waiting.',
  };
}
