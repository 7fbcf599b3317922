import { describe, expect, it } from 'vitest';
import { type Message, message } from '../../../shared/messages/message.ts';
import { formatBytes } from '../../../shared/messages/numbers.ts';
import { formatDuration, siteClock } from '../../../shared/messages/times.ts';
import { createWords, type Languages } from '../../../shared/messages/words.ts';

/** A further language is a catalogue like `en.json`; a small one here, of a language with more plurals than English. */

const languages: Languages = {
  pl: {
    'pictures-wait': {
      text_zero: 'Nic nie czeka.',
      text_one: '{{count, number}} obraz czeka na tym komputerze.',
      text_few: '{{count, number}} obrazy czekają na tym komputerze.',
      text_many: '{{count, number}} obrazów czeka na tym komputerze.',
      text_other: '{{count, number}} obrazu czeka na tym komputerze.',
    },
    'flow-offline': { headline: 'BEZ SIECI', text: '{{why}} {{kept}}' },
    'disk-filling': { text: 'Dysk będzie pełny za {{left}}', 'text:others': 'Inne programy zapełnią dysk za {{left}}' },
    'pace-closed-until': { text: 'Zamknięte do {{until}}' },
    'pace-limited': { text: 'Najwyżej {{limit}}' },
  },
};
const now = Date.UTC(2026, 10, 20, 10);
const polish = createWords({ language: 'pl', languages, timeZone: 'Europe/Warsaw', now: () => now });
const english = createWords({ languages, timeZone: 'Europe/Warsaw', now: () => now });
const waits = (count: number): string => polish.text(message('pictures-wait', { count }));

describe('a second language', () => {
  it('has its own plural forms', () => {
    expect([0, 1, 2, 5, 22, 25].map(waits)).toEqual([
      'Nic nie czeka.',
      '1 obraz czeka na tym komputerze.',
      '2 obrazy czekają na tym komputerze.',
      '5 obrazów czeka na tym komputerze.',
      '22 obrazy czekają na tym komputerze.',
      '25 obrazów czeka na tym komputerze.',
    ]);
    expect(waits(12_540)).toMatch(/^12\s540 obrazów/);
  });

  it('has its wording of a context, and the common one where it has none of its own', () => {
    const filling = (context: 'others' | 'online'): Message => message('disk-filling', { context, left: 5_400_000 });
    expect(polish.text(filling('others'))).toBe('Inne programy zapełnią dysk za 1 godz. 30 min');
    expect(polish.text(filling('online'))).toBe('Dysk będzie pełny za 1 godz. 30 min');
  });

  it('is English where a code or a part of it is missing, also within its own sentences', () => {
    const why = message('closed-by-schedule');
    const offline = message('flow-offline', { why, kept: message('pictures-wait', { count: 2 }) });
    expect(polish.headline(offline)).toBe('BEZ SIECI');
    expect(polish.text(offline)).toBe(
      'The site’s schedule closes the connection now. 2 obrazy czekają na tym komputerze.',
    );
    expect(polish.text(message('store-in-use'))).toBe(english.text(message('store-in-use')));
    expect(polish.hint(message('disk-filling', { context: 'others', left: 1 }))).toMatch(/^Look for the program/);
  });

  it('writes days and sizes as it is used to, in the site’s time zone', () => {
    const until = Date.UTC(2026, 10, 21, 5);
    expect(polish.text(message('pace-closed-until', { until }))).toBe('Zamknięte do sob. 06:00');
    expect(polish.text(message('pace-limited', { limit: 2_100_000 }))).toMatch(/^Najwyżej 2,1\sMB\/s$/);
  });

  it('leaves English as it is', () => {
    expect(english.text(message('pictures-wait', { count: 2 }))).toBe('2 pictures wait safely on this PC.');
    expect(english.text(message('pace-limited', { limit: 2_100_000 }))).toBe('At most 2.1 MB/s');
    expect(createWords().text(message('pictures-wait', { count: 2 }))).toBe('2 pictures wait safely on this PC.');
  });

  it('of a viewer in a country is that of the language, and one that nobody has written is English', () => {
    const words = (language: string): string =>
      createWords({ language, languages }).text(message('pictures-wait', { count: 2 }));
    expect(words('pl-PL')).toBe('2 obrazy czekają na tym komputerze.');
    expect(words('nl')).toBe('2 pictures wait safely on this PC.');
  });
});

it.each([
  ['en', '2.1 MB', '532 B', '2 h 5 min', '4 d 3 h', '14:03:22', '21 Nov'],
  ['de', '2,1 MB', '532 Byte', '2 Std. 5 Min.', '4 Tg. 3 Std.', '14:03:22', '21. Nov.'],
  ['fr', '2,1 Mo', '532 o', '2 h 5 min', '4 j 3 h', '14:03:22', '21 nov.'],
])('sizes, durations and times of %s', (language, megabytes, bytes, hours, days, clock, day) => {
  const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
  const hour = 3_600_000;
  const zoned = siteClock('UTC', language);
  expect(plain(formatBytes(2_100_000, language))).toBe(megabytes);
  expect(plain(formatBytes(532, language))).toBe(bytes);
  expect(plain(formatDuration(2 * hour + 5 * 60_000, language))).toBe(hours);
  expect(plain(formatDuration(99 * hour, language))).toBe(days);
  const at = Date.UTC(2026, 10, 21, 14, 3, 22);
  expect(zoned.clock(at)).toBe(clock);
  expect(zoned.moment(at, at + 48 * hour)).toContain(day);
});
