import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, codeOf, type ErrorForm, Refusal, refusalAnswer } from './answers.ts';
import type { EndingFault } from './faults.ts';

/** How a fault shows on the wire. */

export type Wire = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly errorForm: ErrorForm;
};

/** Sleeps; returns early when the connection ends. */
export const pause = (milliseconds: number, response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.destroyed) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      response.off('close', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    response.once('close', finish);
  });

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const body = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...answer.headers,
  });
  response.end(body);
}

const page = (title: string, text: string): string =>
  `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`;

function sendPage(response: ServerResponse, status: number, title: string, headers: Record<string, string> = {}): void {
  const body = page(title, 'This page does not come from Acusight.');
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers });
  response.end(body);
}

/** Ends a request in place of its true answer. Returns once there is nothing more to do for it. */
export async function applyFault(fault: EndingFault, wire: Wire): Promise<void> {
  const { response } = wire;
  switch (fault.kind) {
    case 'cut':
      return cut(wire, fault.reset);
    case 'stall':
      return untilGone(response);
    case 'html':
      return sendPage(response, 200, 'Welcome to the guest network');
    case 'redirect':
      return sendPage(response, 302, 'Found', { location: fault.location });
    case 'garbage':
      response.writeHead(201, { 'content-type': 'application/json; charset=utf-8' });
      response.end('{"success": true, "data": {"image_id"');
      return;
    case 'answer':
      response.writeHead(fault.status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(fault.status === 204 ? undefined : JSON.stringify(fault.body));
      return;
    case 'status': {
      const headers = retryAfter(fault.retryAfter);
      if (fault.body === 'html') return sendPage(response, fault.status, codeOf(fault.status), headers);
      const message = fault.status === 503 ? 'Failed to reserve batch slot' : 'Answered so on command';
      const refusal = new Refusal(fault.status, message, 'a fault of the test server', { headers });
      return sendAnswer(response, refusalAnswer(refusal, wire.errorForm));
    }
    case 'slow-answer':
      throw new Error('slow-answer needs the true answer');
  }
}

/** The true answer, slowly or not to its end. */
export async function applyToAnswer(fault: EndingFault, answer: Answer, wire: Wire): Promise<void> {
  const body = Buffer.from(JSON.stringify(answer.body));
  wire.response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    ...answer.headers,
  });
  if (fault.kind === 'slow-answer') {
    wire.response.flushHeaders();
    for (let at = 0; at < body.length && !wire.response.destroyed; at += 1) {
      await pause(1000 / fault.bytesPerSecond, wire.response);
      wire.response.write(body.subarray(at, at + 1));
    }
    wire.response.end();
    return;
  }
  // The first half has left this process before the connection ends.
  await new Promise<void>((resolve) => wire.response.write(body.subarray(0, body.length >> 1), () => resolve()));
  cut(wire, fault.kind === 'cut' && fault.reset);
}

function cut({ request }: Wire, reset: boolean): void {
  if (reset) request.socket.resetAndDestroy();
  else request.socket.destroy();
}

const untilGone = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once('close', () => resolve());
  });

type RetryAfter = Extract<EndingFault, { readonly kind: 'status' }>['retryAfter'];

function retryAfter(asked: RetryAfter): Record<string, string> {
  if (asked === undefined) return {};
  if ('seconds' in asked) return { 'retry-after': String(asked.seconds) };
  // Rounded up: an HTTP date has whole seconds, and one that lies before the asked moment would shorten the wait.
  const at = Math.ceil(Date.now() / 1000 + asked.dateInSeconds) * 1000;
  return { 'retry-after': new Date(at).toUTCString() };
}
