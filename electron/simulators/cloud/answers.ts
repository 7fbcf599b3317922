/**
 * The forms an answer may take. Success and error envelope: api-reference, "All API responses follow a consistent
 * envelope format". The notify endpoint's own OpenAPI document allows nothing but strings in its 400, 500 and 503
 * bodies, so these are flat there (`strings`); everything else is enveloped.
 */

export type Answer = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

export type ErrorForm = 'envelope' | 'strings';

export type PageMeta = {
  readonly total: number;
  readonly page: number;
  readonly per_page: number;
  readonly total_pages: number;
};

const codes: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
};

/** The code of a status: the reference's where it has one, else the usual words. */
export const codeOf = (status: number): string =>
  codes[status] ?? (status >= 500 ? 'INTERNAL_ERROR' : 'REQUEST_REFUSED');

/** An answer that is not a success, thrown from wherever the fault is found. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly details: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    details = '',
    more: { readonly code?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = more.code ?? codeOf(status);
    this.details = details;
    this.headers = more.headers ?? {};
  }
}

/** A 400 in the words of the reference; `details` names the field. */
export const invalid = (details: string): Refusal => new Refusal(400, 'Invalid request body', details);

export const success = (status: number, data: unknown, meta?: PageMeta): Answer => ({
  status,
  body: meta === undefined ? { success: true, data } : { success: true, data, meta },
});

export function refusalAnswer(refusal: Refusal, form: ErrorForm): Answer {
  const { status, code, message, details, headers } = refusal;
  const flat = form === 'strings' && (status === 400 || status === 500 || status === 503);
  const body = flat ? { error: message, code, details } : { success: false, error: { code, message, details } };
  return { status, body, headers };
}

/** Reads `page` and `per_page` (defaults 1 and 20) and checks them against the largest page allowed. */
export function pageQuery(
  query: URLSearchParams,
  maxPerPage: number,
): { readonly page: number; readonly perPage: number } {
  const read = (name: string, fallback: number, max: number): number => {
    const text = query.get(name);
    if (text === null) return fallback;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > max) {
      throw new Refusal(400, 'Invalid request parameters', `${name} must be a whole number from 1 to ${max}`);
    }
    return value;
  };
  return { page: read('page', 1, 999_999_999), perPage: read('per_page', 20, maxPerPage) };
}

export const pageMeta = (total: number, page: number, perPage: number): PageMeta => ({
  total,
  page,
  per_page: perPage,
  total_pages: Math.ceil(total / perPage),
});
