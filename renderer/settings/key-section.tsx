import type { ReactNode } from 'react';
import type { ConfigFault } from '../../shared/config.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { keyPlaces } from '../site/site-words.ts';
import { Choice } from '../ui/choice.tsx';
import { TextField } from '../ui/text-field.tsx';
import { KeyField } from './key-field.tsx';
import type { Provisioning } from './provisioning.ts';
import { ProvisioningResult } from './provisioning-result.tsx';
import { faultsOf, fieldPaths, type KeyWay } from './setup-draft.ts';

/** What a person has entered to give this device its key. */
export type KeyDraft = {
  readonly way: KeyWay;
  readonly deviceKey: string;
  readonly token: string;
  readonly name: string;
};

export const emptyKeyDraft: KeyDraft = { way: 'key', deviceKey: '', token: '', name: '' };

const ways = [
  { value: 'key', label: 'I have the device key', note: 'It begins with adk_' },
  { value: 'token', label: 'I have a provisioning token', note: 'It begins with apt_ and is exchanged for a key' },
] as const;

type Props = {
  readonly draft: KeyDraft;
  readonly stored: boolean;
  readonly faults: readonly ConfigFault[];
  readonly disabled: boolean;
  readonly result: Provisioning | null;
  readonly onChange: (draft: KeyDraft) => void;
};

/** The two ways to a device key, and what came of the second. */
export function KeyFields({ draft, stored, faults, disabled, result, onChange }: Props): ReactNode {
  const source = useSnapshot((snapshot) => snapshot.gateway.keySource);
  const change = (part: Partial<KeyDraft>): void => onChange({ ...draft, ...part });
  return (
    <>
      <Choice
        legend="How this device gets its key"
        options={ways}
        chosen={draft.way}
        disabled={disabled}
        onChoose={(way) => change({ way })}
      />
      {draft.way === 'key' ? (
        <KeyField
          value={draft.deviceKey}
          disabled={disabled}
          placeholder={stored ? 'stored' : ''}
          hint={
            stored
              ? `${source === undefined || source === 'none' ? 'A key is stored.' : keyPlaces[source]} Enter one only to replace it.`
              : 'Acusight gives it when the device is made.'
          }
          faults={faultsOf(faults, ...fieldPaths.deviceKey)}
          onChange={(deviceKey) => change({ deviceKey })}
        />
      ) : (
        <div className="setup-pair">
          <TextField
            label="Provisioning token"
            hint="From the Acusight administrator; it may be used up or expire."
            name="token"
            value={draft.token}
            faults={faultsOf(faults, ...fieldPaths.token)}
            disabled={disabled}
            placeholder="apt_…"
            maxLength={512}
            onChange={(token) => change({ token })}
          />
          <TextField
            label="Device name"
            hint="What people call this line in Acusight; may be left empty."
            name="deviceName"
            value={draft.name}
            faults={[]}
            disabled={disabled}
            placeholder="Line 7, final inspection"
            maxLength={120}
            onChange={(name) => change({ name })}
          />
        </div>
      )}
      {result !== null && <ProvisioningResult result={result} />}
    </>
  );
}
