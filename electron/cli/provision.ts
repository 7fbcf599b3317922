import { type Message, message } from '../../shared/messages/message.ts';

import { createWords, inFull } from '../../shared/messages/words.ts';
import { describeCause } from '../gateway/platform/errors.ts';
import type { DeviceFacts, DeviceSetup } from '../gateway/wiring/device-setup.ts';
import type { Secrets, StoredForm } from '../settings/secrets.ts';
import { exitCodes } from './arguments.ts';
import type { Output } from './output.ts';

export type ProvisionServices = Pick<DeviceSetup, 'provision' | 'self'> & {
  readonly secrets: Pick<Secrets, 'store' | 'source'>;
};

export type ProvisionRequest = { readonly token: string; readonly deviceId: string; readonly name: string };

export type ProvisionResult =
  | {
      readonly ok: true;
      readonly stored: StoredForm;
      readonly deviceId: string;
      /** `pending`, `approved`, …; null where the cloud did not say. */
      readonly status: string | null;
      readonly device: DeviceFacts | null;
      /** The key from the environment goes before the one that was just stored. */
      readonly overruled: boolean;
    }
  | { readonly ok: false; readonly message: Message };

const selfMilliseconds = 15_000;

/**
 * A provisioning token for a device key. The cloud gives the key once: it is stored, durably, before anything else can
 * fail. Where it can't be stored it is in the hint, for a person to write down, rather than lost.
 */
export async function provisionDevice(
  { provision, self, secrets }: ProvisionServices,
  request: ProvisionRequest,
  signal: AbortSignal,
): Promise<ProvisionResult> {
  // The API wants a name.
  const outcome = await provision({ ...request, name: request.name.trim() || request.deviceId }, signal);
  if (!outcome.ok) return { ok: false, message: outcome.message };
  let stored: StoredForm;
  try {
    stored = await secrets.store({ deviceKey: outcome.deviceKey });
  } catch (error) {
    const reason = describeCause(error);
    return { ok: false, message: message('key-not-stored', { reason, key: outcome.deviceKey }) };
  }
  // The key is safe. Whatever happens from here on, the device is provisioned.
  const limit = AbortSignal.any([signal, AbortSignal.timeout(selfMilliseconds)]);
  const device = await self(outcome.deviceKey, limit).then(
    (answer) => answer.device,
    () => null,
  );
  const { deviceId } = outcome;
  const status = device === null || device.status === 'unknown' ? outcome.status : device.status;
  return { ok: true, stored, deviceId, status, device, overruled: secrets.source('deviceKey') === 'environment' };
}

/** `provision`. */
export async function runProvision(
  services: ProvisionServices,
  request: ProvisionRequest,
  { print, complain }: Output,
  signal: AbortSignal,
): Promise<number> {
  const { text, hint } = createWords();
  const result = await provisionDevice(services, request, signal);
  if (!result.ok) {
    complain(`${text(result.message)}\n${hint(result.message)}`);
    return exitCodes.failed;
  }
  const { deviceId, stored, device, status, overruled } = result;
  print(text(message('device-registered', { context: stored === 'keyring' ? 'keyring' : 'file', device: deviceId })));
  if (device?.organization != null) print(text(message('device-organization', { organization: device.organization })));
  print(inFull({ text, hint }, approvalOf(status), '\n'));
  if (overruled) {
    const said = message('key-overruled');
    complain(`${text(said)}\n${hint(said)}`);
  }
  return exitCodes.ok;
}

function approvalOf(status: string | null): Message {
  if (status === 'pending') return message('device-pending');
  if (status === 'rejected') return message('device-rejected');
  return message('device-approval', { context: status === 'approved' ? 'approved' : 'unknown' });
}
