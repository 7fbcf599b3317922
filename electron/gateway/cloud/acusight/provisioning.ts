import { z } from 'zod';
import { type Exchange, exchange } from '../http/http-exchange.ts';
import type { Network } from '../http/network.ts';
import { dataOf } from './device-api.ts';
import { meaningOf } from './response-outcome.ts';
import { parseAnswer } from './schema.ts';

/**
 * `POST /devices/provision`: a provisioning token in, a device key out. Works without a key, for the window and for the
 * command line. The answer's `api_endpoint` is ignored: it may lack `/api`, and the configured address just worked.
 */
export type ProvisioningRequest = {
  /** `apt_…`. */
  readonly token: string;
  readonly deviceId: string;
  readonly name: string;
  readonly ipAddress?: string | undefined;
  readonly agentVersion: string;
  /** A line about this PC. */
  readonly hardware: string;
};

export type ProvisioningOptions = {
  /** Up to and including `/api`. */
  readonly baseUrl: string;
  readonly network: Pick<Network, 'transportFor'>;
  readonly answerTimeoutMilliseconds: number;
  readonly userAgent: string;
  readonly now: () => number;
};

export type ProvisioningOutcome =
  /** The key is given only this once: store it before anything else. `status` as the answer has it, if it has. */
  | { readonly ok: true; readonly deviceKey: string; readonly deviceId: string; readonly status: string | null }
  | {
      readonly ok: false;
      readonly code: string;
      readonly text: string;
      readonly hint: string;
      readonly technical: string;
    };

export async function provision(
  { baseUrl, network, answerTimeoutMilliseconds, userAgent, now }: ProvisioningOptions,
  request: ProvisioningRequest,
  signal: AbortSignal,
): Promise<ProvisioningOutcome> {
  const basePath = new URL(baseUrl).pathname.replace(/\/+$/, '');
  const answer = await exchange(network.transportFor(baseUrl), {
    method: 'POST',
    path: `${basePath}/devices/provision`,
    headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': userAgent },
    body: { kind: 'buffer', bytes: Buffer.from(JSON.stringify(bodyOf(request))) },
    silenceMilliseconds: answerTimeoutMilliseconds,
    signal,
  });
  return provisioningMeaning(answer, request.deviceId, now());
}

const bodyOf = ({ token, deviceId, name, ipAddress, agentVersion, hardware }: ProvisioningRequest) => ({
  token,
  device_info: { device_id: deviceId, name, ip_address: ipAddress ?? '', agent_version: agentVersion },
  hardware,
});

const grantSchema = z.looseObject({
  api_key: z.string().regex(/^[\x21-\x7e]{1,512}$/),
  device_id: z
    .union([z.string(), z.number()])
    .transform((id) => String(id).slice(0, 200))
    .nullish()
    .catch(null),
  status: z.string().max(64).nullish().catch(null),
});

export function provisioningMeaning(answer: Exchange, deviceId: string, now: number): ProvisioningOutcome {
  if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300) {
    const grant = grantSchema.safeParse(dataOf(answer.body));
    if (grant.success) {
      const { api_key, device_id, status } = grant.data;
      return { ok: true, deviceKey: api_key, deviceId: device_id || deviceId, status: status ?? null };
    }
  }
  const outcome = meaningOf(answer, now, 'device');
  if (outcome.kind === 'aborted') return { ok: false, ...stopped, technical: '' };
  // Before all else: what of a picture would mean "I have it already" means here that the device exists.
  const refusal = answer.kind === 'answer' ? refusalOf(answer.status, answer.body) : null;
  if (refusal !== null) return { ok: false, ...refusal };
  if (outcome.kind === 'acknowledged') return { ok: false, ...keyWithheld, technical: '' };
  const { code, text, hint, technical } = outcome.failure;
  return { ok: false, ...(words[code] ?? { code, text, hint }), technical };
}

type Refusal = { readonly code: string; readonly text: string; readonly hint: string };

/** By the API's code; where it names none, by the status that the documents give that code. */
function refusalOf(status: number, body: string): (Refusal & { readonly technical: string }) | null {
  const error = parseAnswer(body, 'device')?.error;
  if (error === undefined || error === null) return null;
  const said = error.code.toUpperCase();
  const known = refusals[said] ?? (status === 400 || status === 401 || status === 409 ? byStatus[status] : undefined);
  if (known === undefined) return null;
  const quoted = known === refusals['VALIDATION_ERROR'] && error.message !== '' ? ` It said: “${error.message}”.` : '';
  const technical = `HTTP ${status} ${error.code} ${error.message}`.slice(0, 500);
  return { ...known, text: `${known.text}${quoted}`.slice(0, 400), technical };
}

const refusals: Readonly<Record<string, Refusal>> = {
  VALIDATION_ERROR: {
    code: 'VALIDATION_ERROR',
    text: 'The cloud does not accept what was entered.',
    hint: 'Check the token, the device id and the name, and try again.',
  },
  INVALID_TOKEN: {
    code: 'INVALID_TOKEN',
    text: 'The cloud does not know this provisioning token.',
    hint: 'Copy the token again, whole: it begins with apt_. If it was revoked, ask the Acusight administrator for a new one.',
  },
  TOKEN_EXPIRED: {
    code: 'TOKEN_EXPIRED',
    text: 'This provisioning token has expired.',
    hint: 'Ask the Acusight administrator for a new token.',
  },
  DEVICE_EXISTS: {
    code: 'DEVICE_EXISTS',
    text: 'A device with this id is registered already.',
    hint: 'If it is this PC, enter its device key instead of a token. If the key is lost, have the device deleted in Acusight. If it is another PC, choose another device id.',
  },
};

const byStatus: Readonly<Record<400 | 401 | 409, Refusal | undefined>> = {
  400: refusals['VALIDATION_ERROR'],
  401: refusals['INVALID_TOKEN'],
  409: refusals['DEVICE_EXISTS'],
};

const stopped: Refusal = {
  code: 'stopped',
  text: 'Provisioning was stopped before the cloud answered.',
  hint: 'Try again.',
};

const keyWithheld: Refusal = {
  code: 'no-key-in-answer',
  text: 'The cloud answered, but its answer has no device key.',
  hint: 'Have the device deleted in Acusight and try again with a new token, or enter a device key by hand.',
};

/** Words of a picture's delivery that would mislead here. */
const words: Readonly<Record<string, Refusal | undefined>> = {
  'no-answer': {
    code: 'no-answer',
    text: 'The request was sent, but no answer came.',
    hint: 'Try again. If the cloud then says that the device exists, have it deleted in Acusight first: its key was given and lost.',
  },
  'answer-broke-off': {
    code: 'no-answer',
    text: 'The request was sent, but the answer broke off.',
    hint: 'Try again. If the cloud then says that the device exists, have it deleted in Acusight first: its key was given and lost.',
  },
  'server-error': {
    code: 'server-error',
    text: 'The cloud has an error of its own.',
    hint: 'Try again in a few minutes. If it lasts, tell the Acusight administrator.',
  },
  'key-refused': {
    code: 'provisioning-refused',
    text: 'The cloud refuses to register this device.',
    hint: 'Ask the Acusight administrator for a new provisioning token.',
  },
  'too-large-for-cloud': {
    code: 'provisioning-refused',
    text: 'The cloud, or a proxy before it, refuses the request.',
    hint: 'Ask the network’s administrator to let this PC reach the cloud address.',
  },
};
