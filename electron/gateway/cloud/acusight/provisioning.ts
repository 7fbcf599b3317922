import { z } from 'zod';
import type { Code } from '../../../../shared/messages/codes.ts';
import { type Message, message } from '../../../../shared/messages/message.ts';
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
  | { readonly ok: false; readonly message: Message; readonly technical: string };

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
  if (outcome.kind === 'aborted') return { ok: false, message: message('provisioning-stopped'), technical: '' };
  // Before all else: what of a picture would mean "I have it already" means here that the device exists.
  const refusal = answer.kind === 'answer' ? refusalOf(answer.status, answer.body) : null;
  if (refusal !== null) return { ok: false, ...refusal };
  if (outcome.kind === 'acknowledged') return { ok: false, message: message('no-key-in-answer'), technical: '' };
  const { message: said, technical } = outcome.failure;
  return { ok: false, message: insteadOf[said.code] ?? said, technical };
}

/** By the API's code; where it names none, by the status that the documents give that code. */
function refusalOf(status: number, body: string): { readonly message: Message; readonly technical: string } | null {
  const error = parseAnswer(body, 'device')?.error;
  if (error === undefined || error === null) return null;
  const known = refusals[error.code.toUpperCase()] ?? byStatus[status];
  if (known === undefined) return null;
  const technical = `HTTP ${status} ${error.code} ${error.message}`.slice(0, 500);
  return { message: known(error.message.slice(0, 300)), technical };
}

/** `words`: the API's own. */
type Refusal = (words: string) => Message;

const notAccepted: Refusal = (words) =>
  message('provisioning-not-accepted', { context: words === '' ? 'bare' : 'quoted', words });
const tokenUnknown: Refusal = () => message('provisioning-token-unknown');
const deviceExists: Refusal = () => message('device-exists');

const refusals: Readonly<Record<string, Refusal | undefined>> = {
  VALIDATION_ERROR: notAccepted,
  INVALID_TOKEN: tokenUnknown,
  TOKEN_EXPIRED: () => message('provisioning-token-expired'),
  DEVICE_EXISTS: deviceExists,
};

const byStatus: Readonly<Record<number, Refusal | undefined>> = {
  400: notAccepted,
  401: tokenUnknown,
  409: deviceExists,
};

/** Instead of what is said of a picture's delivery, which would mislead here. */
const insteadOf: Readonly<Partial<Record<Code, Message>>> = {
  'no-answer': message('provisioning-no-answer', { context: 'none' }),
  'answer-broke-off': message('provisioning-no-answer', { context: 'broken-off' }),
  'server-error': message('provisioning-server-error'),
  'cloud-reports-error': message('provisioning-server-error'),
  'unexpected-answer': message('provisioning-server-error'),
  'not-confirmed': message('provisioning-server-error'),
  'device-key-refused': message('provisioning-refused', { context: 'cloud' }),
  'too-large-for-cloud': message('provisioning-refused', { context: 'proxy' }),
};
