import { success } from './answers.ts';
import { enclose, identifier } from './identifiers.ts';
import { readJson } from './request-body.ts';
import { checkinSchema, parsed, provisionSchema } from './request-schema.ts';
import type { Call, Endpoint, Prepared } from './services.ts';

/** The organization of every device here; the documents name the field and not what it looks like. */
const ORGANIZATION = 'org-1';

async function provision({ services, request, body }: Call): Promise<Prepared> {
  const value = await readJson(body, request.headers['content-type']);
  const { token, device_info } = parsed(provisionSchema, value, 'the body');
  const { options, devices, now, origin } = services;
  return {
    commit: async () => {
      const asked = { deviceId: device_info.device_id, name: device_info.name };
      const device = devices.provision(token, asked, options.provisionedStatus, now());
      return enclose(options.answers, 201, {
        device_id: device.deviceId,
        endpoint_id: identifier(options.answers, 'endpoint', device.endpoint),
        api_key: device.key,
        // Without /api, as in the public example: a client must not take it for its base URL.
        api_endpoint: origin(),
      });
    },
  };
}

async function self({ services, device }: Call): Promise<Prepared> {
  const { answers } = services.options;
  return {
    commit: async () =>
      enclose(answers, 200, {
        device_id: device?.deviceId,
        endpoint_id: device === null ? null : identifier(answers, 'endpoint', device.endpoint),
        organization_id: ORGANIZATION,
        status: device?.status,
        name: device?.name,
      }),
  };
}

async function checkin({ services, request, body }: Call): Promise<Prepared> {
  const report = parsed(checkinSchema, await readJson(body, request.headers['content-type']), 'the body');
  return {
    commit: async () => {
      services.counters.checkins += 1;
      services.counters.lastCheckin = report;
      const data = { actions: services.options.checkinActions };
      return services.options.answers === 'bare' ? { status: 200, body: data } : success(200, data);
    },
  };
}

export const deviceEndpoints: readonly Endpoint[] = [
  {
    name: 'provision',
    method: 'POST',
    path: /^\/devices\/provision$/,
    access: 'public',
    errorForm: 'envelope',
    prepare: provision,
  },
  { name: 'self', method: 'GET', path: /^\/device\/self$/, access: 'device', errorForm: 'envelope', prepare: self },
  {
    name: 'checkin',
    method: 'POST',
    path: /^\/device\/checkin$/,
    access: 'device',
    errorForm: 'envelope',
    prepare: checkin,
  },
];
