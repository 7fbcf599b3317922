import type { GateReason } from '../../model/delivery.ts';
import type { ParsedAnswer } from './schema.ts';

/** What keeps a device waiting whose key is good. */
export const notApproved = (status: 'pending' | 'rejected') =>
  ({
    code: `device-${status}`,
    text:
      status === 'pending'
        ? 'This device waits to be approved in Acusight.'
        : 'This device was rejected by the Acusight administrator.',
    hint:
      status === 'pending'
        ? 'Ask the Acusight administrator to approve this device. Pictures are collected and kept until then.'
        : 'Ask the Acusight administrator to approve this device after all, or for a new provisioning token. Pictures are collected and kept until then.',
    disposition: 'pause',
    gate: 'not-approved',
  }) as const;

/** A 403 names the device's state in words only; no code is documented. */
export function approvalIn({ error }: ParsedAnswer): 'pending' | 'rejected' | null {
  const words = `${error?.code ?? ''} ${error?.message ?? ''}`;
  if (/reject/i.test(words)) return 'rejected';
  return /pending|approv/i.test(words) ? 'pending' : null;
}

export const intercepted = {
  code: 'intercepted',
  text: 'Something between us and the cloud answered instead.',
  hint: 'A proxy, firewall or login page of the network is in the way. Ask the network’s administrator to let this PC reach the cloud address.',
  disposition: 'pause',
  gate: 'intercepted' satisfies GateReason,
} as const;
