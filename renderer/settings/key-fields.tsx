import type { ReactNode } from 'react';
import { useController, useFormContext } from 'react-hook-form';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { keyPlaces } from '../site/site-words.ts';
import { Choice } from '../ui/choice.tsx';
import { BoundField } from './bound-field.tsx';
import type { Provisioning } from './provisioning.ts';
import { ProvisioningResult } from './provisioning-result.tsx';
import type { KeyEntry } from './setup-schema.ts';

const ways = [
  { value: 'key', label: 'I have the device key', note: 'It begins with adk_' },
  { value: 'token', label: 'I have a provisioning token', note: 'It begins with apt_ and is exchanged for a key' },
] as const;

type Props = {
  readonly stored: boolean;
  readonly disabled: boolean;
  readonly result: Provisioning | null;
};

/** The two ways to a device key, and what came of the second. Of the settings' form and of the key's dialog. */
export function KeyFields({ stored, disabled, result }: Props): ReactNode {
  const { control } = useFormContext<KeyEntry>();
  const { field: way } = useController({ control, name: 'key.way' });
  const source = useSnapshot((snapshot) => snapshot.gateway.keySource);
  const place = source === undefined || source === 'none' ? 'A key is stored.' : keyPlaces[source];
  return (
    <>
      <Choice
        legend="How this device gets its key"
        options={ways}
        chosen={way.value}
        disabled={disabled}
        onChoose={way.onChange}
      />
      {way.value === 'key' ? (
        <BoundField
          name="deviceKey"
          label="Device key"
          secret
          disabled={disabled}
          placeholder={stored ? 'stored' : ''}
          hint={stored ? `${place} Enter one only to replace it.` : 'Acusight gives it when the device is made.'}
        />
      ) : (
        <div className="setup-pair">
          <BoundField
            name="key.token"
            label="Provisioning token"
            hint="From the Acusight administrator; it may be used up or expire."
            disabled={disabled}
            placeholder="apt_…"
          />
          <BoundField
            name="key.name"
            label="Device name"
            hint="What people call this line in Acusight; may be left empty."
            disabled={disabled}
            placeholder="Line 7, final inspection"
          />
        </div>
      )}
      {result !== null && <ProvisioningResult result={result} />}
    </>
  );
}
