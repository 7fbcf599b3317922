import type { DoctorCheck } from '../../../shared/contract.ts';
import { type Message, message } from '../../../shared/messages/message.ts';
import { systemLookup } from '../cloud/http/address-race.ts';
import { type Exchange, exchange } from '../cloud/http/http-exchange.ts';
import type { Network } from '../cloud/http/network.ts';
import { direct, type Route } from '../cloud/http/proxy/proxy-routes.ts';
import type { Trusted } from '../cloud/http/tls/trust.ts';
import { StorageRequests } from '../cloud/s3/storage-requests.ts';
import { judgeApi, judgeClock, judgeKey, keyMissing } from './api-answer.ts';
import type { Trust } from './certificate.ts';
import { check, type Finding, titleOf, type Untested, untested, type Visit } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';
import { endpointOf } from './endpoint.ts';
import { checkObjectStore, type StoreFacts } from './object-store.ts';
import { checkChoice } from './proxy-choice.ts';
import type { ProxyFacts } from './proxy-route.ts';
import { checkRoute, layerOf, type RouteFacts } from './route.ts';

/** The two servers: the API, and in LAN mode the object storage. Each first by its way, then by what it answers. */

/** A person waits for the answer: a server that is slower than this has a fault. */
const longestAnswer = 15_000;

export async function* checkApi(
  visit: Visit,
  options: DoctorOptions,
  network: Network,
  trust: Trust | null,
): AsyncGenerator<DoctorCheck, void> {
  const { config, clock, secrets } = options;
  const { baseUrl, deviceId } = config.cloud;
  const endpoint = endpointOf(baseUrl);
  const { deviceKey } = secrets;
  const sendable = deviceKey !== null && /^[\x21-\x7e]+$/.test(deviceKey) ? deviceKey : null;
  const ask = (within: AbortSignal): Promise<Exchange> =>
    exchange(network.transportFor(baseUrl), {
      method: 'GET',
      path: `${endpoint.basePath}/device/self`,
      headers: {
        accept: 'application/json',
        'user-agent': options.userAgent,
        ...(sendable === null ? {} : { 'x-device-key': sendable }),
      },
      body: { kind: 'none' },
      silenceMilliseconds: longestAnswer,
      signal: within,
    });
  const blocked = yield* routeTo(visit, options, network, trust, {
    server: 'api',
    endpoint,
    setting: settingCalled('cloud.baseUrl'),
    ask,
  });
  if (blocked !== null) {
    for (const code of ['api', 'clock'] as const) yield check(code, titleOf(code), untested(blocked));
    yield check('key', titleOf('key'), keyUnasked(options, sendable, blocked));
    return;
  }
  const step = { code: 'api', title: titleOf('api'), limitMilliseconds: longestAnswer + 12_000 };
  const answered = await visit.take(step, async (within) => {
    const sentAt = clock.now();
    const began = clock.monotonic();
    const answer = await ask(within);
    const facts = {
      answer,
      deviceKey: sendable,
      deviceId,
      sentAt,
      receivedAt: clock.now(),
      milliseconds: clock.monotonic() - began,
    };
    const { finding, isApi } = judgeApi(facts);
    return { finding, value: { facts, isApi } };
  });
  yield answered.check;
  const found = answered.value;
  if (found === null) {
    yield check('clock', titleOf('clock'), untested('no-answer'));
    yield check('key', titleOf('key'), keyUnasked(options, sendable, 'no-answer'));
    return;
  }
  yield check('clock', titleOf('clock'), judgeClock(found.facts));
  const key =
    found.isApi && !isShut(options, 'deviceKey')
      ? judgeKey(found.facts, options.secretProblems ?? [])
      : keyUnasked(options, sendable, 'no-api');
  yield check('key', titleOf('key'), key);
}

/** It is stored, and the keyring has not given it. */
const isShut = ({ shut }: DoctorOptions, name: keyof DoctorOptions['secrets']): boolean =>
  shut?.names.includes(name) === true;

/** That there is none can be said without asking. */
function keyUnasked(options: DoctorOptions, deviceKey: string | null, why: Untested): Finding {
  if (isShut(options, 'deviceKey')) return untested('keyring');
  return deviceKey === null ? keyMissing(options.secretProblems ?? []) : untested(why);
}

export async function* checkStorage(
  visit: Visit,
  options: DoctorOptions,
  network: Network,
  trust: Trust | null,
): AsyncGenerator<DoctorCheck, void> {
  const { config, secrets, clock } = options;
  const store = config.cloud.objectStore;
  if (store === undefined) return;
  const endpoint = endpointOf(store.endpoint);
  const transport = network.transportFor(store.endpoint);
  const blocked = yield* routeTo(visit, options, network, trust, {
    server: 'object-store',
    endpoint,
    setting: settingCalled('cloud.objectStore.endpoint'),
    ask: (within) =>
      exchange(transport, {
        method: 'GET',
        path: '/',
        headers: {},
        body: { kind: 'none' },
        silenceMilliseconds: longestAnswer,
        signal: within,
      }),
  });
  const title = titleOf('object-store');
  if (blocked !== null) return yield check('object-store', title, untested(blocked));
  if (isShut(options, 's3AccessKeyId') || isShut(options, 's3SecretAccessKey'))
    return yield check('object-store', title, untested('keyring'));
  const facts: StoreFacts = {
    store,
    accessKeyId: secrets.s3AccessKeyId,
    secretAccessKey: secrets.s3SecretAccessKey,
    requests: new StorageRequests({
      config: store,
      transport,
      answerTimeoutMilliseconds: longestAnswer,
      userAgent: options.userAgent,
      now: clock.now,
    }),
  };
  const step = { code: 'object-store', title, limitMilliseconds: 40_000 };
  const done = await visit.take(step, async (within) => ({
    finding: await checkObjectStore(facts, within),
    value: null,
  }));
  yield done.check;
}

/** For a way on which nothing is encrypted. */
const untold: Trusted = {
  context: null,
  distrusted: new Set(),
  system: { place: null, authorities: 0, distrusted: 0, unusable: 0, fault: null },
};

const settingCalled = (setting: string): Message => message('check-setting', { context: 'named', setting });

async function* routeTo(
  visit: Visit,
  options: DoctorOptions,
  network: Network,
  trust: Trust | null,
  to: Pick<RouteFacts, 'server' | 'endpoint' | 'setting' | 'ask'>,
): AsyncGenerator<DoctorCheck, Untested | null> {
  if (trust === null && to.endpoint.secure) return 'ca-file';
  const { config, clock, lookup = systemLookup } = options;
  const { proxy, tls } = config.cloud;
  let route: Route;
  if (proxy === undefined || proxy.url !== undefined) [route = direct] = await network.routesTo(to.endpoint.origin);
  else {
    const step = { ...layerOf(to.server, 'proxy-choice'), limitMilliseconds: 40_000 };
    const chosen = await visit.take(step, () => checkChoice(network, options, proxy, to.endpoint));
    yield chosen.check;
    if (chosen.value === null) return 'no-proxy-chosen';
    route = chosen.value;
  }
  return yield* checkRoute(visit, {
    ...to,
    lookup,
    now: clock.now,
    trust: trust ?? { trusted: untold, settings: tls },
    proxy: route.kind === 'direct' ? null : factsOf(network, options, route.url),
  });
}

function factsOf(network: Network, { config, secrets }: DoctorOptions, url: URL): ProxyFacts {
  const { proxy } = config.cloud;
  const headers = network.proxyHeaders(url);
  return {
    place: endpointOf(url.href),
    headers,
    hasLogin: headers['proxy-authorization'] !== undefined && secrets.proxyPassword !== null,
    setting:
      proxy?.url === undefined
        ? message('check-setting', { context: proxy?.pacUrl === undefined ? 'system' : 'script', setting: '' })
        : settingCalled('cloud.proxy.url'),
    isNamed: proxy?.url !== undefined,
  };
}
