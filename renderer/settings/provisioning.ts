import type { OperationRequest } from '../../shared/contract.ts';
import { call } from '../gateway/bridge.ts';
import { currentWords } from '../gateway/words.ts';

/** What came of exchanging a provisioning token for a device key. The key itself never reaches the window. */
export type Provisioning =
  | { readonly kind: 'done'; readonly stored: 'keyring' | 'file'; readonly deviceId: string; readonly status: string }
  | { readonly kind: 'failed'; readonly text: string; readonly hint: string };

export const storedWords: Readonly<Record<'keyring' | 'file', string>> = {
  keyring: 'The device key is in the operating system’s keyring.',
  file: 'No keyring could be used: the device key is in a file that only this user can read.',
};

/** `status` as the cloud gave it at first contact, in words; empty where it said nothing. */
export function statusWords(status: string): string {
  switch (status) {
    case '':
      return '';
    case 'approved':
      return 'Acusight has approved this device.';
    case 'pending':
      return 'An administrator must approve this device in Acusight. Until then pictures are collected and wait here.';
    case 'rejected':
      return 'An administrator has rejected this device. Ask them; pictures are kept here.';
    default:
      return `Acusight says: ${status}.`;
  }
}

export async function provision(request: OperationRequest<'device.provision'>): Promise<Provisioning> {
  const answer = await call('device.provision', request);
  if (!answer.ok) {
    const { text, hint } = currentWords();
    return { kind: 'failed', text: text(answer.error), hint: hint(answer.error) };
  }
  const { value } = answer;
  if (value.ok) return { kind: 'done', stored: value.stored, deviceId: value.deviceId, status: value.status ?? '' };
  const words = currentWords();
  return { kind: 'failed', text: words.text(value.message), hint: words.hint(value.message) };
}
