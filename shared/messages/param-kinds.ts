/**
 * What fills a gap of a sentence. Values are plain numbers and strings; how they are written is decided where the words
 * are made, once for all of them.
 *
 * - `count`: how many; whole. The one called `count` also chooses singular or plural.
 * - `number`: a figure that is no number of things.
 * - `bytes`, `bytesPerSecond`: `2.1 MB`, `2.1 MB/s`.
 * - `duration`: milliseconds, written as `1 h 30 min`.
 * - `latency`: milliseconds that a machine takes, written as `3 ms`, `1.2 s`.
 * - `instant`: milliseconds since the epoch, written in the site's time zone, or in that of the gap called `zone`.
 * - `name`: what is not ours: a file, a camera, a source, an address, a setting.
 * - `quote`: the system's or a server's own words.
 * - `sentence`: our own words, made where there are no codes yet; the names in it are set apart already.
 * - `message`, `messages`: sentences within a sentence; several are put one after the other.
 * - `list`: parts of a sentence, with commas between them.
 * - `told`: messages that are told whole, each with what happened and what to do, also within a hint.
 * - a list of words: one of them. The one called `context` chooses between several wordings of the same code.
 */
export type ParamKind =
  | 'count'
  | 'number'
  | 'bytes'
  | 'bytesPerSecond'
  | 'duration'
  | 'latency'
  | 'instant'
  | 'name'
  | 'quote'
  | 'sentence'
  | 'message'
  | 'messages'
  | 'list'
  | 'told'
  | readonly string[];

/**
 * How grave it is, the least first. `good`: nothing to do. `busy`: working. `waiting`: goes on by itself. `act`: a person
 * must do something. `alarm`: pictures are lost or not taken, or something is broken.
 */
export const levels = ['good', 'busy', 'waiting', 'act', 'alarm'] as const;
export type Level = (typeof levels)[number];

/** Who must act: the person at the line, who looks after this PC and its network, who administers Acusight, its makers. */
export type Actor = 'nobody' | 'line' | 'site' | 'administrator' | 'support';

export type CodeFacts = {
  readonly level: Level;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, ParamKind>>;
};

/** One line of the table of codes. */
export const code = <const Params extends CodeFacts['params'] = Record<never, never>>(
  level: Level,
  actor: Actor,
  params: Params = {} as Params,
) => ({ level, actor, params });
