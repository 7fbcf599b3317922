const mostKnown = 500;
/** What is the same but for its details is news again after so long. */
const againMilliseconds = 60 * 60_000;

type Known = { readonly text: string; readonly at: number };

/**
 * Which actions of the cloud are news. A cloud that waits for an answer repeats an action at every check-in, and may give
 * it a new number or time whenever it does: each is told once, and again only where its details have changed, and not for
 * an hour.
 */
export class KnownActions {
  /** By what stays the same of it; the one that was met last is the last. */
  readonly #known = new Map<string, Known>();

  /** `now`: monotonic milliseconds. */
  isNews(text: string, now: number): boolean {
    const kind = kindOf(text);
    const known = this.#known.get(kind);
    const isNews = known === undefined || (known.text !== text && now - known.at >= againMilliseconds);
    this.#known.delete(kind);
    this.#known.set(kind, isNews ? { text, at: now } : known);
    // Kinds without end must not fill the memory.
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
    return isNews;
  }
}

/** Its name; where it has none, the names of its details; of a mere text what is no time and no long number. */
function kindOf(text: string): string {
  const name = /^(\S+) \{/.exec(text)?.[1];
  if (name !== undefined) return name;
  if (text.startsWith('{')) return [...text.matchAll(/"(\w+)":/g)].map(([, key]) => key).join(' ');
  return text.replaceAll(/[\da-f]{8}(?:-?[\da-f]{4}){1,6}|\d{1,4}[-:.]\d{2}(?:[-:.T ]\d{2,})*|\d{6,}/gi, '#');
}
