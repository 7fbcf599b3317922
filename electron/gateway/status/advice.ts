import { isolated } from '../../../shared/isolated.ts';
import type { Advice, Connection, Snapshot } from '../../../shared/snapshot.ts';
import { judgements, type Loss, lossCounts, tellLosses, ways } from './losses.ts';
import type { SituationFacts } from './situation-facts.ts';
import { are, duration, files, images, lowerFirst, soonSeconds } from './situation-words.ts';
import { isBroken } from './source-health.ts';

/** What a person must do, in words. */
export function advise(facts: SituationFacts): Advice[] {
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
  advice.push(...adviseOnLosses(losses, sources));
  for (const source of sources) {
    if (isBroken(source)) {
      advice.push({
        code: `source-${source.state}`,
        level: 'alarm',
        text: `${isolated(source.name)}: ${lowerFirst(source.text)}`,
        hint: source.hint,
        action: 'none',
      });
    }
    for (const { code, text, hint } of source.warnings ?? [])
      if (code !== 'originals-stay')
        advice.push({
          code,
          level: 'act',
          text: `${isolated(source.name)}: ${lowerFirst(text)}`,
          hint,
          action: 'none',
        });
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
      text: `The cloud asked for something this gateway does not know: ${isolated(action.text)}`,
      hint: 'Nothing was done about it. Ask the Acusight administrator what is meant.',
      action: 'none',
    });
  }
  return advice;
}

/** One for each count; where a source has words of its own, one for it. */
function adviseOnLosses(losses: readonly Loss[], sources: SituationFacts['sources']): Advice[] {
  return lossCounts.flatMap((count) => {
    const { code, level, action } = judgements[count];
    const told = losses.filter(({ way }) => ways[way].count === count);
    const groups = [
      told.filter(({ hint }) => hint === undefined),
      ...told.filter(({ hint }) => hint).map((one) => [one]),
    ];
    return groups
      .filter((group) => group.length > 0)
      .map((group) => ({
        code,
        level,
        text: tellLosses(group, sources),
        hint: [...new Set(group.map(({ way, hint = ways[way].hint }) => hint))].join(' '),
        action,
      }));
  });
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
    case 'key-locked':
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
