const MAX_PROBLEMS = 20;
const MAX_QUOTED = 60;

/** Text from a file, for a message: on one line, bounded, in quotes. */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  // Control characters from a file must not reach a terminal or a log line.
  return `"${cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')}"`;
}

/** What is wrong with one file, bounded: after the first twenty problems only their number grows. */
export class ProblemList {
  readonly #file: string;
  readonly #sentences: string[] = [];
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  sentence(what: string): string {
    return `${this.#file}: ${what}.`;
  }

  add(what: string): void {
    this.#count += 1;
    if (this.#sentences.length < MAX_PROBLEMS) this.#sentences.push(this.sentence(what));
  }

  toArray(): readonly string[] {
    const more = this.#count - this.#sentences.length;
    return more === 0 ? [...this.#sentences] : [...this.#sentences, `${this.#file}: and ${more} more problems.`];
  }
}
