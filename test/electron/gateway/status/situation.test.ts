import { describe, expect, it } from 'vitest';
import { countLosses, lossesOf } from '../../../../electron/gateway/status/losses.ts';
import { assess } from '../../../../electron/gateway/status/situation.ts';
import type { SituationFacts } from '../../../../electron/gateway/status/situation-facts.ts';
import type { UnseenLoss } from '../../../../electron/gateway/store/ledger/losses.ts';
import { legacy, message } from '../../../../shared/messages/message.ts';
import { messageSchema } from '../../../../shared/messages/message-schema.ts';
import { formatDuration } from '../../../../shared/messages/times.ts';
import { adviceSchema, connectionStates, emptyCounts } from '../../../../shared/snapshot.ts';
import { spoken } from '../../../support/spoken.ts';

const connection: SituationFacts['connection'] = {
  state: 'online',
  since: 0,
  nextProbeAt: null,
  message: message('connected'),
  technical: '',
  inFlight: 0,
  concurrency: 4,
  lastSuccessAt: null,
};
const disk: SituationFacts['disk'] = {
  state: 'ok',
  freeBytes: 1,
  totalBytes: 1,
  usedBytes: 1,
  maxBytes: 1,
  minFreeBytes: 1,
  message: legacy('Enough room'),
  fullOf: null,
  fullInSeconds: null,
  filledByOthers: false,
  whenFull: 'refuse',
  leftOvers: 0,
};
const source: SituationFacts['sources'][number] = {
  id: 'aoi',
  kind: 'folder',
  name: 'AOI top',
  location: '/data/in',
  state: 'watching',
  message: legacy('Watching'),
  collected: 0,
  refused: 0,
  settling: 0,
  unmatchedSidecars: 0,
  pending: 0,
  acknowledged: 0,
  dead: 0,
  lost: 0,
  known: 0,
  lastCollectedAt: null,
  afterIngest: 'keep',
  polling: false,
  priority: 0,
  nearDuplicateFilter: null,
  camera: null,
};
const pacing: SituationFacts['pacing'] = {
  limitBytesPerSecond: null,
  message: message('pace-open'),
  changesAt: null,
  order: 'oldest-first',
};
const ledger: SituationFacts['ledger'] = { state: 'ok', message: message('ledger-ok'), checkedAt: null };
const checkin: SituationFacts['checkin'] = { status: 'healthy', acceptedAt: null, message: null, unknownActions: [] };
const rates: SituationFacts['rates'] = {
  collectedPerSecond: 0,
  acknowledgedPerSecond: 0,
  bytesPerSecond: 0,
  collectedHistory: [],
  acknowledgedHistory: [],
};

/** What other parts say, as a sentence. */
type Told<Part> = Partial<Part> & { readonly text?: string; readonly hint?: string };
const told = <Part extends object>({ text, hint = '', ...part }: Told<Part>) => ({
  ...part,
  ...(text === undefined ? {} : { message: legacy(text, hint) }),
});

type Change = {
  readonly configured?: boolean;
  readonly counts?: Partial<typeof emptyCounts>;
  readonly connection?: Told<typeof connection>;
  readonly disk?: Told<typeof disk>;
  readonly sources?: readonly Told<typeof source>[];
  readonly rates?: Partial<typeof rates>;
  readonly pacing?: Told<typeof pacing>;
  readonly ledger?: Told<typeof ledger>;
  readonly checkin?: Partial<typeof checkin>;
  readonly losses?: readonly UnseenLoss[];
};
const answersTo = (change: Change = {}) => {
  const counts = { ...emptyCounts, ...change.counts };
  const sources = (change.sources ?? [{}]).map((facts) => ({ ...source, ...told(facts) }));
  const losses = lossesOf({
    counts,
    sources,
    losses: change.losses ?? [],
    orphanRoot: '/data/payloads/orphans',
  });
  return assess({
    now: 1_000,
    configured: change.configured ?? true,
    counts: { ...counts, ...countLosses(losses) },
    connection: { ...connection, ...told(change.connection ?? {}) },
    disk: { ...disk, ...told(change.disk ?? {}) },
    sources,
    rates: { ...rates, ...change.rates },
    pacing: { ...pacing, ...told(change.pacing ?? {}) },
    ledger: { ...ledger, ...told(change.ledger ?? {}) },
    checkin: { ...checkin, ...change.checkin },
    losses,
  });
};

const situationOf = (change: Change = {}) => spoken(answersTo(change));

/** A sentence a person can read: begins with a capital letter or a number, ends with a stop, has no gap. */
const sentence = /^[A-Z0-9][^{}]*[^ .]\.$/;
const hasGap = /undefined|null|NaN| {2}|\.\.|^\s|\s$|: \./;

describe('for every state of the way to the cloud', () => {
  it.each(connectionStates)('%s has words, with a queue and without', (state) => {
    const text = state === 'online' || state === 'starting' ? '' : 'The server does not accept connections.';
    for (const pending of [0, 1, 1_234_567]) {
      const answers = answersTo({
        connection: { state, text, hint: text },
        pacing: state === 'closed' ? { text: 'Closed until Monday 06:00' } : {},
        counts: { pending, collected: pending, retrying: pending },
      });
      for (const answer of [answers.safe, answers.flow]) expect(messageSchema.parse(answer)).toEqual(answer);
      for (const advice of answers.advice) expect(adviceSchema.parse(advice)).toEqual(advice);
      const situation = spoken(answers);
      for (const statement of [situation.safe, situation.flow]) {
        expect(statement.headline).toMatch(/^[A-Z ]{4,}$/);
        expect(statement.detail).toMatch(sentence);
        expect(statement.detail).not.toMatch(hasGap);
      }
      for (const advice of situation.advice) {
        expect(advice.text).not.toBe('');
        expect(advice.hint).not.toBe('');
      }
    }
  });

  it.each([
    ['offline', 'waiting', 'OFFLINE', 'try-now'],
    ['trouble', 'waiting', 'CLOUD TROUBLE', 'try-now'],
    ['intercepted', 'act', 'BLOCKED', 'run-doctor'],
    ['not-approved', 'act', 'NOT APPROVED', 'try-now'],
    ['storage-refused', 'act', 'STORAGE REFUSED', 'run-doctor'],
    ['key-missing', 'act', 'KEY MISSING', 'enter-key'],
    ['key-locked', 'act', 'WAITING FOR KEYRING', 'try-now'],
    ['key-refused', 'act', 'KEY REFUSED', 'enter-key'],
    ['wrong-address', 'act', 'WRONG ADDRESS', 'open-setup'],
  ] as const)('%s says what to do', (state, level, headline, action) => {
    const { flow, advice, safe } = situationOf({
      connection: { state, text: 'It is so.', hint: 'Do this.' },
      counts: { pending: 2, leased: 1, collected: 3 },
    });
    expect(flow).toEqual({ level, headline, detail: 'It is so. 3 pictures wait safely on this PC.' });
    expect(advice).toMatchObject([{ code: state, level, text: 'It is so.', hint: 'Do this.', action }]);
    // Nothing is unsafe because the cloud is away.
    expect(safe.level).toBe('good');
  });

  it('being asked to slow down is nobody’s task', () => {
    const { flow, advice } = situationOf({
      connection: { state: 'throttled', text: 'The cloud asked us to slow down.' },
    });
    expect(flow).toMatchObject({ level: 'waiting', headline: 'SLOWED DOWN' });
    expect(advice).toEqual([]);
  });
});

describe('is everything safe?', () => {
  it.each<[string, Change, string, string]>([
    ['not set up', { configured: false }, 'act', 'NOT SET UP'],
    ['a failing disk', { disk: { state: 'failing' } }, 'alarm', 'DISK FAULT'],
    ['a full disk', { disk: { state: 'full' } }, 'alarm', 'DISK FULL'],
    [
      'a missing folder',
      { sources: [{}, { state: 'missing', text: 'The folder is not there' }] },
      'alarm',
      '1 OF 2 COLLECTING',
    ],
    ['a folder that fails', { sources: [{ state: 'failed', text: 'This is a file' }] }, 'alarm', 'NOT COLLECTING'],
    ['refused files', { counts: { refused: 1 } }, 'act', 'CHECK FILES'],
    ['no source', { sources: [] }, 'act', 'NO SOURCE'],
    ['a low disk', { disk: { state: 'low' } }, 'good', 'SAFE'],
    ['dead letters, which are kept', { counts: { dead: 3, collected: 5 } }, 'good', 'SAFE'],
  ])('%s', (_, change, level, headline) => {
    const { safe } = situationOf(change);
    expect(safe).toMatchObject({ level, headline });
    expect(safe.detail).toMatch(sentence);
  });

  it('names the source that is missing, and how many more', () => {
    const missing = { state: 'missing', text: 'The folder is not there' } as const;
    expect(situationOf({ sources: [missing, { ...missing, name: 'B' }] }).safe.detail).toBe(
      'AOI top and 1 more: the folder is not there.',
    );
  });

  it.each([
    [{ collected: 0 }, 'Nothing collected yet.'],
    [{ collected: 1, acknowledged: 1 }, 'The 1 picture is delivered.'],
    [{ collected: 2, acknowledged: 2 }, 'All 2 pictures are delivered.'],
    [{ collected: 1_500, pending: 1 }, 'All 1,500 pictures are stored or delivered.'],
    [{ collected: 2, dead: 1 }, 'All 2 pictures are stored or delivered.'],
  ])('%j: %s', (change, detail) => {
    expect(situationOf({ counts: change }).safe.detail).toBe(detail);
  });
});

describe('is everything flowing?', () => {
  it.each<[Change, string, string]>([
    [{}, 'READY', 'Connected. Waiting for the first picture.'],
    [{ counts: { collected: 4, acknowledged: 4 } }, 'ALL DELIVERED', 'Connected. Nothing is waiting.'],
    [{ counts: { leased: 1 } }, 'FLOWING', '1 picture on the way.'],
    [
      { counts: { pending: 3_600 }, rates: { acknowledgedPerSecond: 10 } },
      'FLOWING',
      '3,600 pictures on the way, about 6 min left.',
    ],
  ])('%j: %s', (change, headline, detail) => {
    expect(situationOf(change).flow).toMatchObject({ headline, detail });
  });

  it('never says that all is delivered while the cloud refused something', () => {
    expect(situationOf({ counts: { collected: 5, acknowledged: 4, dead: 1 } }).flow).toEqual({
      level: 'act',
      headline: 'PICTURES REFUSED',
      detail: '1 picture was refused by the cloud and is kept here. Nothing else is waiting.',
    });
  });
});

describe('what must I do?', () => {
  it('is nothing when all is well', () => {
    expect(situationOf().advice).toEqual([]);
  });

  it('names half-written files that can’t be removed, and that no picture is lost by them', () => {
    const { advice } = situationOf({ disk: { leftOvers: 2 } });
    expect(advice).toMatchObject([
      {
        text: '2 half-written files in the data folder can’t be removed',
        hint: expect.stringContaining('No picture is lost by it'),
      },
    ]);
  });

  it('is to set up, and nothing else, before that is done', () => {
    const { advice } = situationOf({ configured: false, disk: { state: 'full' }, counts: { dead: 1 } });
    expect(advice).toMatchObject([{ code: 'not-set-up', action: 'open-setup' }]);
  });

  it('has the most urgent first, and never more than the window can show', () => {
    const { advice } = situationOf({
      disk: { state: 'full' },
      connection: { state: 'offline', text: 'No way.', hint: 'Look.' },
      counts: { dead: 1, refused: 2, stuck: 1 },
      sources: Array.from({ length: 10 }, (_, index) => ({
        name: `s${index}`,
        state: 'missing' as const,
        text: 'The folder is not there',
        hint: 'Check it.',
      })),
    });
    expect(advice).toHaveLength(8);
    expect(advice[0]?.code).toBe('disk-full');
    expect(new Set(advice.map(({ level }) => level))).toEqual(new Set(['alarm']));
  });

  it('counts in words that fit one and many', () => {
    const texts = (change: Partial<typeof emptyCounts>) =>
      situationOf({ counts: change }).advice.map(({ text }) => text);
    expect(texts({ dead: 1, refused: 1, stuck: 1 })).toEqual([
      '1 picture was refused by the cloud',
      '1 file could not be taken',
      '1 picture is stuck while others get through',
    ]);
    expect(texts({ dead: 2, refused: 3, stuck: 4 })).toEqual([
      '2 pictures were refused by the cloud',
      '3 files could not be taken',
      '4 pictures are stuck while others get through',
    ]);
  });
});

it('a closed window says until when, and asks nothing of anybody', () => {
  const { flow, advice } = situationOf({
    connection: { state: 'closed' },
    pacing: { limitBytesPerSecond: 0, text: 'Closed until Monday 06:00' },
    counts: { pending: 2, collected: 2 },
  });
  expect(flow).toEqual({
    level: 'waiting',
    headline: 'CLOSED NOW',
    detail: 'Closed until Monday 06:00. 2 pictures wait safely on this PC.',
  });
  expect(advice).toEqual([]);
});

it('a limit is said while pictures flow', () => {
  const { flow } = situationOf({
    pacing: { limitBytesPerSecond: 2_000_000, text: 'At most 2.0 MB/s until 18:00' },
    counts: { pending: 2, collected: 2 },
  });
  expect(flow.detail).toBe('2 pictures on the way. At most 2.0 MB/s until 18:00.');
});

describe('several sources', () => {
  it('of which one does not collect say how many do', () => {
    const { safe } = situationOf({ sources: [{}, {}, { name: 'Top', state: 'missing', text: 'There is none' }, {}] });
    expect(safe).toMatchObject({ level: 'alarm', headline: '3 OF 4 COLLECTING', detail: 'Top: there is none.' });
  });
});

describe('a disk that fills', () => {
  it('is advice while there is time', () => {
    const { safe, advice } = situationOf({ disk: { fullInSeconds: 187_200 }, counts: { pending: 5, collected: 5 } });
    expect(safe.level).toBe('good');
    expect(advice).toMatchObject([
      { code: 'disk-filling-slowly', level: 'waiting', text: 'The disk is full in 2 d 4 h at this rate' },
    ]);
  });

  it('is full in as long as the disk’s own figure says, to the minute', () => {
    const { safe, advice } = situationOf({ disk: { fullInSeconds: 5_400 }, counts: { pending: 5, collected: 5 } });
    expect(safe.detail).toContain(formatDuration(5_400_000));
    expect(advice[0]?.text).toContain('1 h 30 min');
  });

  it('is said in large letters within the shift', () => {
    const { safe } = situationOf({ disk: { fullInSeconds: 7_200 }, counts: { pending: 5, collected: 5 } });
    expect(safe).toMatchObject({ level: 'act', headline: 'FILLING UP' });
    expect(safe.detail).toBe('The disk is full in 2 h at this rate. No new pictures are taken then.');
  });

  it('drops pictures only in so many words', () => {
    const { safe } = situationOf({ disk: { state: 'full', whenFull: 'drop-oldest' }, counts: { dropped: 12 } });
    expect(safe).toMatchObject({ level: 'alarm', headline: 'DROPPING PICTURES' });
    expect(safe.detail).toContain('12 pictures dropped so far.');
  });
});

it('a gap in the ledger is an alarm that leads to the reconciliation', () => {
  const text = 'Line 3, 2026-11-21: 5 pictures captured, but 4 accounted for.';
  const { safe, advice } = situationOf({ ledger: { state: 'gap', text } });
  expect(safe).toEqual({ level: 'alarm', headline: 'COUNTS DIFFER', detail: text });
  expect(advice).toMatchObject([{ code: 'ledger-gap', action: 'show-ledger' }]);
});

it('what the cloud asks for and nobody here knows is shown, and nothing is done', () => {
  const { advice } = situationOf({ checkin: { unknownActions: [{ at: 1, text: 'reboot (17)' }] } });
  expect(advice).toMatchObject([{ code: 'unknown-action', level: 'act', action: 'none' }]);
  expect(advice[0]?.text).toContain('reboot (17)');
});

describe('pictures that are gone', () => {
  const first: UnseenLoss = {
    sourceId: 'aoi',
    cause: 'overwritten',
    frames: 14,
    lastAt: 1_000,
    lastPath: 'last.jpg',
  };
  const losses: readonly UnseenLoss[] = [
    first,
    { sourceId: 'gone', cause: 'vanished', frames: 1, lastAt: 1_000, lastPath: 'a.jpg' },
  ];

  it('are an alarm that says whose they were, why, and what to do', () => {
    const { safe, advice } = situationOf({ losses });
    expect(safe).toEqual({
      level: 'alarm',
      headline: 'PICTURES LOST',
      detail:
        'AOI top: 14 pictures were overwritten before being read. gone: 1 picture was removed from the folder before being read.',
    });
    expect(advice[0]).toMatchObject({ code: 'pictures-lost', level: 'alarm', action: 'acknowledge-losses' });
    expect(advice[0]?.hint).toMatch(/name of its own.*program that moves or deletes/);
  });

  it('of more sources than are named keep what is to be done about each', () => {
    const causes = ['overwritten', 'overwritten', 'overwritten', 'vanished', 'overwritten'] as const;
    const many = causes.map((cause, index) => ({ ...first, sourceId: `s${index}`, cause, frames: 1 }));
    const [advice] = situationOf({ losses: many }).advice;
    expect(advice?.text).toMatch(/^s0: .* s1: .* s2: .*being read\. And 2 more elsewhere\.$/);
    expect(advice?.hint).toBe(
      'Let the camera program give each picture a name of its own, or lower settleMilliseconds of this source. Look for the program that moves or deletes files there, and let it wait, or watch the folder it moves them to.',
    );
  });

  it('go before a source that collects nothing, but not before a disk that takes nothing more', () => {
    const broken = [{ state: 'missing', text: 'The folder is not there', hint: '' } as const];
    expect(situationOf({ losses, sources: broken }).safe.headline).toBe('PICTURES LOST');
    expect(situationOf({ losses, disk: { state: 'failing' } }).safe.headline).toBe('DISK FAULT');
  });
});

describe('a stored picture that is gone', () => {
  it('is PICTURES LOST and never said to be refused by the cloud or kept here', () => {
    const { safe, flow, advice } = situationOf({ counts: { collected: 9, acknowledged: 7, dead: 2, gone: 2 } });
    expect(safe).toMatchObject({ level: 'alarm', headline: 'PICTURES LOST' });
    expect(flow).toMatchObject({ level: 'waiting', headline: 'NOTHING WAITING' });
    expect(advice.map(({ code }) => code)).toEqual(['payloads-gone']);
    expect(JSON.stringify([safe, flow, advice])).not.toMatch(/refused|kept here/);
  });

  it('is told apart from what the cloud refused', () => {
    const { safe, flow, advice } = situationOf({ counts: { collected: 9, acknowledged: 6, dead: 3, gone: 1 } });
    expect(safe.detail).toMatch(/^1 stored picture is gone/);
    expect(flow.detail).toMatch(/^2 pictures were refused by the cloud/);
    expect(advice.map(({ code }) => code)).toEqual(['payloads-gone', 'dead-letters']);
  });

  it('in no list is an alarm', () => {
    const { safe, flow } = situationOf({ counts: { collected: 9, acknowledged: 9, orphans: 40 } });
    expect(safe).toMatchObject({ level: 'alarm', headline: 'PICTURES IN NO LIST' });
    expect(safe.detail).toContain('/data/payloads/orphans');
    expect(flow.headline).not.toBe('ALL DELIVERED');
  });
});

describe('pictures that left the store undelivered', () => {
  it('are not said to be delivered, also once a person has taken note of them', () => {
    const detail = (counts: Partial<typeof emptyCounts>) => situationOf({ counts }).safe.detail;
    expect(detail({ collected: 10, acknowledged: 10 })).toBe('All 10 pictures are delivered.');
    expect(detail({ collected: 10, acknowledged: 7, dropped: 3 })).toBe(
      'All other 7 pictures are delivered. 3 pictures were dropped, undelivered.',
    );
    expect(detail({ collected: 10, acknowledged: 6, pending: 1, dropped: 1, deleted: 2 })).toBe(
      'All other 7 pictures are stored or delivered. 1 picture was dropped, and 2 pictures were deleted here, undelivered.',
    );
    expect(detail({ collected: 2, deleted: 2 })).toBe('2 pictures were deleted here, undelivered.');
  });

  it('as the site chose are no alarm, and not good either until a person has taken note', () => {
    const { safe, flow, advice } = situationOf({
      counts: { collected: 10, acknowledged: 7, dropped: 3 },
      losses: [{ sourceId: 'aoi', cause: 'dropped', frames: 3, lastAt: 1_000, lastPath: '' }],
    });
    expect(safe).toEqual({
      level: 'act',
      headline: 'PICTURES DROPPED',
      detail: 'AOI top: 3 pictures were dropped undelivered to make room for newer ones, as this site chose.',
    });
    expect(flow.headline).toBe('NOTHING WAITING');
    expect(advice).toMatchObject([{ code: 'pictures-dropped', action: 'acknowledge-losses' }]);
  });
});

it('new pictures of cameras are not said to stay anywhere while nothing can be taken', () => {
  const folder = { kind: 'folder' } as const;
  const camera = { kind: 'gige' } as const;
  const detail = (sources: NonNullable<Change['sources']>, state: 'full' | 'failing') =>
    situationOf({ sources, disk: { state, text: 'Full' } }).safe.detail;
  for (const state of ['full', 'failing'] as const) {
    expect(detail([folder], state)).toContain('stay in their folder');
    expect(detail([camera], state)).not.toContain('folder');
    expect(detail([camera], state)).toContain('of cameras are lost');
    expect(detail([folder, camera], state)).toMatch(/stay in their folder or, of cameras, are lost/);
  }
});

describe('a disk that fills', () => {
  const hintOf = (change: Change): string =>
    situationOf({ ...change, disk: { fullInSeconds: 7_200, ...change.disk } }).advice.find(
      ({ code }) => code === 'disk-filling',
    )?.hint ?? '';

  it('is not said to want a connection that is there', () => {
    expect(hintOf({ counts: { pending: 5, collected: 5 }, connection: { state: 'offline' } })).toMatch(
      /^Restore the connection/,
    );
    expect(hintOf({ counts: { pending: 5, collected: 5 } })).not.toMatch(/Restore/);
    expect(hintOf({ counts: { acknowledged: 5, collected: 5 } })).toBe('Free some space on this disk.');
  });

  it('says what is full: free bytes help no share that is used up, and no lack of files', () => {
    const adviceFor = (fullOf: 'disk' | 'quota' | 'files', state: 'online' | 'offline' = 'online') =>
      situationOf({ disk: { state: 'full', fullOf, text: 'Full' }, connection: { state } }).advice[0];
    expect(adviceFor('quota', 'offline')).toMatchObject({
      text: 'The gateway’s share of this disk is full',
      hint: expect.stringMatching(/^Restore the connection.*store\.maxBytes/),
    });
    expect(adviceFor('quota')?.hint).not.toMatch(/Restore|Free some space/);
    expect(adviceFor('files')?.text).toBe('No more files fit on this disk');
    expect(adviceFor('disk')?.text).toBe('Make room on the disk');
  });

  it('by other programs is said to be', () => {
    const { safe, advice } = situationOf({ disk: { fullInSeconds: 7_200, filledByOthers: true } });
    expect(safe.detail).toMatch(/^Other programs fill this disk: it is full in 2 h/);
    expect(advice[0]?.hint).toMatch(/^Look for the program/);
  });
});
