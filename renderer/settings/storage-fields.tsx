import type { ReactNode } from 'react';
import type { ConfigFault } from '../../shared/config.ts';
import type { Setup } from '../../shared/contract.ts';
import { TextField } from '../ui/text-field.tsx';
import { KeyField } from './key-field.tsx';
import { faultsOf, fieldPaths } from './setup-draft.ts';

type ObjectStore = Setup['objectStore'];
type Props = {
  readonly store: ObjectStore;
  readonly stored: boolean;
  readonly faults: readonly ConfigFault[];
  readonly disabled: boolean;
  readonly onChange: (store: ObjectStore) => void;
};

/** LAN mode: the object storage that pictures go to. Its two secrets are only ever shown as "stored". */
export function StorageFields({ store, stored, faults, disabled, onChange }: Props): ReactNode {
  const change = (part: Partial<ObjectStore>): void => onChange({ ...store, ...part });
  const place = stored ? 'stored' : '';
  return (
    <>
      <div className="setup-pair wide-first">
        <TextField
          label="Address of the object storage"
          hint="S3-compatible, for example http://10.0.0.5:9000"
          kind="url"
          value={store.endpoint}
          faults={faultsOf(faults, ...fieldPaths.endpoint)}
          disabled={disabled}
          placeholder="http://10.0.0.5:9000"
          onChange={(endpoint) => change({ endpoint })}
        />
        <TextField
          label="Region"
          hint="us-east-1 where the storage has none"
          value={store.region}
          faults={faultsOf(faults, ...fieldPaths.region)}
          disabled={disabled}
          placeholder="us-east-1"
          maxLength={64}
          onChange={(region) => change({ region })}
        />
      </div>
      <div className="setup-pair">
        <TextField
          label="Bucket"
          hint="For example raw-data"
          value={store.bucket}
          faults={faultsOf(faults, ...fieldPaths.bucket)}
          disabled={disabled}
          placeholder="raw-data"
          maxLength={63}
          onChange={(bucket) => change({ bucket })}
        />
        <TextField
          label="Prefix"
          hint="Before each object’s name; may be empty"
          value={store.prefix}
          faults={faultsOf(faults, ...fieldPaths.prefix)}
          disabled={disabled}
          maxLength={256}
          onChange={(prefix) => change({ prefix })}
        />
      </div>
      <div className="setup-pair">
        <KeyField
          label="Access key id"
          value={store.accessKeyId}
          placeholder={place}
          hint={stored ? 'Enter both only to replace them.' : 'From the person who runs the storage.'}
          faults={faultsOf(faults, ...fieldPaths.accessKeyId)}
          disabled={disabled}
          onChange={(accessKeyId) => change({ accessKeyId })}
        />
        <KeyField
          label="Secret access key"
          value={store.secretAccessKey}
          placeholder={place}
          hint="Kept like the device key, never in the settings file."
          faults={faultsOf(faults, ...fieldPaths.secretAccessKey)}
          disabled={disabled}
          onChange={(secretAccessKey) => change({ secretAccessKey })}
        />
      </div>
    </>
  );
}
