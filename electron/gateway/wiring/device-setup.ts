import os from 'node:os';
import type { CloudConfig } from '../../../shared/config.ts';
import { AcusightClient } from '../cloud/acusight/client.ts';
import type { DeviceFacts } from '../cloud/acusight/device-api.ts';
import { type ProvisioningOutcome, provision } from '../cloud/acusight/provisioning.ts';
import { makeNetwork } from '../cloud/http/network.ts';
import type { AskProxy } from '../cloud/http/proxy/route-choice.ts';

/** First contact with the cloud, before there is a gateway: a token for a key, and who we are to the cloud. */

export type { DeviceFacts } from '../cloud/acusight/device-api.ts';
export type { ProvisioningOutcome } from '../cloud/acusight/provisioning.ts';

export type SetupOptions = {
  /** Address, certificate authorities and proxy. */
  readonly cloud: Pick<CloudConfig, 'baseUrl' | 'tls' | 'proxy'>;
  readonly proxyPassword: string | null;
  readonly askProxy?: AskProxy | undefined;
  /** Of the gateway. */
  readonly version: string;
};

export type Provision = (
  request: { readonly token: string; readonly deviceId: string; readonly name: string },
  signal: AbortSignal,
) => Promise<ProvisioningOutcome>;

/** `device` is null where no answer came or the answer said nothing. */
export type AskSelf = (deviceKey: string, signal: AbortSignal) => Promise<{ readonly device: DeviceFacts | null }>;

export type DeviceSetup = {
  readonly provision: Provision;
  readonly self: AskSelf;
  /** Ends every connection. */
  readonly close: () => Promise<void>;
};

const connectTimeoutMilliseconds = 10_000;
const answerTimeoutMilliseconds = 30_000;

export function openDeviceSetup({ cloud, proxyPassword, askProxy, version }: SetupOptions): DeviceSetup {
  const userAgent = `acusight-line-gateway/${version}`;
  const { baseUrl, tls, proxy } = cloud;
  const network = makeNetwork({
    tls,
    proxy,
    proxyPassword,
    askProxy,
    connections: 1,
    connectTimeoutMilliseconds,
    userAgent,
  });
  const common = { baseUrl, network, answerTimeoutMilliseconds, userAgent, now: Date.now };
  return {
    provision: (request, signal) =>
      provision(
        common,
        { ...request, ipAddress: ownAddress(), agentVersion: version, hardware: hardwareLine() },
        signal,
      ),
    self: (deviceKey, signal) => new AcusightClient({ ...common, deviceKey: () => deviceKey }).self(signal),
    close: () => network.close(),
  };
}

/** For people who look for this PC in the plant: the first address that others can use. */
function ownAddress(): string {
  const all = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80'));
  return (outer.find(({ family }) => family === 'IPv4') ?? outer[0])?.address ?? '';
}

function hardwareLine(): string {
  const cpus = os.cpus();
  const memory = Math.round(os.totalmem() / 1_000_000_000);
  const parts = [
    os.hostname(),
    `${os.type()} ${os.release()} ${os.arch()}`,
    `${cpus.length} × ${cpus[0]?.model.trim() ?? 'CPU'}`,
    `${memory} GB`,
  ];
  return parts.join(', ').slice(0, 300);
}
