import { CodedError } from '../coded-error.ts';
import { keyOf, type Route, routesOf } from './proxy-routes.ts';

/** Where proxies are asked for: this PC's own settings, or a script (PAC) that the site names. */
export type ProxySource = { readonly kind: 'system' } | { readonly kind: 'pac'; readonly url: string };

export type ProxyQuestion = {
  readonly source: ProxySource;
  /** The server's origin with a slash behind it: what a script is told of an https address anyway. */
  readonly url: string;
  /** What was answered before did not work: the settings are read, and the script fetched, again. */
  readonly fresh: boolean;
};

/** `list` as scripts write it: `PROXY a:3128; DIRECT`. `silent`: no answer in time. */
export type ProxyAnswer =
  | { readonly ok: true; readonly list: string }
  | { readonly ok: false; readonly reason: 'failed' | 'silent'; readonly technical: string };

/** Never rejects, but may take for ever. */
export type AskProxy = (question: ProxyQuestion) => Promise<ProxyAnswer>;

export type ChoiceOptions = {
  readonly ask: AskProxy;
  readonly source: ProxySource;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
};

const answerMilliseconds = 12_000;
/** A script may answer differently by the time of day or by the network that this PC is in. */
const keepMilliseconds = 60_000;
/** As browsers do: so long a proxy that did not answer is asked last. */
const avoidMilliseconds = 300_000;
const holdMilliseconds = 5_000;
/** A script that does not end takes a processor's whole time until it is stopped: it is asked ever more rarely. */
const longestHoldMilliseconds = 120_000;

/** A proxy that is away is away for everybody; that one server is not reached straight says nothing of another. */
const avoidKey = (origin: string, route: Route): string =>
  route.kind === 'direct' ? `${keyOf(route)} ${origin}` : keyOf(route);

type Known = { readonly routes: readonly Route[]; readonly until: number };

/** Which way a server is reached, asked of somebody who knows; each answer holds for a while. */
export class RouteChoice {
  readonly #options: ChoiceOptions;
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Promise<readonly Route[]>>();
  readonly #avoided = new Map<string, number>();
  readonly #stale = new Set<string>();
  #held: { readonly error: CodedError; readonly until: number } | null = null;
  #hold = holdMilliseconds;

  constructor(options: ChoiceOptions) {
    this.#options = options;
  }

  /** Rejects with a coded error where nobody can say. */
  async routesTo(origin: string): Promise<readonly Route[]> {
    const now = this.#options.monotonic();
    const known = this.#known.get(origin);
    if (known !== undefined && now < known.until) return this.#ordered(origin, known.routes);
    const asked = this.#asked.get(origin) ?? this.#ask(origin);
    this.#asked.set(origin, asked);
    try {
      return this.#ordered(origin, await asked);
    } finally {
      this.#asked.delete(origin);
    }
  }

  /** This way did not work: others go first, and what was answered is asked again. */
  failed(origin: string, route: Route): void {
    const now = this.#options.monotonic();
    for (const [key, until] of this.#avoided) if (until <= now) this.#avoided.delete(key);
    this.#avoided.set(avoidKey(origin, route), now + avoidMilliseconds);
    const known = this.#known.get(origin);
    if (known !== undefined) this.#known.set(origin, { ...known, until: 0 });
    this.#stale.add(origin);
  }

  worked(origin: string, route: Route): void {
    this.#avoided.delete(avoidKey(origin, route));
  }

  #ordered(origin: string, routes: readonly Route[]): readonly Route[] {
    const now = this.#options.monotonic();
    const isAvoided = (route: Route): boolean => (this.#avoided.get(avoidKey(origin, route)) ?? 0) > now;
    return [...routes.filter((route) => !isAvoided(route)), ...routes.filter(isAvoided)];
  }

  /** Where the script is away for a while, its last answer holds on. */
  async #ask(origin: string): Promise<readonly Route[]> {
    const { monotonic } = this.#options;
    const before = this.#known.get(origin)?.routes;
    const keep = (routes: readonly Route[], milliseconds: number): readonly Route[] => {
      this.#known.set(origin, { routes, until: monotonic() + milliseconds });
      return routes;
    };
    if (this.#held !== null && monotonic() < this.#held.until) {
      if (before !== undefined) return before;
      throw this.#held.error;
    }
    const fresh = this.#stale.delete(origin);
    const answer = await this.#answer({ source: this.#options.source, url: `${origin}/`, fresh });
    if (answer.ok) {
      this.#held = null;
      this.#hold = holdMilliseconds;
      const { routes, foreign } = routesOf(answer.list);
      if (routes.length > 0) return keep(routes, keepMilliseconds);
      const kinds = foreign.length === 0 ? answer.list.slice(0, 200) : foreign.join(', ');
      throw new CodedError('ACUSIGHT_PROXY_KIND', kinds);
    }
    const error = new CodedError(
      answer.reason === 'silent' ? 'ACUSIGHT_PROXY_UNSAID' : 'ACUSIGHT_PROXY_SCRIPT',
      answer.technical,
    );
    this.#held = { error, until: monotonic() + this.#hold };
    this.#stale.add(origin);
    if (answer.reason === 'silent') this.#hold = Math.min(this.#hold * 3, longestHoldMilliseconds);
    if (before !== undefined) return keep(before, this.#hold);
    throw error;
  }

  async #answer(question: ProxyQuestion): Promise<ProxyAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ProxyAnswer>((resolve) => {
      const technical = `no answer for ${answerMilliseconds} ms`;
      timer = setTimeout(() => resolve({ ok: false, reason: 'silent', technical }), answerMilliseconds);
    });
    return Promise.race([this.#options.ask(question), late]).finally(() => clearTimeout(timer));
  }
}
