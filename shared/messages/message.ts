import { type Code, codes } from './codes.ts';
import type { Level, ParamKind } from './param-kinds.ts';

/**
 * What the gateway has to say to a person, without its words: a code of the table and what fills the gaps. Core, database,
 * log and process boundary carry this; window, command line and tray make sentences of it (`words.ts`).
 */
export type Message = { readonly code: Code; readonly params: Params };
export type Params = Readonly<Record<string, Param>>;
export type Param = number | string | boolean | Message | readonly Message[];

type ValueOf<Kind> = Kind extends readonly string[]
  ? Kind[number]
  : Kind extends 'name' | 'quote' | 'sentence'
    ? string
    : Kind extends 'message'
      ? Message
      : Kind extends 'messages' | 'list' | 'told'
        ? readonly Message[]
        : number;

/** What a code's words have gaps for. */
export type ParamsOf<One extends Code> = {
  readonly [Name in keyof (typeof codes)[One]['params']]: ValueOf<(typeof codes)[One]['params'][Name]>;
};

type Filling<One extends Code> = keyof ParamsOf<One> extends never ? [] : [params: ParamsOf<One>];

/** The one way to make a message: its gaps are filled as the table says. */
export const message = <One extends Code>(code: One, ...[params]: Filling<One>): Message => ({
  code,
  params: (params ?? {}) as Params,
});

/** How grave it is. */
export const levelOf = ({ code }: Pick<Message, 'code'>): Level => codes[code].level;

/** What an older version stored as a sentence, and what is known as a sentence only. */
export const legacy = (text: string, hint = ''): Message => message('legacy', { text, hint });

const deepest = 6;

const isCode = (value: unknown): value is Code => typeof value === 'string' && Object.hasOwn(codes, value);

/** The code is one of the table, and each gap is filled with what its kind allows. */
export function isMessage(value: unknown, depth = 0): value is Message {
  if (depth > deepest || typeof value !== 'object' || value === null) return false;
  const { code, params } = value as Record<string, unknown>;
  if (!isCode(code) || typeof params !== 'object' || params === null) return false;
  const kinds: Readonly<Record<string, ParamKind>> = codes[code].params;
  return Object.entries(kinds).every(([name, kind]) => fits((params as Record<string, unknown>)[name], kind, depth));
}

function fits(value: unknown, kind: ParamKind, depth: number): boolean {
  if (typeof kind !== 'string') return kind.some((choice) => choice === value);
  switch (kind) {
    case 'name':
    case 'quote':
    case 'sentence':
      return typeof value === 'string';
    case 'message':
      return isMessage(value, depth + 1);
    case 'messages':
    case 'list':
    case 'told':
      return Array.isArray(value) && value.every((one) => isMessage(one, depth + 1));
    default:
      return typeof value === 'number' && Number.isFinite(value);
  }
}

/** For a column of the database. */
export const storedMessage = ({ code, params }: Message): string => JSON.stringify({ code, params });

/**
 * What `storedMessage` wrote, perhaps by another version. Null where it is none: a code that this version does not know
 * is none either, and its row's old words or the code itself have to be shown.
 */
export function readMessage(stored: string): Message | null {
  try {
    const value: unknown = JSON.parse(stored);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}
