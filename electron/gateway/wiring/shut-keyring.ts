import type { Config, ProxyConfig } from '../../../shared/config.ts';
import { type Message, message, type ParamsOf } from '../../../shared/messages/message.ts';
import type { GatewaySecrets, SecretsWait } from '../gateway-options.ts';
import type { DeliveryFailure } from '../model/delivery.ts';

type Name = SecretsWait['names'][number];

/** What a person is told of secrets that the keyring holds back. */
export const keyringShut = ({ names, state }: SecretsWait): Message =>
  message('keyring-shut', { context: state, secrets: message('stored-secrets', { context: namedTogether(names) }) });

/** The two halves of the storage's key are one thing to a person. */
function namedTogether(names: readonly Name[]): ParamsOf<'stored-secrets'>['context'] {
  const device = names.includes('deviceKey');
  const storage = names.includes('s3AccessKeyId') || names.includes('s3SecretAccessKey');
  const proxy = names.includes('proxyPassword');
  if (device && storage) return proxy ? 'all' : 'device-and-storage-key';
  if (device) return proxy ? 'device-key-and-proxy-password' : 'device-key';
  if (storage) return proxy ? 'storage-key-and-proxy-password' : 'storage-key';
  return 'proxy-password';
}

type Site = {
  readonly cloud: Pick<Config['cloud'], 'mode'> & {
    readonly proxy?: Partial<Pick<ProxyConfig, 'url' | 'username'>> | undefined;
  };
};

/** The secrets that this site's way to the cloud needs. */
export function secretsOf({ cloud }: Site): readonly Name[] {
  return [
    'deviceKey',
    ...(cloud.mode === 'lan' ? (['s3AccessKeyId', 's3SecretAccessKey'] as const) : []),
    ...secretsToProvision({ cloud }),
  ];
}

/** A token stands for the key then. */
export const secretsToProvision = ({ cloud }: Site): readonly Name[] =>
  cloud.proxy?.username === undefined ? [] : ['proxyPassword'];

/** Of what the keyring holds back, only what this site needs; null where it needs nothing of it. */
export const neededOf = (site: Site, { waiting }: Pick<GatewaySecrets, 'waiting'>): SecretsWait | null =>
  only(waiting, secretsOf(site));

export const neededToProvision = (site: Site, { waiting }: Pick<GatewaySecrets, 'waiting'>): SecretsWait | null =>
  only(waiting, secretsToProvision(site));

function only(waiting: SecretsWait | null, needed: readonly Name[]): SecretsWait | null {
  const names = waiting?.names.filter((name) => needed.includes(name)) ?? [];
  return waiting === null || names.length === 0 ? null : { ...waiting, names };
}

/** What keeps this site from its cloud; null where the keyring keeps nothing from it. */
export function shutOf(
  config: Site,
  secrets: Pick<GatewaySecrets, 'waiting'>,
): ({ readonly message: Message } & Pick<SecretsWait, 'names'>) | null {
  const wait = neededOf(config, secrets);
  return wait === null ? null : { message: keyringShut(wait), names: wait.names };
}

/** Why nothing can be sent although what it needs is stored; null where it can. */
export function keptFromCloud(site: Site, secrets: GatewaySecrets): DeliveryFailure | null {
  const wait = neededOf(site, secrets);
  if (wait !== null) return keyLocked(wait);
  return secrets.deviceKey === null && secrets.keyIsForeign ? keyForeign : null;
}

const keyForeign: DeliveryFailure = {
  message: message('secret-foreign', { what: message('secret-name', { context: 'device-key' }) }),
  technical: '',
  disposition: 'pause',
  pauseReason: 'key-missing',
  ambiguous: false,
  retryAfterMilliseconds: null,
};

export const keyLocked = (wait: SecretsWait): DeliveryFailure => ({
  message: keyringShut(wait),
  technical: '',
  disposition: 'pause',
  pauseReason: 'key-locked',
  ambiguous: false,
  retryAfterMilliseconds: null,
});
