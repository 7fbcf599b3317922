import { type Message, message } from '../../../shared/messages/message.ts';
import type { Advice, Connection, Snapshot } from '../../../shared/snapshot.ts';
import { judgements, lossCounts, tellLosses, ways } from './losses.ts';
import type { SituationFacts } from './situation-facts.ts';
import { isBroken } from './situation-facts.ts';

/** So little time is left that somebody should act within this shift. */
export const soonMilliseconds = 8 * 3_600_000;

const plain = (said: Message): Advice => ({ message: said, action: 'none' });

/** What a person must do. */
export function advise(facts: SituationFacts): Advice[] {
  const { configured, counts, connection, disk, sources, ledger, checkin } = facts;
  if (!configured) return [{ message: message('not-set-up'), action: 'open-setup' }];
  const advice: Advice[] = [];
  if (disk.state === 'failing') advice.push(plain(message('disk-failing')));
  const waiting = counts.pending + counts.leased;
  if (disk.state === 'full') advice.push(plain(roomWanted(disk.fullOf, waiting, connection.state)));
  else if (disk.fullInSeconds !== null) {
    const left = disk.fullInSeconds * 1_000;
    const context = disk.filledByOthers ? 'others' : whoMakesRoom(waiting, connection.state);
    const code = left < soonMilliseconds ? 'disk-filling' : 'disk-filling-slowly';
    advice.push(plain(message(code, { context, left })));
  }
  if (disk.leftOvers > 0) advice.push(plain(message('left-overs', { count: disk.leftOvers })));
  if (ledger.state === 'gap')
    advice.push({ message: message('ledger-gap', { what: ledger.message }), action: 'show-ledger' });
  advice.push(...adviseOnLosses(facts));
  for (const source of sources) {
    if (isBroken(source)) advice.push(plain(message('source-broken', { source: source.name, what: source.message })));
    for (const warning of source.warnings ?? [])
      if (warning.code !== 'originals-stay')
        advice.push(plain(message('source-warning', { source: source.name, what: warning.message })));
  }
  advice.push(...adviseOnConnection(connection));
  const turnedAway = counts.dead - counts.gone;
  if (turnedAway > 0) advice.push({ message: message('dead-letters', { count: turnedAway }), action: 'show-dead' });
  if (counts.refused > 0)
    advice.push({ message: message('refused-files', { count: counts.refused }), action: 'show-refused' });
  if (counts.stuck > 0) advice.push(plain(message('stuck', { count: counts.stuck })));
  const [asked] = checkin.unknownActions;
  if (asked !== undefined) advice.push(plain(message('unknown-action', { action: asked.text })));
  return advice;
}

/** One for each count; where a source has words of its own, one for it. */
function adviseOnLosses({ losses, sources }: SituationFacts): Advice[] {
  return lossCounts.flatMap((count) => {
    const { code, action } = judgements[count];
    const told = losses.filter(({ way }) => ways[way].count === count);
    const groups = [
      told.filter(({ message: own }) => own === undefined),
      ...told.filter(({ message: own }) => own !== undefined).map((one) => [one]),
    ];
    return groups
      .filter((group) => group.length > 0)
      .map((group) => ({ message: message(code, { losses: tellLosses(group, sources) }), action }));
  });
}

/** Free bytes help neither against a share that is used up nor against too many files. */
function roomWanted(fullOf: Snapshot['disk']['fullOf'], waiting: number, way: Connection['state']): Message {
  if (fullOf === 'quota') return message('disk-share-full', { context: way === 'online' ? 'online' : 'away' });
  if (fullOf === 'files') return message('disk-files-full');
  return message('disk-full', { context: whoMakesRoom(waiting, way) });
}

/** A connection that is there can't be restored, and what is not there makes no room. */
function whoMakesRoom(waiting: number, way: Connection['state']): 'nothing-waits' | 'online' | 'away' {
  if (waiting === 0) return 'nothing-waits';
  return way === 'online' ? 'online' : 'away';
}

const remedies = {
  offline: 'try-now',
  intercepted: 'run-doctor',
  'wrong-address': 'open-setup',
  'key-locked': 'try-now',
  'not-approved': 'try-now',
  'storage-refused': 'run-doctor',
  'key-missing': 'enter-key',
  'key-refused': 'enter-key',
  trouble: 'try-now',
} as const satisfies Partial<Readonly<Record<Connection['state'], Advice['action']>>>;

const hasRemedy = (state: Connection['state']): state is keyof typeof remedies => Object.hasOwn(remedies, state);

function adviseOnConnection({ state, message: what }: Connection): Advice[] {
  return hasRemedy(state) ? [{ message: message(state, { what }), action: remedies[state] }] : [];
}
