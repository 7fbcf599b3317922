import type { ReactNode } from 'react';
import type { ConfigFault } from '../../shared/config.ts';
import type { Setup } from '../../shared/contract.ts';
import { call } from '../gateway/bridge.ts';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { FolderIcon } from '../ui/icons.ts';
import { TextField } from '../ui/text-field.tsx';
import { sayFailed } from '../view-state/notice-store.ts';
import { KeyField } from './key-field.tsx';
import { faultsOf, fieldPaths, type TypedLists } from './setup-draft.ts';

type Proxy = Setup['proxy'];
type Props = {
  readonly caFile: string;
  readonly proxy: Proxy;
  readonly lists: TypedLists;
  readonly passwordStored: boolean;
  readonly faults: readonly ConfigFault[];
  readonly disabled: boolean;
  readonly onCaFile: (caFile: string) => void;
  readonly onProxy: (proxy: Proxy) => void;
  readonly onLists: (part: Partial<TypedLists>) => void;
};

const routes = [
  { value: 'direct', label: 'Directly', note: 'No proxy between this PC and the server' },
  { value: 'url', label: 'Through a proxy', note: 'One that you name here' },
  { value: 'system', label: 'As this PC is set up', note: 'The proxy settings of the operating system' },
  { value: 'pac', label: 'By a proxy script', note: 'A PAC file of the plant’s network' },
] as const;

/** How this PC reaches the server: whom it trusts, and whether a proxy stands between. */
export function NetworkFields(props: Props): ReactNode {
  const { caFile, proxy, faults, disabled, onProxy } = props;
  const change = (part: Partial<Proxy>): void => onProxy({ ...proxy, ...part });
  return (
    <>
      <CaFileField {...props} caFile={caFile} />
      <Choice
        legend="Way to the server"
        options={routes}
        chosen={proxy.way}
        disabled={disabled}
        onChoose={(way) => change({ way })}
      />
      {proxy.way !== 'direct' && (
        <>
          <div className="setup-pair">
            {proxy.way === 'url' && (
              <TextField
                label="Address of the proxy"
                hint="For example http://proxy:3128"
                kind="url"
                value={proxy.url}
                faults={faultsOf(faults, ...fieldPaths.proxyUrl)}
                disabled={disabled}
                placeholder="http://proxy:3128"
                onChange={(url) => change({ url })}
              />
            )}
            {proxy.way === 'pac' && (
              <TextField
                label="Address of the script"
                hint="For example http://wpad.plant.local/wpad.dat"
                kind="url"
                value={proxy.pacUrl}
                faults={faultsOf(faults, ...fieldPaths.pacUrl)}
                disabled={disabled}
                placeholder="http://wpad.plant.local/wpad.dat"
                onChange={(pacUrl) => change({ pacUrl })}
              />
            )}
            <TextField
              label="Not through the proxy"
              hint="Names, addresses, networks; .plant.local for all below it"
              value={props.lists.noProxy}
              faults={faultsOf(faults, ...fieldPaths.noProxy)}
              disabled={disabled}
              placeholder="10.0.0.0/8, .plant.local"
              onChange={(noProxy) => props.onLists({ noProxy })}
            />
          </div>
          <div className="setup-pair">
            <TextField
              label="User name"
              hint="Empty where the proxy asks for none"
              value={proxy.username}
              faults={faultsOf(faults, ...fieldPaths.proxyUser)}
              disabled={disabled}
              maxLength={256}
              onChange={(username) => change({ username })}
            />
            <KeyField
              label="Proxy password"
              value={proxy.password}
              placeholder={props.passwordStored ? 'stored' : ''}
              hint={props.passwordStored ? 'Enter one only to replace it.' : 'Kept like the device key.'}
              faults={faultsOf(faults, ...fieldPaths.proxyPassword)}
              disabled={disabled}
              onChange={(password) => change({ password })}
            />
          </div>
          {proxy.way !== 'url' && (
            <TextField
              label="Proxies that may be given name and password"
              hint="Written as the exceptions; the login goes to no other proxy, whatever settings or script say."
              value={props.lists.loginAt}
              faults={faultsOf(faults, ...fieldPaths.loginAt)}
              disabled={disabled}
              placeholder="proxy.plant.local"
              onChange={(loginAt) => props.onLists({ loginAt })}
            />
          )}
        </>
      )}
    </>
  );
}

function CaFileField({ caFile, faults, disabled, onCaFile }: Props): ReactNode {
  const choose = async (): Promise<void> => {
    const answer = await call('file.choose', {});
    if (!answer.ok) sayFailed(answer.error);
    else if (answer.value.path !== null) onCaFile(answer.value.path);
  };
  return (
    <Field
      label="Certificate authority of the plant (PEM file)"
      hint="Only where the server’s certificate is from an authority that this PC’s own certificate store does not know: Caddy’s internal CA, the plant’s own."
      faults={faultsOf(faults, ...fieldPaths.caFile)}
    >
      {(ids) => (
        <div className="field-row">
          <input
            {...ids}
            name="caFile"
            value={caFile}
            disabled={disabled}
            placeholder="none"
            spellCheck={false}
            onChange={(event) => onCaFile(event.target.value)}
          />
          <button type="button" className="button" disabled={disabled} onClick={() => void choose()}>
            <FolderIcon /> Choose…
          </button>
        </div>
      )}
    </Field>
  );
}
