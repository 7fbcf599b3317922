import type { OperationRequest, OperationResponse } from '../../shared/contract.ts';
import { provisionDevice } from '../cli/provision.ts';
import type { AskProxy } from '../gateway/gateway-options.ts';
import { systemClock } from '../gateway/platform/clock.ts';
import { openDeviceSetup } from '../gateway/wiring/device-setup.ts';
import { keyringShut, neededToProvision, secretsToProvision } from '../gateway/wiring/shut-keyring.ts';
import type { Secrets } from './secrets.ts';
import { readBesides } from './secrets-at-start.ts';
import { provisioningTarget } from './setup.ts';

export type ProvisionerOptions = {
  readonly secrets: Secrets;
  readonly configFile: string;
  readonly version: string;
  readonly askProxy: AskProxy;
};

type Request = OperationRequest<'device.provision'>;
type Response = OperationResponse<'device.provision'>;

/** Provisioning from the window: the same steps as by `provision`. */
export function provisioner({
  secrets,
  configFile,
  version,
  askProxy,
}: ProvisionerOptions): (request: Request) => Promise<Response> {
  return async ({ baseUrl, deviceId, token, name }) => {
    const target = await provisioningTarget(configFile, { baseUrl, deviceId });
    if ('fault' in target) return { ok: false, message: target.fault };
    const { cloud } = target;
    // The file may name a login since the program looked at it: nobody has asked for the password then.
    const needed = secretsToProvision({ cloud });
    if (needed.length > 0) await readBesides(secrets, needed, systemClock);
    const wait = neededToProvision({ cloud }, secrets);
    if (wait !== null) return { ok: false, message: keyringShut(wait) };
    const setup = openDeviceSetup({ cloud, proxyPassword: secrets.all().proxyPassword, askProxy, version });
    try {
      const request = { token: token.trim(), deviceId: cloud.deviceId, name: name.trim() || cloud.deviceId };
      const result = await provisionDevice({ ...setup, secrets }, request, new AbortController().signal);
      if (!result.ok) return result;
      return { ok: true, stored: result.stored, deviceId: result.deviceId, status: result.status };
    } finally {
      await setup.close();
    }
  };
}
