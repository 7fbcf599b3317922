import { describe, expect, it, test } from 'vitest';
import { isolated } from '../../../shared/isolated.ts';
import { legacy, message, readMessage, storedMessage } from '../../../shared/messages/message.ts';
import { messageSchema } from '../../../shared/messages/message-schema.ts';
import { createWords, inFull } from '../../../shared/messages/words.ts';

const now = Date.UTC(2026, 10, 20, 10);
const words = createWords({ timeZone: 'Europe/Berlin', now: () => now });
const hour = 3_600_000;

describe('words of a message', () => {
  it('count in the singular, the plural and at none', () => {
    const waits = (count: number): string => words.text(message('pictures-wait', { count }));
    expect(waits(0)).toBe('Nothing is waiting.');
    expect(waits(1)).toBe('1 picture waits safely on this PC.');
    expect(waits(1_254)).toBe('1,254 pictures wait safely on this PC.');
  });

  it('have sentences within sentences, in the text and in the hint', () => {
    const lost = message('loss-overwritten', { count: 2 });
    const both = message('pictures-lost', {
      losses: [message('of-source', { source: 'AOI', what: lost }), message('loss-vanished', { count: 1 })],
    });
    expect(words.text(both)).toBe(
      'AOI: 2 pictures were overwritten before being read. 1 picture was removed from the folder before being read.',
    );
    expect(words.hint(both)).toMatch(/^Let the camera program .* Look for the program/);
  });

  it('give the same advice once', () => {
    const lost = message('loss-vanished', { count: 1 });
    const twice = message('pictures-lost', { losses: [lost, message('of-source', { source: 'B', what: lost })] });
    expect(words.hint(twice)).toBe(words.hint(lost));
  });

  it('tell a message whole within a hint, where that is what helps', () => {
    const notes = [
      legacy('Gain was not set.', 'Set it.'),
      legacy('One byte too many.'),
      legacy('Gain was not set.', 'Set it.'),
    ];
    const taking = message('camera-taking-pictures', { notes });
    expect(words.text(taking)).toBe('Taking pictures');
    expect(words.hint(taking)).toBe('Gain was not set. Set it. One byte too many.');
    expect(messageSchema.parse(taking)).toEqual(taking);
    expect(messageSchema.safeParse({ ...taking, params: { notes: ['words'] } }).success).toBe(false);
  });

  it('are in the time zone of the site, to the minute', () => {
    const closed = message('pace-closed-until', { until: Date.UTC(2026, 10, 21, 5) });
    expect(words.text(closed)).toBe('Closed until Sat 06:00');
    expect(createWords({ timeZone: 'UTC', now: () => now }).text(closed)).toBe('Closed until Sat 05:00');
  });

  it('are in the time zone that the message names, where it does, and in the site’s where nobody knows that one', () => {
    const shown = (zone: string): string => words.text(message('check-time-zone', { time: now, zone }));
    expect(shown('Asia/Tokyo')).toBe('It is 19:00 at the site (Asia/Tokyo).');
    expect(shown('Mars/Olympus')).toBe('It is 11:00 at the site (Mars/Olympus).');
  });

  it('have parts of a sentence with commas between them, and the times of machines to the millisecond', () => {
    const places = ['10.0.0.5', '10.0.0.6'].map((address, index) =>
      message('check-reached-at', { address, after: 3 + index * 1_250 }),
    );
    expect(words.text(message('check-reached', { port: '8443', places }))).toBe(
      'Port 8443 accepts connections: 10.0.0.5 after 3 ms, 10.0.0.6 after 1.3 s.',
    );
  });

  it('write a duration as everywhere', () => {
    expect(words.text(message('disk-filling', { context: 'online', left: 1.5 * hour }))).toBe(
      'The disk is full in 1 h 30 min at this rate',
    );
  });

  it('have no headline where none is to be read from afar', () => {
    expect(words.headline(message('pictures-wait', { count: 1 }))).toBe('');
    expect(words.headline(message('safe-some-collecting', { ...broken, works: 3, all: 4 }))).toBe('3 OF 4 COLLECTING');
  });
});

const broken = { source: 'Top', what: legacy('There is none'), count: 0 };

test.each(['{{count}}', '$t(offline>text)', '<b>', '%s', '__proto__', '\u202etxt.exe', '{{what}} & {{', '$& $1'])(
  'a name is a name, whatever is in it: %s',
  (source) => {
    const said = words.text(message('safe-not-collecting', { ...broken, source }));
    expect(said.replace(/[\u2066-\u2069]/g, '')).toBe(`${source.replace(/[\u202a-\u202e]/g, '')}: there is none.`);
  },
);

test('a sentence of before there were codes keeps its names apart from its words', () => {
  const text = `The file ${isolated('صورة 7.jpg')} was read 3 times`;
  expect(words.text(legacy(text))).toBe(text);
});

describe('a message that crosses a boundary', () => {
  it('may have the longest path of a disk in it: a window that refuses it would show nothing at all', () => {
    const long = message('loss-orphaned-in', { count: 1, folder: `/${'x'.repeat(4_095)}` });
    expect(messageSchema.parse(long)).toEqual(long);
    expect(messageSchema.safeParse(legacy('x'.repeat(20_000))).success).toBe(true);
  });

  it('is one of the table, with its gaps filled', () => {
    const good = message('safe-not-collecting', broken);
    expect(messageSchema.parse(good)).toEqual(good);
    for (const bad of [
      null,
      'offline',
      { code: 'no-such-code', params: {} },
      { code: 'toString', params: {} },
      { code: 'pictures-wait', params: {} },
      { code: 'pictures-wait', params: { count: 'two' } },
      { code: 'pictures-wait', params: { count: Number.NaN } },
      { code: 'disk-filling', params: { context: 'elsewhere', left: 1 } },
      { code: 'safe-not-collecting', params: { ...broken, what: 'There is none' } },
      { code: 'pictures-lost', params: { losses: [{}] } },
    ])
      expect(messageSchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  });

  it('can’t be nested without end', () => {
    let nested = legacy('It is so');
    for (let depth = 0; depth < 50; depth += 1) nested = message('of-source', { source: 'a', what: nested });
    expect(messageSchema.safeParse(nested).success).toBe(false);
  });

  it('comes back from the database, and from another version not at all', () => {
    const stored = storedMessage(message('safe-not-collecting', broken));
    expect(readMessage(stored)).toEqual(message('safe-not-collecting', broken));
    for (const other of ['', 'The disk was full', '{"code":"of-2031","params":{}}', '[]', 'null'])
      expect(readMessage(other)).toBeNull();
  });
});

describe('a sentence within another', () => {
  const inWords = createWords({ timeZone: 'UTC', now: () => Date.UTC(2026, 10, 21) });
  const source = { source: 'Top', count: 0 };

  it('has one full stop, whether it brought its own or not', () => {
    for (const what of ['The folder is not there', 'The folder is not there.'])
      expect(inWords.text(message('safe-not-collecting', { ...source, what: legacy(what) }))).toMatch(
        /Top.*: the folder is not there\.$/,
      );
    expect(
      inWords.text(message('safe-not-collecting', { ...source, what: legacy('Where are “../pictures..”?') })),
    ).toMatch(/“\.\.\/pictures\.\.”\?/);
  });

  it('ends before the next begins', () => {
    const what = message('folder-missing');
    expect(inFull(inWords, what)).toMatch(/^The folder is not there\. Check /);
    const loss = [legacy('The disk is full', 'Make room.')];
    expect(inWords.hint(message('check-camera-loses', { what, count: 2, loss }))).toBe('The disk is full. Make room.');
  });

  it('keeps an abbreviation at its beginning', () => {
    const what = legacy('USB cameras can’t be used.');
    expect(inWords.text(message('safe-not-collecting', { ...source, what }))).toContain('USB cameras');
  });

  it('tells a day that is long past by its date', () => {
    const shown = (daysAgo: number): string =>
      inWords.text(message('folder-silent', { since: Date.UTC(2026, 10, 21 - daysAgo, 6) }));
    expect(shown(3)).toContain('Wed 06:00');
    expect(shown(20)).toContain('1 Nov 06:00');
  });
});
