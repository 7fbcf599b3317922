import { isolated } from '../../../../shared/isolated.ts';
import { type Message, message } from '../../../../shared/messages/message.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/;
const MAX_DIGITS = 64;

/** A finite number, also when written as text (`"0.5"`, `"1e-3"`); null for everything else. */
export function readNumber(value: unknown): number | null {
  const number = typeof value === 'string' ? parseNumber(value.trim()) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function parseNumber(text: string): number | null {
  return text.length <= MAX_DIGITS && NUMBER.test(text) ? Number(text) : null;
}

export const hasDecimalComma = (text: string): boolean => text.length <= MAX_DIGITS && DECIMAL_COMMA.test(text);

/** Completes "its width …": what is there instead of a usable value. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (typeof value === 'string') {
    const text = value.trim();
    if (text === '') return 'is empty';
    return hasDecimalComma(text)
      ? `is ${quote(text)} with a decimal comma (write ${quote(text.replace(',', '.'))})`
      : `is ${quote(text)}`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return `is ${value}`;
  return Array.isArray(value) ? 'is a list' : 'is an object';
}

const MAX_PROBLEMS = 20;
const MAX_QUOTED = 60;
/** A file that is wrong so often is not one that a program wrote for this purpose. */
const MAX_COUNT = 10_000;

/** Text from a file, for a message: on one line, bounded, in quotes. */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  // Control characters from a file must not reach a terminal or a log line.
  return `"${isolated(cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' '))}"`;
}

/** What is wrong with one file, bounded: after the first twenty problems only their number grows. */
export class ProblemList {
  readonly #file: string;
  readonly #messages: Message[] = [];
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** `problem`: a part of a sentence, its names set apart. */
  message(problem: string): Message {
    return message('sidecar-problem', { file: this.#file, problem });
  }

  /** True when reading on is a waste of time. */
  get tooMany(): boolean {
    return this.#count >= MAX_COUNT;
  }

  add(problem: string): void {
    this.#count += 1;
    if (this.#messages.length < MAX_PROBLEMS) this.#messages.push(this.message(problem));
  }

  toArray(): readonly Message[] {
    const count = this.#count - this.#messages.length;
    if (count === 0) return [...this.#messages];
    const context = this.tooMany ? 'unread' : 'read';
    return [...this.#messages, message('sidecar-more-problems', { context, file: this.#file, count })];
  }
}
