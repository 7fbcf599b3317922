import type { ReactNode } from 'react';
import { useController, useFormContext } from 'react-hook-form';
import { call } from '../gateway/bridge.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { FolderIcon } from '../ui/icons.ts';
import { sayFailed } from '../view-state/notice-store.ts';
import { BoundField } from './bound-field.tsx';
import type { SetupEntry } from './setup-schema.ts';

type Props = { readonly passwordStored: boolean; readonly disabled: boolean };

const routes = [
  { value: 'direct', label: 'Directly', note: 'No proxy between this PC and the server' },
  { value: 'url', label: 'Through a proxy', note: 'One that you name here' },
  { value: 'system', label: 'As this PC is set up', note: 'The proxy settings of the operating system' },
  { value: 'pac', label: 'By a proxy script', note: 'A PAC file of the plant’s network' },
] as const;

/** How this PC reaches the server: whom it trusts, and whether a proxy stands between. */
export function NetworkFields({ passwordStored, disabled }: Props): ReactNode {
  const { control } = useFormContext<SetupEntry>();
  const { field: way } = useController({ control, name: 'proxy.way' });
  return (
    <>
      <CaFileField disabled={disabled} />
      <Choice
        legend="Way to the server"
        options={routes}
        chosen={way.value}
        disabled={disabled}
        onChoose={way.onChange}
      />
      {way.value !== 'direct' && (
        <>
          <div className="setup-pair">
            {way.value === 'url' && (
              <BoundField
                name="proxy.url"
                label="Address of the proxy"
                hint="For example http://proxy:3128"
                kind="url"
                disabled={disabled}
                placeholder="http://proxy:3128"
              />
            )}
            {way.value === 'pac' && (
              <BoundField
                name="proxy.pacUrl"
                label="Address of the script"
                hint="For example http://wpad.plant.local/wpad.dat"
                kind="url"
                disabled={disabled}
                placeholder="http://wpad.plant.local/wpad.dat"
              />
            )}
            <BoundField
              name="proxy.noProxy"
              label="Not through the proxy"
              hint="Names, addresses, networks; .plant.local for all below it"
              disabled={disabled}
              placeholder="10.0.0.0/8, .plant.local"
            />
          </div>
          <div className="setup-pair">
            <BoundField
              name="proxy.username"
              label="User name"
              hint="Empty where the proxy asks for none"
              disabled={disabled}
            />
            <BoundField
              name="proxy.password"
              label="Proxy password"
              secret
              placeholder={passwordStored ? 'stored' : ''}
              hint={passwordStored ? 'Enter one only to replace it.' : 'Kept like the device key.'}
              disabled={disabled}
            />
          </div>
          {way.value !== 'url' && (
            <BoundField
              name="proxy.loginAt"
              label="Proxies that may be given name and password"
              hint="Written as the exceptions; the login goes to no other proxy, whatever settings or script say."
              disabled={disabled}
              placeholder="proxy.plant.local"
            />
          )}
        </>
      )}
    </>
  );
}

function CaFileField({ disabled }: { readonly disabled: boolean }): ReactNode {
  const { setValue } = useFormContext<SetupEntry>();
  const choose = async (): Promise<void> => {
    const answer = await call('file.choose', {});
    if (!answer.ok) sayFailed(answer.error);
    else if (answer.value.path !== null) setValue('caFile', answer.value.path, entered);
  };
  return (
    <BoundField
      name="caFile"
      label="Certificate authority of the plant (PEM file)"
      hint="Only where the server’s certificate is from an authority that this PC’s own certificate store does not know: Caddy’s internal CA, the plant’s own."
      disabled={disabled}
      placeholder="none"
    >
      <Button disabled={disabled} onClick={() => void choose()}>
        <FolderIcon /> Choose…
      </Button>
    </BoundField>
  );
}

/** A fault of what stood there before goes with it. */
const entered = { shouldDirty: true, shouldValidate: true } as const;
