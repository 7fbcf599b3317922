import type { ReactNode } from 'react';
import { BoundField } from './bound-field.tsx';

type Props = { readonly stored: boolean; readonly disabled: boolean };

/** LAN mode: the object storage that pictures go to. Its two secrets are only ever shown as "stored". */
export function StorageFields({ stored, disabled }: Props): ReactNode {
  const place = stored ? 'stored' : '';
  return (
    <>
      <div className="setup-pair wide-first">
        <BoundField
          name="objectStore.endpoint"
          label="Address of the object storage"
          hint="S3-compatible, for example http://10.0.0.5:9000"
          kind="url"
          disabled={disabled}
          placeholder="http://10.0.0.5:9000"
        />
        <BoundField
          name="objectStore.region"
          label="Region"
          hint="us-east-1 where the storage has none"
          disabled={disabled}
          placeholder="us-east-1"
        />
      </div>
      <div className="setup-pair">
        <BoundField
          name="objectStore.bucket"
          label="Bucket"
          hint="For example raw-data"
          disabled={disabled}
          placeholder="raw-data"
        />
        <BoundField
          name="objectStore.prefix"
          label="Prefix"
          hint="Before each object’s name; may be empty"
          disabled={disabled}
        />
      </div>
      <div className="setup-pair">
        <BoundField
          name="objectStore.accessKeyId"
          label="Access key id"
          secret
          placeholder={place}
          hint={stored ? 'Enter both only to replace them.' : 'From the person who runs the storage.'}
          disabled={disabled}
        />
        <BoundField
          name="objectStore.secretAccessKey"
          label="Secret access key"
          secret
          placeholder={place}
          hint="Kept like the device key, never in the settings file."
          disabled={disabled}
        />
      </div>
    </>
  );
}
