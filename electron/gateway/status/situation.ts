import { type Code, codes } from '../../../shared/messages/codes.ts';
import { levelOf, type Message, message } from '../../../shared/messages/message.ts';
import { levels } from '../../../shared/messages/param-kinds.ts';
import type { Advice, Connection, Snapshot, SourceSnapshot } from '../../../shared/snapshot.ts';
import { advise, soonMilliseconds } from './advice.ts';
import { judgements, lossCounts, tellLosses, ways } from './losses.ts';
import type { SituationFacts } from './situation-facts.ts';
import { isBroken } from './situation-facts.ts';

/**
 * From facts to the three answers an operator needs: is everything safe, is everything flowing, what must I do. Pure;
 * the answers are made here, in `advice.ts`, and of what is lost in `losses.ts`. How grave each is stands in the table of
 * codes.
 */

export type Situation = { readonly safe: Message; readonly flow: Message; readonly advice: readonly Advice[] };

export function assess(facts: SituationFacts): Situation {
  return { safe: assessSafety(facts), flow: assessFlow(facts), advice: advise(facts).sort(byUrgency).slice(0, 8) };
}

const urgencyOf = ({ message: { code } }: Advice): number => levels.indexOf(codes[code].level);
const byUrgency = (a: Advice, b: Advice): number => urgencyOf(b) - urgencyOf(a);

function assessSafety(facts: SituationFacts): Message {
  const { configured, counts, disk, sources, ledger } = facts;
  if (!configured) return message('safe-not-set-up');
  if (disk.state === 'failing') return message('safe-disk-failing', { context: becomeOf(sources) });
  if (disk.state === 'full') {
    return disk.whenFull === 'refuse'
      ? message('safe-disk-full', { context: becomeOf(sources), what: disk.message })
      : message('safe-dropping', { count: counts.dropped });
  }
  if (ledger.state === 'gap') return message('safe-counts-differ', { what: ledger.message });
  const alarm = gravestLosses(facts, 'alarm');
  if (alarm !== null) return alarm;
  const broken = sources.filter(isBroken);
  const [first] = broken;
  if (first !== undefined) {
    const works = sources.length - broken.length;
    const which = { source: first.name, what: first.message, count: broken.length - 1 };
    return works === 0
      ? message('safe-not-collecting', which)
      : message('safe-some-collecting', { ...which, works, all: sources.length });
  }
  if (counts.refused > 0) return message('safe-check-files', { count: counts.refused });
  const act = gravestLosses(facts, 'act') ?? stoppedLines(sources);
  if (act !== null) return act;
  if (disk.fullInSeconds !== null && disk.fullInSeconds * 1_000 < soonMilliseconds) {
    return message('safe-filling-up', {
      context: `${disk.filledByOthers ? 'others-' : ''}${disk.whenFull}`,
      left: disk.fullInSeconds * 1_000,
    });
  }
  if (sources.length === 0) return message('safe-no-source');
  return message('safe-all-is-well', { kept: keptOf(counts) });
}

/** Of new pictures while none can be taken: a camera's frame lies nowhere else. */
function becomeOf(sources: readonly Pick<SourceSnapshot, 'kind'>[]): 'folders' | 'cameras' | 'both' {
  const cameras = sources.filter(({ kind }) => kind !== 'folder').length;
  if (cameras === 0) return 'folders';
  return cameras === sources.length ? 'cameras' : 'both';
}

/** The gravest losses of that level, with all others of the same headline. */
function gravestLosses({ losses, sources }: SituationFacts, level: 'act' | 'alarm'): Message | null {
  const grave = losses
    .filter(({ way }) => levelOf({ code: judgements[ways[way].count].code }) === level)
    .sort((a, b) => lossCounts.indexOf(ways[a.way].count) - lossCounts.indexOf(ways[b.way].count));
  const [first] = grave;
  if (first === undefined) return null;
  const { headline } = ways[first.way];
  const told = grave.filter(({ way }) => ways[way].headline === headline);
  return message(headline, { losses: tellLosses(told, sources) });
}

function stoppedLines(sources: readonly SourceSnapshot[]): Message | null {
  const stopped = sources.flatMap(({ name, warnings = [] }) => {
    const warning = warnings.find(({ code }) => code === 'line-stopped');
    return warning === undefined ? [] : [{ source: name, what: warning.message }];
  });
  const [first] = stopped;
  return first === undefined ? null : message('safe-no-pictures', { ...first, count: stopped.length - 1 });
}

/** What left the store undelivered, by a choice of the site or a person, is not said to be safe. */
function keptOf({ collected, pending, leased, dead, dropped, deleted }: Snapshot['counts']): readonly Message[] {
  const kept = collected - dropped - deleted;
  const left =
    dropped + deleted === 0
      ? []
      : [
          message('left-undelivered', {
            context: deleted === 0 ? 'dropped' : dropped === 0 ? 'deleted' : 'both',
            dropped: message('pictures-were-dropped', { count: dropped }),
            deleted: message('pictures-were-deleted', { count: deleted }),
          }),
        ];
  if (kept === 0) return left.length > 0 ? left : [message('nothing-collected')];
  const where = pending + leased === 0 && dead === 0 ? 'delivered' : 'stored';
  const context = left.length === 0 ? (where as 'delivered' | 'stored') : (`other-${where}` as const);
  return [message('all-kept', { context, count: kept }), ...left];
}

/** Each state in which the connection itself says why nothing flows. */
const shut = {
  offline: 'flow-offline',
  throttled: 'flow-throttled',
  trouble: 'flow-trouble',
  intercepted: 'flow-intercepted',
  'key-missing': 'flow-key-missing',
  'key-locked': 'flow-key-locked',
  'key-refused': 'flow-key-refused',
  'wrong-address': 'flow-wrong-address',
  'not-approved': 'flow-not-approved',
  'storage-refused': 'flow-storage-refused',
} as const satisfies Partial<Readonly<Record<Connection['state'], Code>>>;

function assessFlow({ configured, counts, connection, rates, pacing }: SituationFacts): Message {
  const waiting = counts.pending + counts.leased;
  const kept = message('pictures-wait', { count: waiting });
  const { state } = connection;
  if (!configured || state === 'not-set-up') return message('flow-not-set-up');
  if (state === 'starting') return message('flow-starting');
  if (state === 'closed') return message('flow-closed', { pace: pacing.message, kept });
  if (state !== 'online') return message(shut[state], { why: connection.message, kept });
  if (waiting > 0 && connection.inFlight === 0 && counts.retrying >= waiting)
    return message('flow-retrying', { count: waiting });
  if (waiting > 0) {
    const perSecond = rates.acknowledgedPerSecond;
    return message('flow-flowing', {
      count: waiting,
      context: perSecond > 0 ? 'timed' : 'untimed',
      left: perSecond > 0 ? (waiting / perSecond) * 1_000 : 0,
      pace: pacing.limitBytesPerSecond === null ? [] : [message('as-sentence', { what: pacing.message })],
    });
  }
  const turnedAway = counts.dead - counts.gone;
  if (turnedAway > 0) return message('flow-refused', { count: turnedAway });
  if (lossCounts.some((count) => judgements[count].isUndelivered && counts[count] > 0))
    return message('flow-nothing-waiting');
  // Nothing has come yet: that it is delivered would be no news, and perhaps a camera that never took one.
  return counts.collected === 0 ? message('flow-ready') : message('flow-all-delivered');
}
