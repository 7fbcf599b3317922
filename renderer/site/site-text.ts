import { isolated } from '../../shared/isolated.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import type { Words } from '../../shared/messages/words.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { orderWords } from '../format/pace.ts';

type Gateway = Snapshot['gateway'];
type Look = { readonly level: Level; readonly word: string; readonly hint: string };

/** The part of an address that tells servers apart: `https://10.0.0.5:8443/api` -> `10.0.0.5:8443`. */
export const hostOf = (url: string): string => /^https?:\/\/([^/]+)/i.exec(url)?.[1] ?? url;

/** Where pictures go, in a line. */
export const wayWords = (gateway: Pick<Gateway, 'mode' | 'baseUrl' | 'objectStore'>): string =>
  gateway.mode === 'cloud'
    ? `Pictures to ${hostOf(gateway.baseUrl) || '–'}`
    : `Pictures to ${gateway.objectStore ?? '–'}, notices to ${hostOf(gateway.baseUrl) || '–'}`;

/** What the cloud says of this device. */
export function deviceLook(device: Gateway['device']): Look {
  switch (device?.status) {
    case 'approved':
      return { level: 'good', word: 'Approved', hint: '' };
    case 'pending':
      return {
        level: 'act',
        word: 'Waits for approval',
        hint: 'An administrator approves this device in Acusight. Until then pictures are collected and wait here.',
      };
    case 'rejected':
      return {
        level: 'alarm',
        word: 'Rejected',
        hint: 'An administrator of the organisation has rejected this device. Ask them; pictures are kept here.',
      };
    default:
      return { level: 'waiting', word: 'Approval not known yet', hint: '' };
  }
}

export const keyPlaces: Readonly<Record<Gateway['keySource'], string>> = {
  none: 'No device key is stored.',
  environment: 'The key comes from the environment variable ACUSIGHT_DEVICE_KEY.',
  keyring: 'The key is in the operating system’s keyring.',
  file: 'No keyring could be used: the key is in a file that only this user can read.',
};

export const checkinLooks: Readonly<Record<Snapshot['checkin']['status'], Pick<Look, 'level' | 'word'>>> = {
  healthy: { level: 'good', word: 'Healthy' },
  degraded: { level: 'act', word: 'Degraded' },
  error: { level: 'alarm', word: 'Error' },
};

/** The head of a report: who and where this is. Never a secret. */
export function factLines({ gateway, pacing, safe, flow }: Snapshot, words: Words): readonly string[] {
  return [
    `Device: ${isolated(gateway.deviceId) || 'none'} (${deviceLook(gateway.device).word})`,
    `Organisation: ${isolated(gateway.device?.organization ?? 'not known')}`,
    `Mode: ${gateway.mode === 'lan' ? 'LAN' : 'cloud'}. ${wayWords(gateway)}`,
    keyPlaces[gateway.keySource],
    `Version: ${gateway.version} on ${gateway.runtime}`,
    `Order: ${orderWords[pacing.order]}`,
    `Safe: ${words.headline(safe)}. ${words.text(safe)}`,
    `Flow: ${words.headline(flow)}. ${words.text(flow)}`,
  ];
}
