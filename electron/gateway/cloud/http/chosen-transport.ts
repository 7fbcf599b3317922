import type { Dispatcher } from 'undici';
import { errnoCode } from '../../platform/errors.ts';
import type { Transport } from './http-exchange.ts';
import { direct, type Route } from './proxy/proxy-routes.ts';
import type { RouteChoice } from './proxy/route-choice.ts';

/**
 * Requests that go the first way that works, of those that are told for their server. Only the connection decides: a
 * proxy that is there and says no has said it.
 */
export const chosenTransport = (
  choice: RouteChoice,
  origin: string,
  /** Null once everything is closed. */
  transportBy: (route: Route) => Transport | null,
): Transport => ({
  dispatch: (request, sink) => {
    choice.routesTo(origin).then(
      (routes) => attempt(routes, 0),
      (error: Error) => sink.onResponseError?.(noController, error),
    );
    const attempt = (routes: readonly Route[], index: number): void => {
      const route = routes[index] ?? direct;
      let begun = false;
      const transport = transportBy(route);
      if (transport === null) return sink.onResponseError?.(noController, new Error('the network is closed'));
      transport.dispatch(request, {
        ...bound(sink),
        onRequestStart: (controller, context) => {
          begun = true;
          choice.worked(origin, route);
          sink.onRequestStart?.(controller, context);
        },
        onResponseError: (controller, error) => {
          if (!begun && isNoWay(route, error)) {
            choice.failed(origin, route);
            if (index + 1 < routes.length) return attempt(routes, index + 1);
          }
          sink.onResponseError?.(controller, error);
        },
      });
    };
    return true;
  },
});

/** An object of its own for each attempt: undici keeps what belongs to a request with its sink. */
const bound = (sink: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler => ({
  ...(sink.onRequestUpgrade === undefined ? {} : { onRequestUpgrade: sink.onRequestUpgrade.bind(sink) }),
  ...(sink.onResponseStart === undefined ? {} : { onResponseStart: sink.onResponseStart.bind(sink) }),
  ...(sink.onResponseData === undefined ? {} : { onResponseData: sink.onResponseData.bind(sink) }),
  ...(sink.onResponseEnd === undefined ? {} : { onResponseEnd: sink.onResponseEnd.bind(sink) }),
});

/** Nothing was dispatched yet, so there is nothing to control. */
export const noController = null as unknown as Dispatcher.DispatchController;

const lineCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENODATA',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether the next one may do better. */
const isNoWay = (route: Route, error: Error): boolean => {
  const code = errnoCode(error) ?? errnoCode(error.cause) ?? '';
  return route.kind === 'proxy' ? code === 'ACUSIGHT_PROXY_LOST' : lineCodes.has(code);
};
