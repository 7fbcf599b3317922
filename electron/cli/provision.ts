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
  | { readonly ok: false; readonly code: string; readonly text: string; readonly hint: string };

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
  if (!outcome.ok) return { ok: false, code: outcome.code, text: outcome.text, hint: outcome.hint };
  let stored: StoredForm;
  try {
    stored = await secrets.store({ deviceKey: outcome.deviceKey });
  } catch (error) {
    return {
      ok: false,
      code: 'key-not-stored',
      text: `The device is registered, but its key can’t be stored on this PC: ${describeCause(error)}.`,
      hint: `Write this key down now, it is given only this once: ${outcome.deviceKey} — then mend the disk and enter the key in the window, or start the gateway with it in ACUSIGHT_DEVICE_KEY.`,
    };
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

/** `gateway provision`. */
export async function runProvision(
  services: ProvisionServices,
  request: ProvisionRequest,
  { print, complain }: Output,
  signal: AbortSignal,
): Promise<number> {
  const result = await provisionDevice(services, request, signal);
  if (!result.ok) {
    complain(`${result.text}\n${result.hint}`);
    return exitCodes.failed;
  }
  const { deviceId, stored, device, status, overruled } = result;
  const place =
    stored === 'keyring'
      ? 'in the keyring of this user'
      : 'in a file that only this user can read, because no keyring could be used';
  print(
    `The device ${deviceId} is registered. Its key is stored ${place}. A gateway that runs on this data folder uses it once it is started again.`,
  );
  if (device?.organization != null) print(`Organisation: ${device.organization}`);
  print(approvalWords(status));
  if (overruled) {
    complain(
      'Warning: ACUSIGHT_DEVICE_KEY is set in this environment. A gateway that is started with it uses that key, and not the one just stored.\nRemove the variable where the gateway is started.',
    );
  }
  return exitCodes.ok;
}

function approvalWords(status: string | null): string {
  switch (status) {
    case 'approved':
      return 'Approval: approved. The gateway can be started.';
    case 'pending':
      return 'Approval: pending. Collecting works; ask the Acusight administrator to approve this device. Deliveries begin by themselves then.';
    case 'rejected':
      return 'Approval: rejected. Ask the Acusight administrator why; pictures are collected and kept meanwhile.';
    default:
      return 'Approval: the cloud did not say. The window of the gateway shows it.';
  }
}
