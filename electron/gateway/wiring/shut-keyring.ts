import type { Config, ProxyConfig } from '../../../shared/config.ts';
import type { GatewaySecrets, SecretsWait } from '../gateway-options.ts';
import type { DeliveryFailure } from '../model/delivery.ts';

type Name = SecretsWait['names'][number];

const called: { readonly [Secret in Name]: { readonly words: string; readonly variable: string } } = {
  deviceKey: { words: 'device key', variable: 'ACUSIGHT_DEVICE_KEY' },
  s3AccessKeyId: { words: 'access key of the object storage', variable: 'ACUSIGHT_S3_ACCESS_KEY_ID' },
  s3SecretAccessKey: { words: 'access key of the object storage', variable: 'ACUSIGHT_S3_SECRET_ACCESS_KEY' },
  proxyPassword: { words: 'password of the proxy', variable: 'ACUSIGHT_PROXY_PASSWORD' },
};

const states: { readonly [State in SecretsWait['state']]: { readonly text: string; readonly hint: string } } = {
  asking: { text: 'this PC’s keyring has not answered yet', hint: 'Wait a moment.' },
  locked: {
    text: 'this PC’s keyring is locked',
    hint: 'Unlock it: enter its password where the desktop asks for it (“Try now” lets it ask again), or log out and log in with the password.',
  },
  silent: {
    text: 'this PC’s keyring does not answer',
    hint: 'Look whether the desktop asks for the keyring’s password. If it does not, log out and log in with the password.',
  },
  absent: {
    text: 'this PC’s keyring can’t be reached',
    hint: 'Log in to the desktop with the password, and unlock the keyring where the desktop asks for it.',
  },
};

const inWords = (words: readonly string[]): string =>
  [words.slice(0, -1).join(', '), words.at(-1) ?? ''].filter((text) => text !== '').join(' and ');

/** What a person is told of secrets that the keyring holds back. */
export function shutWords({ names, state }: SecretsWait): { readonly text: string; readonly hint: string } {
  const things = [...new Set(names.map((name) => called[name].words))];
  const variables = inWords(names.map((name) => called[name].variable));
  return {
    text: `The ${inWords(things)} can’t be read: ${states[state].text}.`,
    hint: `${states[state].hint} Deliveries begin by themselves then; pictures are collected and kept meanwhile. On a PC where nobody logs in, start the gateway with ${variables} in its environment.`,
  };
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
): (ReturnType<typeof shutWords> & Pick<SecretsWait, 'names'>) | null {
  const wait = neededOf(config, secrets);
  return wait === null ? null : { ...shutWords(wait), names: wait.names };
}

/** Why nothing can be sent although what it needs is stored; null where it can. */
export function keptFromCloud(site: Site, secrets: GatewaySecrets): DeliveryFailure | null {
  const wait = neededOf(site, secrets);
  if (wait !== null) return keyLocked(wait);
  return secrets.deviceKey === null && secrets.keyIsForeign ? keyForeign : null;
}

const keyForeign: DeliveryFailure = {
  code: 'key-foreign',
  text: 'The stored device key can’t be opened with the keyring of this session.',
  hint: 'Start the gateway in the desktop session of the user who entered the key, or enter the key again. Pictures are kept until then.',
  technical: '',
  disposition: 'pause',
  gate: 'key-missing',
  ambiguous: false,
  retryAfterMilliseconds: null,
};

export const keyLocked = (wait: SecretsWait): DeliveryFailure => ({
  ...shutWords(wait),
  code: 'key-locked',
  technical: '',
  disposition: 'pause',
  gate: 'key-locked',
  ambiguous: false,
  retryAfterMilliseconds: null,
});
