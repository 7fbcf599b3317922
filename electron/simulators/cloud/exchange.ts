import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorize, requireLocalHost } from './access.ts';
import { type Answer, type ErrorForm, Refusal, refusalAnswer } from './answers.ts';
import { dataEndpoints } from './data-endpoints.ts';
import { deviceEndpoints } from './device-endpoints.ts';
import { applyFault, applyToAnswer, pause, sendAnswer, type Wire } from './fault-effects.ts';
import type { EndingFault } from './faults.ts';
import { imageEndpoints } from './image-endpoints.ts';
import { ConnectionLost, drained, throttled } from './request-body.ts';
import type { Endpoint, Prepared, Services } from './services.ts';

/**
 * One request from its headers to its answer, in steps that a fault can fall between:
 * find the endpoint -> authenticate, read and check -> commit -> answer.
 */

const BASE_PATH = '/api';
const endpoints: readonly Endpoint[] = [...deviceEndpoints, ...imageEndpoints, ...dataEndpoints];

type Route = { readonly endpoint: Endpoint; readonly parameter: string; readonly query: URLSearchParams };

export async function exchange(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { counters } = services;
  counters.requests += 1;
  counters.inFlight += 1;
  response.once('finish', () => {
    counters.answers[response.statusCode] = (counters.answers[response.statusCode] ?? 0) + 1;
  });
  response.once('close', () => {
    counters.inFlight -= 1;
  });
  let errorForm: ErrorForm = 'envelope';
  try {
    const route = findRoute(request, services.options.allowedHosts);
    if (!(route instanceof Refusal)) errorForm = route.endpoint.errorForm;
    await steps(services, route, { request, response, errorForm });
  } catch (error) {
    if (error instanceof ConnectionLost) {
      counters.aborted += 1;
      return;
    }
    if (response.headersSent || response.destroyed) return;
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'Internal server error', String(error));
    sendAnswer(response, refusalAnswer(refusal, errorForm));
  }
}

async function steps(services: Services, route: Route | Refusal, wire: Wire): Promise<void> {
  const { request } = wire;
  const plan = services.faults.plan(route instanceof Refusal ? null : route.endpoint.name);
  const { ending } = plan;
  const when = ending === null ? null : ending.kind === 'slow-answer' ? 'mid-answer' : ending.when;
  if (ending !== null && when === 'before-body') return applyFault(ending, wire);

  const body = plan.readBytesPerSecond === null ? request : throttled(request, plan.readBytesPerSecond);
  const prepared = await prepare(services, route, request, body);
  // A fault that promises to have read the body does so for a request that was refused by its headers, too.
  if (ending !== null && !body.readableEnded) await drained(body);
  if (plan.latencyMilliseconds > 0) await pause(plan.latencyMilliseconds, wire.response);
  if (ending !== null && when === 'before-commit') {
    if (!(prepared instanceof Refusal)) await prepared.abandon?.();
    return applyFault(ending, wire);
  }

  const answer = await commit(prepared, wire.errorForm);
  if (ending !== null && when === 'after-commit') return applyFault(ending, wire);
  return send(answer, ending, wire);
}

async function prepare(
  services: Services,
  route: Route | Refusal,
  request: IncomingMessage,
  body: Parameters<Endpoint['prepare']>[0]['body'],
): Promise<Prepared | Refusal> {
  try {
    if (route instanceof Refusal) return route;
    const { endpoint, parameter, query } = route;
    const device = authorize(services, endpoint.access, request);
    return await endpoint.prepare({ services, request, body, query, parameter, device });
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

async function commit(prepared: Prepared | Refusal, errorForm: ErrorForm): Promise<Answer> {
  if (prepared instanceof Refusal) return refusalAnswer(prepared, errorForm);
  try {
    return await prepared.commit();
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error, errorForm);
    throw error;
  }
}

async function send(answer: Answer, ending: EndingFault | null, wire: Wire): Promise<void> {
  if (wire.response.destroyed) return;
  if (ending === null) sendAnswer(wire.response, answer);
  else await applyToAnswer(ending, answer, wire);
}

/** The endpoint for a request, or why there is none: 403 for a foreign host, 404, 405. */
function findRoute(request: IncomingMessage, allowedHosts: readonly string[]): Route | Refusal {
  try {
    requireLocalHost(request, allowedHosts);
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const below = path.startsWith(`${BASE_PATH}/`) ? path.slice(BASE_PATH.length) : '';
    const here = endpoints.filter((endpoint) => endpoint.path.test(below));
    if (here.length === 0) return new Refusal(404, 'Resource not found', `no endpoint ${path}`);
    const endpoint = here.find(({ method }) => method === request.method);
    if (endpoint === undefined) {
      const allow = here.map(({ method }) => method).join(', ');
      return new Refusal(405, 'Method not allowed', `${path} takes ${allow}`, { headers: { allow } });
    }
    const parameter = decodeURIComponent(endpoint.path.exec(below)?.[1] ?? '');
    return { endpoint, parameter, query: new URLSearchParams(query) };
  } catch (error) {
    if (error instanceof Refusal) return error;
    return new Refusal(400, 'Invalid request', `the address cannot be read: ${String(error)}`);
  }
}
