import { z } from 'zod';

/**
 * What can be made to go wrong on command. A fault applies to the chosen endpoints (all where none are named), to the
 * next `times` requests or, with `probability`, to some of them, and else until it is cleared.
 *
 * `latency` and `slow-read` add to whatever else happens; of the others the first that matches a request ends it.
 * `when` tells how far the request gets: `before-body` (nothing is read), `before-commit` (the whole body is read,
 * nothing is stored), `after-commit` (stored, but the client does not learn it).
 */

export const endpointNames = ['provision', 'self', 'checkin', 'upload', 'notify', 'image', 'batches'] as const;
export type EndpointName = (typeof endpointNames)[number];

const scope = {
  endpoints: z.array(z.enum(endpointNames)).min(1).optional(),
  times: z.int().min(1).optional(),
  probability: z.number().gt(0).max(1).optional(),
};
const when = z.enum(['before-body', 'before-commit', 'after-commit']).default('before-commit');
const bytesPerSecond = z.number().positive();

export const faultSchema = z.discriminatedUnion('kind', [
  /** Waits between the body and the commit; the commit follows even when the client has gone by then. */
  z.strictObject({ kind: z.literal('latency'), milliseconds: z.number().min(0).max(3_600_000), ...scope }),
  z.strictObject({ kind: z.literal('slow-read'), bytesPerSecond, ...scope }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    /** Retry-After as seconds, or as an HTTP date so many seconds ahead. */
    retryAfter: z
      .union([z.strictObject({ seconds: z.int().min(0) }), z.strictObject({ dateInSeconds: z.int() })])
      .optional(),
    /** `html`: as a reverse proxy words it. */
    body: z.enum(['json', 'html']).default('json'),
    when,
    ...scope,
  }),
  z.strictObject({
    kind: z.literal('cut'),
    /** `mid-answer`: stored, and the connection ends within the answer's body. */
    when: z.enum(['before-body', 'before-commit', 'after-commit', 'mid-answer']).default('before-commit'),
    /** Ends the connection by a TCP reset instead of a close. */
    reset: z.boolean().default(false),
    ...scope,
  }),
  z.strictObject({ kind: z.literal('stall'), when, ...scope }),
  /** The true answer, headers at once and the body at this speed. */
  z.strictObject({ kind: z.literal('slow-answer'), bytesPerSecond: bytesPerSecond.default(1), ...scope }),
  /** 200 with a web page, as a captive portal sends it. */
  z.strictObject({ kind: z.literal('html'), when, ...scope }),
  /** 201 whose body says JSON and is not. */
  z.strictObject({ kind: z.literal('garbage'), when, ...scope }),
  /** JSON of anybody's choice, for instance a success of HTTP whose words say that it is none. */
  z.strictObject({ kind: z.literal('answer'), status: z.int().min(200).max(599), body: z.json(), when, ...scope }),
  z.strictObject({ kind: z.literal('redirect'), location: z.string().min(1).default('/login'), when, ...scope }),
]);

export type Fault = z.infer<typeof faultSchema>;
/** As a person writes it: everything with a default may be left out. */
export type FaultInput = z.input<typeof faultSchema>;
export type EndingFault = Exclude<Fault, { readonly kind: 'latency' | 'slow-read' }>;

/** What befalls one request. */
export type FaultPlan = {
  readonly latencyMilliseconds: number;
  readonly readBytesPerSecond: number | null;
  readonly ending: EndingFault | null;
};

type Armed = { readonly fault: Fault; left: number };

export class FaultSet {
  #armed: Armed[] = [];
  #random: () => number;
  #applied: Partial<Record<Fault['kind'], number>> = {};

  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  /** Replaces the faults; a seed makes those with a probability come in the same order again. */
  set(faults: readonly FaultInput[], seed?: number): void {
    this.#armed = faults.map((input) => {
      const fault = faultSchema.parse(input);
      return { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    });
    if (seed !== undefined) this.#random = seededRandom(seed);
  }

  clear(): void {
    this.#armed = [];
  }

  /** Those that can still apply; `times` is what is left. */
  active(): readonly Fault[] {
    return this.#armed.map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, times: left } : fault));
  }

  /** How often each kind was applied since the start. */
  applied(): Readonly<Partial<Record<Fault['kind'], number>>> {
    return { ...this.#applied };
  }

  /** Decides what happens to a request and counts it. `endpoint` is null for an unknown path. */
  plan(endpoint: EndpointName | null): FaultPlan {
    let latencyMilliseconds = 0;
    let readBytesPerSecond: number | null = null;
    let ending: EndingFault | null = null;
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.endpoints !== undefined && (endpoint === null || !fault.endpoints.includes(endpoint))) continue;
      const ends = fault.kind !== 'latency' && fault.kind !== 'slow-read';
      if (ends && ending !== null) continue;
      if (fault.probability !== undefined && this.#random() >= fault.probability) continue;
      armed.left -= 1;
      this.#applied[fault.kind] = (this.#applied[fault.kind] ?? 0) + 1;
      if (fault.kind === 'latency') latencyMilliseconds += fault.milliseconds;
      else if (fault.kind === 'slow-read')
        readBytesPerSecond = Math.min(readBytesPerSecond ?? Infinity, fault.bytesPerSecond);
      else ending = fault;
    }
    if (this.#armed.some(({ left }) => left <= 0)) this.#armed = this.#armed.filter(({ left }) => left > 0);
    return { latencyMilliseconds, readBytesPerSecond, ending };
  }
}

/** Uniform in [0, 1): a 32-bit xorshift (Marsaglia 2003, shifts 13, 17, 5), spread by a multiplier. */
export function seededRandom(seed: number): () => number {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ 0x6d2b79f5) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (Math.imul(state, 0x2545f491) >>> 0) / 2 ** 32;
  };
}
