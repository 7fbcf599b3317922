import { type Message, message } from '../../../shared/messages/message.ts';
import { deviceFactsOf } from '../cloud/acusight/device-api.ts';
import { looksLikeHtml, meaningOf } from '../cloud/acusight/response-outcome.ts';
import type { Exchange } from '../cloud/http/http-exchange.ts';
import { type Finding, fault, finding, untested } from './check.ts';

/** What one answer of the API says: is it the API, is its clock ours, does it know our key. Pure. */
export type ApiFacts = {
  readonly answer: Exchange;
  readonly deviceKey: string | null;
  readonly deviceId: string;
  /** Wall clock when the question left and when the answer was there, milliseconds since the epoch. */
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly milliseconds: number;
};

const skewWarningMilliseconds = 60_000;
/** Object storage refuses signatures from then on. */
const skewFaultMilliseconds = 15 * 60_000;

/** Is this the API at all? Where it is not, it says nothing about the key. */
export function judgeApi(facts: ApiFacts): { readonly finding: Finding; readonly isApi: boolean } {
  const { answer, receivedAt, milliseconds } = facts;
  // A question carries nothing that could have arrived.
  const outcome = meaningOf(answer.kind === 'lost' ? { ...answer, sent: false } : answer, receivedAt, 'device');
  if (outcome.kind === 'aborted')
    return { finding: fault(message('server-silent', { context: 'server' })), isApi: false };
  const answers = { finding: finding(message('check-api', { after: milliseconds })), isApi: true };
  if (outcome.kind === 'acknowledged') return answers;
  const { failure } = outcome;
  // A refusal of the key, in JSON, is the API at work; without a key it is what we expect.
  if (failure.pauseReason === 'key-refused' || failure.pauseReason === 'not-approved') return answers;
  const what = failure.message;
  return failure.pauseReason === 'throttled'
    ? { finding: finding(message('check-api-slows-down', { what }), failure.technical), isApi: false }
    : { finding: fault(what, failure.technical), isApi: false };
}

export function judgeClock({ answer, sentAt, receivedAt }: ApiFacts): Finding {
  const told =
    answer.kind === 'answer' && !looksLikeHtml(answer) ? Date.parse(answer.headers['date'] ?? '') : Number.NaN;
  if (Number.isNaN(told)) return untested('no-time-told');
  // The server told its time, in whole seconds, somewhere between question and answer.
  const ours = (sentAt + receivedAt) / 2;
  const ahead = Math.round((ours - (told + 500)) / 1_000) * 1_000;
  const technical = `server ${new Date(told).toISOString()}, this PC ${new Date(ours).toISOString()}`;
  const params = { context: ahead > 0 ? 'ahead' : 'behind', skew: Math.abs(ahead) } as const;
  if (params.skew > skewFaultMilliseconds) return finding(message('check-clock-far-off', params), technical);
  if (params.skew > skewWarningMilliseconds) return finding(message('check-clock-off', params), technical);
  return finding(message('check-clock'), technical);
}

/** `problems`: of secrets that could not be read. */
export const keyMissing = ([problem]: readonly Message[]): Finding =>
  problem === undefined
    ? fault(message('device-key-missing'))
    : finding(message('check-key-unreadable', { problem: [problem] }));

export function judgeKey({ answer, deviceKey, deviceId, receivedAt }: ApiFacts, problems: readonly Message[]): Finding {
  if (deviceKey === null) return keyMissing(problems);
  const outcome = meaningOf(answer, receivedAt, 'device');
  if (outcome.kind === 'failed') return fault(outcome.failure.message, outcome.failure.technical);
  const facts = answer.kind === 'answer' ? deviceFactsOf(answer.body) : null;
  const organization = facts?.organization ?? null;
  const named = facts?.name ?? facts?.deviceId ?? deviceId;
  const device = message('check-device', {
    context: organization === null ? 'alone' : 'owned',
    device: named,
    organization: organization ?? '',
  });
  switch (facts?.status) {
    case 'pending':
      return finding(message('device-pending'), named);
    case 'rejected':
      return fault(message('device-rejected'), named);
    default: {
      const isApproved = facts?.status === 'approved';
      if (facts?.deviceId && facts.deviceId !== deviceId)
        return finding(message('check-key-of-other', { owner: facts.deviceId, device: deviceId }));
      const isNamed = facts !== null && (facts.deviceId ?? facts.name) !== null;
      if (!isNamed && !isApproved) return finding(message('check-key-of-nobody'));
      return finding(message('check-key', { context: isApproved ? 'approved' : 'known', device }));
    }
  }
}
