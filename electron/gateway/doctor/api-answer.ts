import { isolated } from '../../../shared/isolated.ts';
import { deviceFactsOf } from '../cloud/acusight/device-api.ts';
import { looksLikeHtml, meaningOf } from '../cloud/acusight/response-outcome.ts';
import type { Exchange } from '../cloud/http/http-exchange.ts';
import { type Finding, fault, fine, skipped, took, warning } from './check.ts';

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
  if (outcome.kind === 'aborted') {
    const finding = fault(
      'The connection is there, but the server does not answer.',
      'Check the Acusight server, and what lies between it and this PC: a proxy or firewall may hold the connection.',
    );
    return { finding, isApi: false };
  }
  if (outcome.kind === 'acknowledged') {
    return { finding: fine(`The API answers in ${took(milliseconds)}.`), isApi: true };
  }
  const { failure } = outcome;
  // A refusal of the key, in JSON, is the API at work; without a key it is what we expect.
  if (failure.gate === 'key-refused' || failure.gate === 'not-approved')
    return { finding: fine(`The API answers in ${took(milliseconds)}.`), isApi: true };
  if (failure.gate === 'throttled') {
    return {
      finding: warning('The API answers, and asks us to slow down.', failure.hint, failure.technical),
      isApi: false,
    };
  }
  return { finding: fault(failure.text, failure.hint, failure.technical), isApi: false };
}

export function judgeClock({ answer, sentAt, receivedAt }: ApiFacts): Finding {
  const told =
    answer.kind === 'answer' && !looksLikeHtml(answer) ? Date.parse(answer.headers['date'] ?? '') : Number.NaN;
  if (Number.isNaN(told)) return skipped('Not tested, because the server does not tell its time.');
  // The server told its time, in whole seconds, somewhere between question and answer.
  const ours = (sentAt + receivedAt) / 2;
  const skew = Math.round((ours - (told + 500)) / 1_000);
  const technical = `server ${new Date(told).toISOString()}, this PC ${new Date(ours).toISOString()}`;
  const amount = Math.abs(skew);
  const words = `This PC’s clock is ${amount < 120 ? `${amount} s` : `${Math.round(amount / 60)} min`} ${skew > 0 ? 'ahead of' : 'behind'} the server’s.`;
  const hint =
    'Let the operating system set the clock by itself (NTP); in a plant without internet, from the plant’s own time server. If this PC is right, tell the server’s administrator.';
  if (amount * 1_000 > skewFaultMilliseconds) return fault(words, hint, technical);
  if (amount * 1_000 > skewWarningMilliseconds) return warning(words, hint, technical);
  return fine('This PC’s clock and the server’s agree.', technical);
}

export function judgeKey({ answer, deviceKey, deviceId, receivedAt }: ApiFacts, problems: readonly string[]): Finding {
  if (deviceKey === null) {
    return fault(
      'There is no device key yet.',
      problems[0] ??
        'Provision this device with a token (gateway provision), or enter its key in the window. Pictures are collected and kept meanwhile.',
    );
  }
  const outcome = meaningOf(answer, receivedAt, 'device');
  if (outcome.kind === 'failed') return fault(outcome.failure.text, outcome.failure.hint, outcome.failure.technical);
  const device = answer.kind === 'answer' ? deviceFactsOf(answer.body) : null;
  const called = device?.name ?? device?.deviceId ?? deviceId;
  const owner =
    device?.organization === null || device === null ? '' : ` of the organisation ${isolated(device.organization)}`;
  switch (device?.status) {
    case 'pending':
      return warning(
        `The key is valid, but the device “${called}”${owner} waits for approval.`,
        'Ask the Acusight administrator to approve it. Collecting works; deliveries begin by themselves then.',
      );
    case 'rejected':
      return fault(
        `The device “${called}”${owner} was rejected.`,
        'Ask the Acusight administrator why. Pictures are collected and kept meanwhile.',
      );
    default: {
      if (device?.deviceId && device.deviceId !== deviceId) {
        return warning(
          `The key is valid, but it belongs to the device “${device.deviceId}”, and the settings name “${deviceId}”.`,
          'Correct cloud.deviceId, or enter the key of this device: its pictures would go to another.',
        );
      }
      const isNamed = device !== null && (device.deviceId ?? device.name) !== null;
      if (!isNamed && device?.status !== 'approved') {
        return warning(
          'The server takes the key, but its answer does not name this device.',
          'Check cloud.baseUrl. If it is right, ask the Acusight administrator whether this device is known: something between this PC and the cloud may answer in its place.',
        );
      }
      const approved = device?.status === 'approved' ? 'is approved' : 'is known';
      return fine(`The key is valid; the device “${called}”${owner} ${approved}.`);
    }
  }
}
