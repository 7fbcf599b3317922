import { type ReactNode, useEffect, useRef } from 'react';
import { useController, useFormContext } from 'react-hook-form';
import { isolated } from '../../shared/isolated.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { keyPlaces } from '../site/site-text.ts';
import { Choice } from '../ui/choice.tsx';
import { LevelShape } from '../ui/shapes.tsx';
import { BoundField } from './bound-field.tsx';
import { type Provisioning, statusWords, storedWords } from './provisioning.ts';
import type { KeyEntry } from './setup-schema.ts';

const levelOf = (result: Provisioning): Level => {
  if (result.kind === 'failed') return 'act';
  return result.status === 'rejected' ? 'alarm' : result.status === 'pending' ? 'waiting' : 'good';
};

/** What came of provisioning: where the key lies, whose device this is, whether it is approved; or what to do. */
function ProvisioningResult({ result }: { readonly result: Provisioning }): ReactNode {
  const organization = useSnapshot((snapshot) => snapshot.gateway.device?.organization ?? null) ?? null;
  const place = useRef<HTMLDivElement>(null);
  // It may stand below what is on view: nobody should have to look for the answer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new result is brought into view
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
  }, [result]);
  return (
    <div ref={place} className="provisioned" data-level={levelOf(result)} role="status" data-testid="provisioned">
      <LevelShape level={levelOf(result)} />
      <div>
        {result.kind === 'failed' ? (
          <>
            <strong className="provisioned-name">{result.text}</strong>
            <p>{result.hint}</p>
          </>
        ) : (
          <>
            <strong className="provisioned-name">
              “{isolated(result.deviceId)}” has its key{organization === null ? '' : ` for ${isolated(organization)}`}.
            </strong>
            <p>{storedWords[result.stored]}</p>
            {result.status !== '' && <p>{statusWords(result.status)}</p>}
          </>
        )}
      </div>
    </div>
  );
}

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
