import { createInstance, type i18n, type TOptions } from 'i18next';
import { isolated } from '../isolated.ts';
import { codes } from './codes.ts';
import en from './en.json' with { type: 'json' };
import type { Message, Param } from './message.ts';
import { formatBytes, isEnglish } from './numbers.ts';
import type { ParamKind } from './param-kinds.ts';
import { formatDuration, formatLatency, type SiteClock, siteClock } from './times.ts';

/** Sentences of messages, for one viewer. None of these throws: what cannot be said is said to be so. */
export type Words = {
  /** What is read from two metres; empty where the code has no headline. */
  readonly headline: (message: Message) => string;
  /** What happened. */
  readonly text: (message: Message) => string;
  /** What to do about it; empty where nothing is to do. */
  readonly hint: (message: Message) => string;
};

/** A language's words: for each code its parts, as `en.json` has them. */
type Catalogue = Readonly<Record<string, Readonly<Record<string, string>>>>;
/** Catalogues by the language's name (`de`, `pt-BR`). */
export type Languages = Readonly<Record<string, Catalogue>>;

export type WordsOptions = {
  /** The viewer's. Words that it lacks are English. */
  readonly language?: string;
  readonly languages?: Languages;
  /** IANA name of the site's time zone; the PC's own where it is left out. */
  readonly timeZone?: string | undefined;
  readonly now?: () => number;
};

type Part = keyof Words;

/** All that there are: a further language is a file beside `en.json`, and its line here. */
const ours: Languages = { en };

/** A long list of sentences says no more than its first few. */
const mostSentences = 8;

const opened = new WeakMap<Languages, i18n>();

function catalogueOf(languages: Languages): i18n {
  const known = opened.get(languages);
  if (known !== undefined) return known;
  const made = openCatalogue(languages);
  opened.set(languages, made);
  return made;
}

function openCatalogue(languages: Languages): i18n {
  const instance = createInstance();
  const all = { ...ours, ...languages };
  void instance.init({
    fallbackLng: 'en',
    supportedLngs: Object.keys(all),
    resources: Object.fromEntries(Object.entries(all).map(([name, words]) => [name, { translation: words }])),
    initAsync: false,
    // A code is a key, and a file's name may have any sign in it.
    keySeparator: '>',
    nsSeparator: false,
    contextSeparator: ':',
    // Nothing here is HTML; who draws it escapes it.
    interpolation: { escapeValue: false, skipOnVariables: true },
    returnEmptyString: true,
  });
  instance.services.formatter?.add('lowerFirst', (value, language) =>
    isEnglish(language ?? 'en') ? lowerFirst(String(value)) : String(value),
  );
  return instance;
}

/** “USB cameras …” stays what it is. Other languages have rules of their own for capitals. */
const lowerFirst = (text: string): string =>
  /^\p{Lu}(?!\p{Lu})/u.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;

/**
 * The full stop of a sentence that stands within another: one too many where that one has a stop of its own behind it.
 * It is none of the characters that there are, so that no name has it.
 */
const softStop = '\ufffe';
const settled = (text: string): string => text.replaceAll(`${softStop}.`, '.').replaceAll(softStop, '.');

/** A sentence gets its full stop, where another one follows; a part of a sentence has none. */
const closed = (text: string): string =>
  isPart(text) || !/[\p{L}\p{N}\p{Pe}\p{Pf}"\u2069]$/u.test(text) ? text : `${text}.`;
/** A sentence begins with a capital letter, or with a name (which is isolated). */
const isPart = (text: string): boolean => !/^[\p{Lu}\u2068]/u.test(text);

export function createWords({ language = 'en', languages = ours, timeZone, now = Date.now }: WordsOptions = {}): Words {
  const translate = catalogueOf(languages).getFixedT(language);
  const zoned = siteClock(timeZone, language);

  function say(part: Part, { code, params }: Message): string {
    const kinds: Readonly<Record<string, ParamKind>> = codes[code].params;
    const gaps: TOptions = { defaultValue: '' };
    // A hint gives the hints of what is within it; large letters have room for its text at the most.
    const within = part === 'hint' ? 'hint' : 'text';
    const clock = clockOf(params['zone']);
    for (const [name, kind] of Object.entries(kinds)) gaps[name] = fill(params[name], kind, within, clock);
    return settled(translate(`${code}>${part}`, gaps).trim());
  }

  function fill(value: Param | undefined, kind: ParamKind, within: Part, clock: SiteClock): string | number {
    // A row of another version may have a gap less.
    if (value === undefined) return '–';
    if (typeof value === 'object') {
      const messages: readonly Message[] = Array.isArray(value) ? value : [value as Message];
      if (kind === 'list') return messages.map((one) => say('text', one)).join(', ');
      const said = sentences(messages, kind === 'told' ? ['text', 'hint'] : [within]);
      return (kind === 'message' ? said : closed(said)).replace(/\.$/, softStop);
    }
    if (kind === 'name' || kind === 'quote') return isolated(String(value));
    if (typeof value !== 'number') return String(value);
    switch (kind) {
      case 'bytes':
        return formatBytes(value, language);
      case 'bytesPerSecond':
        return `${formatBytes(value, language)}/s`;
      case 'duration':
        return formatDuration(value, language);
      case 'latency':
        return formatLatency(value, language);
      case 'instant':
        return clock.untilMoment(value, now());
      case 'number':
        return value.toLocaleString(language);
      default:
        // A number for i18next, which chooses the plural by it; `{{count, number}}` writes it.
        return value;
    }
  }

  function clockOf(zone: Param | undefined): SiteClock {
    if (typeof zone !== 'string') return zoned;
    try {
      return siteClock(zone, language);
    } catch {
      // Another program's message may name a zone that is not known here.
      return zoned;
    }
  }

  /** Of several, each that says something new. */
  function sentences(messages: readonly Message[], parts: readonly Part[]): string {
    const said = messages.slice(0, mostSentences).map((one) => inARow(parts.map((part) => say(part, one))));
    return inARow([...new Set(said)]);
  }

  return {
    headline: (one) => say('headline', one),
    text: (one) => say('text', one),
    hint: (one) => say('hint', one),
  };
}

/** Each ends before the next begins. */
function inARow(sentences: readonly string[]): string {
  const said = sentences.filter((one) => one !== '');
  return said.map((one, index) => (isPart(said[index + 1] ?? 'a') ? one : closed(one))).join(' ');
}

/** For places that know one viewer only: the log, the check-in, the command line. */
export const plainEnglish = (message: Message): string => createWords().text(message);

export const fullEnglish = (message: Message): string => inFull(createWords(), message);

/** What happened and what to do, one after the other. */
export function inFull({ text, hint }: Pick<Words, 'text' | 'hint'>, message: Message, between = ' '): string {
  const both = [text(message), hint(message)];
  return between === ' ' ? inARow(both) : both.filter((one) => one !== '').join(between);
}
