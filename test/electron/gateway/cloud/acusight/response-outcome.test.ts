import { describe, expect, test } from 'vitest';
import { meaningOf } from '../../../../../electron/gateway/cloud/acusight/response-outcome.ts';
import type { DeliveryOutcome } from '../../../../../electron/gateway/model/delivery.ts';
import { failureTold } from '../../../../support/spoken.ts';

const now = Date.UTC(2025, 10, 21);

const bodies = {
  envelope: { type: 'application/json', text: '{"success":false,"error":{"code":"SOME_CODE","message":"Words"}}' },
  strings: { type: 'application/json', text: '{"error":"Words"}' },
  html: { type: 'text/html; charset=utf-8', text: '<!doctype html><title>Login</title>' },
  untypedHtml: { type: '', text: '\n <HTML><body>Login</body>' },
  empty: { type: '', text: '' },
  garbage: { type: 'application/json', text: '{"success": true, "data": {"image_id"' },
  text: { type: 'text/plain', text: 'upstream connect error' },
} as const;
type BodyName = keyof typeof bodies;
const bodyNames = Object.keys(bodies) as BodyName[];

function answer(
  status: number,
  body: { readonly type: string; readonly text: string },
  { complete = true, headers = {} }: { complete?: boolean; headers?: Record<string, string> } = {},
): DeliveryOutcome {
  return meaningOf(
    { kind: 'answer', status, headers: { 'content-type': body.type, ...headers }, body: body.text, complete },
    now,
  );
}

const json = (value: unknown) => ({ type: 'application/json', text: JSON.stringify(value) });

/** Its facts, its code, and what a person reads. */
function failureOf(outcome: DeliveryOutcome) {
  if (outcome.kind !== 'failed') throw new Error(`not a failure: ${outcome.kind}`);
  return failureTold(outcome.failure);
}

/** Disposition and reason of the pause in two words, as the table of the architecture has them. */
const verdict = (outcome: DeliveryOutcome): string =>
  outcome.kind === 'failed'
    ? `${outcome.failure.disposition} ${outcome.failure.pauseReason}`
    : outcome.kind === 'acknowledged'
      ? outcome.duplicate
        ? 'duplicate'
        : 'acknowledged'
      : outcome.kind;

function expected(status: number, name: BodyName, complete: boolean): string {
  const isJson = name === 'envelope' || name === 'strings';
  const isHtml = name === 'html' || name === 'untypedHtml';
  if (status < 300) return isJson ? 'retry trouble' : isHtml || complete ? 'pause intercepted' : 'retry offline';
  if (status < 400 || status === 511) return 'pause intercepted';
  if ([400, 409, 415, 422].includes(status) && !isJson) return 'pause intercepted';
  if ([401, 403].includes(status) && isHtml) return 'pause intercepted';
  if ([400, 413, 415, 422].includes(status)) return 'bury trouble';
  if (status === 401 || status === 403) return 'pause key-refused';
  if ([404, 405, 410].includes(status)) return 'pause wrong-address';
  if (status === 407) return 'pause offline';
  if (status === 429) return 'pause throttled';
  return 'retry trouble';
}

const statuses = Array.from({ length: 400 }, (_, index) => 200 + index);

describe('every status from 200 to 599', () => {
  test.each(bodyNames)('with a body that is %s means what the table says', (name) => {
    for (const complete of [true, false]) {
      for (const status of statuses) {
        const found = verdict(answer(status, bodies[name], { complete }));
        expect(`${status} ${complete}: ${found}`).toBe(`${status} ${complete}: ${expected(status, name, complete)}`);
      }
    }
  });

  test('never takes a picture for delivered, nor buries it but for its size, on a body that is not the API’s', () => {
    for (const name of ['html', 'untypedHtml', 'empty', 'garbage', 'text'] as const) {
      for (const status of statuses) {
        const outcome = answer(status, bodies[name]);
        expect(outcome.kind).toBe('failed');
        if (verdict(outcome).startsWith('bury')) expect(status).toBe(413);
      }
    }
  });

  test('gives words, advice and the status to whoever reads it', () => {
    for (const status of statuses) {
      const outcome = answer(status, bodies.text);
      if (outcome.kind !== 'failed' || (status >= 300 && status < 400)) continue;
      const { text, hint } = failureOf(outcome);
      expect(text).toMatch(/\.$/);
      expect(hint).toMatch(/\.$/);
      expect(outcome.failure.technical).toBe(`HTTP ${status} upstream connect error`);
    }
  });

  test('is ambiguous only where the answer broke off', () => {
    for (const name of bodyNames) {
      for (const status of statuses) {
        const outcome = answer(status, bodies[name]);
        if (outcome.kind === 'failed') expect([status, outcome.failure.ambiguous]).toEqual([status, false]);
      }
    }
    expect(failureOf(answer(201, bodies.garbage, { complete: false })).ambiguous).toBe(true);
    expect(failureOf(answer(200, bodies.html, { complete: false })).ambiguous).toBe(true);
    expect(failureOf(answer(502, bodies.empty, { complete: false })).ambiguous).toBe(true);
  });
});

describe('a picture counts as delivered', () => {
  test.each([
    ['an envelope', { success: true, data: { image_id: 'img-1', batch_id: 'b-1' } }, 'img-1', 'b-1'],
    ['an envelope without anything in it', { success: true }, null, null],
    ['a bare object', { image_id: 5, batch_id: 6 }, '5', '6'],
    ['an image of its own', { image: { id: 5, batch_id: 6, status: 'new' } }, '5', '6'],
    ['an envelope whose error is blank', { success: true, data: { id: 5 }, error: null, errors: [] }, '5', null],
    [
      'an envelope whose error is a form with nothing in it',
      { success: true, data: { id: 5 }, error: { code: '', message: '', details: null } },
      '5',
      null,
    ],
    ['a number of errors that is zero', { id: 5, errors: 0, status: 'ok' }, '5', null],
  ])('after a 2xx with %s', (_form, body, serverImageId, serverBatchId) => {
    for (const status of [200, 201, 202]) {
      expect(answer(status, json(body))).toEqual({
        kind: 'acknowledged',
        duplicate: false,
        serverImageId,
        serverBatchId,
      });
    }
  });

  test.each([{}, { message: 'Image uploaded' }, { status: 'ok' }, { batch_id: 6 }])(
    'after a 201 with any object that names no error, for the documents ask for no more: %j',
    (body) => {
      expect(verdict(answer(201, json(body)))).toBe('acknowledged');
      for (const status of [200, 202, 203, 206, 226]) {
        expect(failureOf(answer(status, json(body)))).toMatchObject({
          code: 'not-confirmed',
          disposition: 'retry',
          pauseReason: 'trouble',
          ambiguous: false,
        });
      }
    },
  );

  test.each([{ id: '' }, { id: 0 }, { image_id: null }, { data: { id: ' ' } }, { data: [] }, { image: { id: [] } }])(
    'not after a 200 whose image has no id: %j',
    (body) => {
      expect(failureOf(answer(200, json(body))).code).toBe('not-confirmed');
    },
  );

  test('after a 2xx whose object is whole although the connection broke behind it', () => {
    expect(verdict(answer(201, json({ success: true }), { complete: false }))).toBe('acknowledged');
  });

  test('as a duplicate after a 409, with the identifiers where they are given', () => {
    expect(answer(409, json({ success: false, data: { image_id: 7 }, error: { code: 'CONFLICT' } }))).toEqual({
      kind: 'acknowledged',
      duplicate: true,
      serverImageId: '7',
      serverBatchId: null,
    });
    expect(verdict(answer(409, json({})))).toBe('duplicate');
    for (const words of [
      'image already exists',
      'Duplicate image, not stored again',
      'this picture was already processed',
    ])
      expect(verdict(answer(409, json({ error: words })))).toBe('duplicate');
  });

  test('not after a 409 about something else', () => {
    for (const error of [{ code: 'BATCH_CLOSED', message: 'the batch is closed' }, 'device is not approved yet']) {
      expect(verdict(answer(409, json({ success: false, error })))).toBe('retry trouble');
    }
  });

  test.each([
    'CONFLICT',
    'DUPLICATE',
    'DUPLICATE_IMAGE',
    'IMAGE_DUPLICATE',
    'IMAGE_ALREADY_EXISTS',
    'ALREADY_EXISTS',
    'IMAGE_EXISTS',
  ])('as a duplicate after a refusal that names it so: %s', (code) => {
    const body = json({ success: false, error: { code, message: 'known' } });
    for (const status of [200, 400, 422]) expect(verdict(answer(status, body))).toBe('duplicate');
  });

  test.each([
    [400, 'DUPLICATE_ANNOTATION'],
    [400, 'DUPLICATE_FIELD'],
    [403, 'DUPLICATE_DEVICE'],
    [401, 'DUPLICATE_KEY'],
    [429, 'DUPLICATE_IMAGE'],
    [500, 'CONFLICT'],
    [503, 'DUPLICATE_IMAGE'],
  ])('but not after a %i because of the code %s', (status, code) => {
    expect(answer(status, json({ success: false, error: { code, message: 'no' } })).kind).toBe('failed');
  });

  test.each([
    ['an error without a success flag', { error: { code: 'UNAUTHORIZED', message: 'no' } }],
    ['the flat error of notify', { error: 'Failed to store' }],
    ['an error without words', { error: true }],
    ['an empty error', { error: {} }],
    ['success: false', { success: false }],
    ['success: false beside an id', { success: false, data: { image_id: 5 } }],
    ['a success that is no yes', { success: 'false' }],
    ['ok: false', { ok: false }],
    ['errors', { errors: ['not stored'] }],
    ['errors by field', { errors: { image: ['is required'] } }],
    ['a number of errors', { errors: 2 }],
    ['status: error', { status: 'error' }],
    ['status: fail', { status: ' FAIL ', data: null }],
    ['a status of HTTP within', { status: 500, message: 'Internal Server Error' }],
    ['success: true beside an error', { success: true, error: { code: 'X', message: 'no' } }],
    ['success: true beside errors', { success: true, data: { image_id: 5 }, errors: ['annotations lost'] }],
    ['an error in an envelope', { success: true, data: { error: 'not stored' } }],
    ['a failed image in an envelope', { success: true, data: { image_id: 5, status: 'failed' } }],
  ])('not after a 2xx with %s, nor after a 201', (_form, body) => {
    for (const status of [200, 201, 202]) {
      expect(failureOf(answer(status, json(body)))).toMatchObject({
        code: 'cloud-reports-error',
        disposition: 'retry',
        pauseReason: 'trouble',
      });
    }
  });

  test.each([
    { errors: ['the batch is closed'] },
    { status: 'error', message: 'device is not approved' },
    { success: false, error: { code: 'CONFLICT', message: 'no batch exists' } },
    { error: 'a request with this key is already in progress' },
    { error: { message: 'the batch is already closed' } },
    { error: 'an upload of this image is already pending' },
  ])('not after a 409 whose words are about something else: %j', (body) => {
    expect(verdict(answer(409, json(body)))).toBe('retry trouble');
  });
});

describe('an answer about the device, not about a picture', () => {
  const about = (status: number, body: unknown): DeliveryOutcome =>
    meaningOf(
      {
        kind: 'answer',
        status,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        complete: true,
      },
      now,
      'device',
    );

  test.each([
    {},
    { success: true, data: { actions: [] } },
    { actions: [], status: 'error' },
    { device_id: 'line-7', status: 'error' },
    { data: { device_id: 'line-7', status: 'rejected' } },
  ])('is a good one without a picture’s id, whatever it calls the device: %j', (body) => {
    expect(verdict(about(200, body))).toBe('acknowledged');
  });

  test.each([
    { status: 'error' },
    { errors: ['no'] },
    { success: false },
    { success: true, error: 'no' },
    { status: 500, error: 'Internal Server Error' },
  ])('is none where it says so itself: %j', (body) => {
    for (const status of [200, 201]) expect(verdict(about(status, body))).toBe('retry trouble');
  });
});

describe('words', () => {
  test('of the server are shown where it refuses a picture', () => {
    const body = json({ success: false, error: { code: 'VALIDATION_ERROR', message: 'width is required' } });
    expect(failureOf(answer(400, body))).toMatchObject({
      code: 'refused-by-cloud',
      text: 'The cloud refused this picture: “width is required”.',
      technical: 'HTTP 400 VALIDATION_ERROR width is required',
    });
    expect(failureOf(answer(200, body))).toMatchObject({ code: 'refused-by-cloud', disposition: 'bury' });
  });

  test('say what the cloud did not say, and what to do about it', () => {
    const found = failureOf(answer(200, json({ message: 'Welcome' })));
    expect(found.text).toBe('The cloud answered, but does not confirm that it stored the picture: “Welcome”.');
    expect(found.hint).toMatch(/tried again by itself.*cloud\.baseUrl.*administrator/);
    expect(found.technical).toBe('HTTP 200 Welcome');
    expect(failureOf(answer(202, json({}))).text).toBe(
      'The cloud answered, but does not confirm that it stored the picture.',
    );
  });

  test.each([
    [{ errors: ['not stored', 'disk full'] }, 'not stored; disk full'],
    [{ errors: [{ message: 'not stored' }, { field: 'x' }] }, 'not stored; {"field":"x"}'],
    [{ errors: { image: ['is required'] } }, '{"image":["is required"]}'],
    [{ status: 'error', message: 'not stored' }, 'not stored'],
    [{ success: true, data: { error: 'not stored' } }, 'not stored'],
  ])('of an error are shown in whatever form it comes: %j', (body, words) => {
    expect(failureOf(answer(200, json(body))).text).toBe(`The cloud reports an error: “${words}”.`);
  });

  test('are bounded, however much the server says', () => {
    const flood = 'x'.repeat(100_000);
    const body = json({ success: false, error: { code: 'C', message: flood, details: flood } });
    const found = failureOf(answer(400, body));
    expect(found.technical.length).toBeLessThanOrEqual(500);
    expect(found.text.length).toBeLessThanOrEqual(300);
    expect(failureOf(answer(502, { type: 'text/plain', text: flood })).technical.length).toBeLessThanOrEqual(500);
  });

  test('name where a redirect leads, for it tells what is in the way', () => {
    const found = failureOf(answer(301, bodies.empty, { headers: { location: 'https://acusight.example/api' } }));
    expect(found.technical).toBe('HTTP 301 to https://acusight.example/api');
  });
});

describe('a device that is not approved', () => {
  test.each([
    [{ success: false, error: { code: 'FORBIDDEN', message: 'device is pending approval' } }, 'device-pending'],
    [{ success: false, error: { code: 'FORBIDDEN', message: 'no', details: 'not approved' } }, 'device-pending'],
    [{ error: 'Device was rejected' }, 'device-rejected'],
    [{ success: false, error: { code: 'DEVICE_REJECTED', message: '' } }, 'device-rejected'],
  ])('is told by the words of a 403: %j', (body, code) => {
    const failure = failureOf(answer(403, json(body)));
    expect(failure).toMatchObject({ code, disposition: 'pause', pauseReason: 'not-approved', ambiguous: false });
    expect(failure.hint).toContain('approve');
    expect(verdict(answer(401, json(body)))).toBe('pause key-refused');
  });

  test('is not seen where a 403 says something else, or is not the API’s', () => {
    expect(verdict(answer(403, json({ error: { code: 'FORBIDDEN', message: 'no' } })))).toBe('pause key-refused');
    expect(verdict(answer(403, { type: 'text/plain', text: 'approval pending' }))).toBe('pause key-refused');
    expect(verdict(answer(403, { type: 'text/html', text: '<html>pending' }))).toBe('pause intercepted');
  });
});

describe('Retry-After', () => {
  test.each([
    [429, '30', 30_000],
    [503, '120', 120_000],
    [503, new Date(now + 60_000).toUTCString(), 60_000],
    [429, 'soon', null],
  ])('of a %i with %s is kept', (status, value, wait) => {
    const found = failureOf(answer(status, bodies.envelope, { headers: { 'retry-after': value } }));
    expect(found.retryAfterMilliseconds).toBe(wait);
  });
});

describe('without an answer', () => {
  test('what was stopped is stopped, sent or not', () => {
    expect(meaningOf({ kind: 'aborted', sent: true }, now)).toEqual({ kind: 'aborted', sent: true });
  });

  test('what was lost is a failure of the line', () => {
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    expect(verdict(meaningOf({ kind: 'lost', sent: false, error }, now))).toBe('pause offline');
    expect(verdict(meaningOf({ kind: 'lost', sent: true, error }, now))).toBe('retry offline');
  });
});
