import { code } from '../param-kinds.ts';

/** The configuration file, the settings' form and the secrets. */

/** What a setting should be, where its schema says so (`shared/config.ts`): the message of the schema's issue. */
export const settingRules = [
  'url',
  'script-url',
  'bucket',
  'prefix',
  'prefix-dots',
  'fingerprint',
  'login-everybody',
  'login-scheme',
  'no-proxy-named',
  'proxies-named',
  'login-at',
  'object-store',
  'time-of-day',
  'time-zone',
  'identifier',
  'host',
  'which-camera',
  'unknown',
  'missing',
  'text',
  'number',
  'whole-number',
  'yes-or-no',
  'list',
  'group',
  'empty',
  'ipv4',
  'other-value',
] as const;

const secret = { what: 'message' } as const;

export const settingsCodes = {
  /** Its words go on from a setting's name. */
  'bad-setting': code('act', 'site', { context: settingRules }),
  'setting-too-small': code('act', 'site', { context: ['least', 'more'], least: 'number' }),
  'setting-too-large': code('act', 'site', { context: ['number', 'letters', 'list', 'less'], most: 'number' }),
  'setting-none-of': code('act', 'site', { values: 'name' }),
  'setting-id-taken': code('act', 'site', { id: 'name', other: 'name' }),
  'setting-not-absolute': code('act', 'site', { given: 'name' }),
  'setting-folders-meet': code('act', 'site', {
    context: ['same', 'inside', 'archive-same', 'archive-inside'],
    other: 'name',
  }),
  'config-unreadable': code('act', 'site', { reason: 'quote' }),
  'config-not-json': code('act', 'site', { reason: 'quote' }),
  'no-config-file': code('act', 'site'),
  /** A sentence of its own. */
  'setting-wrong': code('act', 'site', { setting: 'name', what: 'message' }),
  'settings-fixed': code('act', 'site'),

  /** Of secrets. */
  'secret-name': code('good', 'nobody', {
    context: ['device-key', 'access-key-id', 'secret-access-key', 'proxy-password'],
  }),
  'secret-malformed': code('act', 'site', {
    context: ['device-key', 'access-key-id', 'secret-access-key', 'proxy-password'],
  }),
  'secret-from-environment': code('act', 'site', { ...secret, variable: 'name' }),
  'secret-foreign': code('act', 'site', secret),
  'secret-file-unreadable': code('act', 'site', { path: 'name' }),
} as const;
