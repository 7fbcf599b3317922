import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import type { OperationResponse } from '../../shared/contract.ts';
import { Choice } from '../ui/choice.tsx';
import { TextField } from '../ui/text-field.tsx';
import { FolderFields } from './folder-fields.tsx';
import { KeyFields } from './key-section.tsx';
import { NetworkFields } from './network-fields.tsx';
import { faultsOf, fieldPaths, otherFaults } from './setup-draft.ts';
import { SetupSection } from './setup-section.tsx';
import { StorageFields } from './storage-fields.tsx';
import { type SetupDraft, useSetupDraft } from './use-setup-draft.ts';

type Props = {
  readonly first: boolean;
  readonly configFile: string;
  readonly onDone: () => void;
  readonly given: OperationResponse<'setup.get'>;
};

const modes = [
  { value: 'cloud', label: 'Acusight cloud', note: 'Each picture goes to the Acusight server' },
  {
    value: 'lan',
    label: 'LAN (object storage on site)',
    note: 'Pictures go to your storage, only a notice to the server',
  },
] as const;

/** The settings, in sections that are all open: way, key, network, folders. */
export function SetupFields({ first, configFile, onDone, given }: Props): ReactNode {
  const draft = useSetupDraft(given, onDone);
  const { setup, faults, change } = draft;
  const form = useRef<HTMLFormElement>(null);
  const busy = draft.phase === 'saving' || draft.phase === 'provisioning';
  const locked = !given.editable || busy;
  // Whoever saves with the keyboard is led to the first thing that is wrong.
  useEffect(() => {
    if (faults.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [faults]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (given.editable) void draft.save();
  };
  const shown = { folders: setup.folders.length, storage: setup.mode === 'lan', proxy: setup.proxy.way !== 'direct' };
  return (
    <form ref={form} className="setup-form" data-testid="setup-form" noValidate onSubmit={submit}>
      {!given.editable && (
        <p className="setup-locked">
          This gateway was started with a fixed configuration file. Change it there and start again:{' '}
          <code>{configFile}</code>
        </p>
      )}
      {otherFaults(faults, shown).map((fault) => (
        <p key={`${fault.path} ${fault.message}`} className="field-fault" role="alert">
          <code>{fault.path}</code> {fault.message}
        </p>
      ))}
      <SetupSection title="Where pictures go">
        <Choice
          legend="Where pictures go"
          options={modes}
          chosen={setup.mode}
          disabled={locked}
          onChoose={(mode) => change({ mode })}
        />
        <div className="setup-pair wide-first">
          <TextField
            label="Address of the cloud or server"
            hint="Up to and including /api, for example https://acusight.io/api"
            name="baseUrl"
            kind="url"
            value={setup.baseUrl}
            faults={faultsOf(faults, ...fieldPaths.baseUrl)}
            disabled={locked}
            placeholder="https://acusight.io/api"
            onChange={(baseUrl) => change({ baseUrl })}
          />
          <TextField
            label="Device id"
            hint="For example line-7"
            name="deviceId"
            value={setup.deviceId}
            faults={faultsOf(faults, ...fieldPaths.deviceId)}
            disabled={locked}
            placeholder="line-7"
            maxLength={64}
            onChange={(deviceId) => change({ deviceId })}
          />
        </div>
      </SetupSection>
      {setup.mode === 'lan' && (
        <SetupSection title="Object storage on site">
          <StorageFields
            store={setup.objectStore}
            stored={given.stored.objectStore}
            faults={faults}
            disabled={locked}
            onChange={(objectStore) => change({ objectStore })}
          />
        </SetupSection>
      )}
      <SetupSection title="Device key">
        <KeyFields
          draft={draft.key}
          stored={given.stored.deviceKey}
          faults={faults}
          disabled={busy}
          result={draft.result}
          onChange={draft.setKey}
        />
      </SetupSection>
      <SetupSection title="Network">
        <NetworkFields
          caFile={setup.caFile}
          proxy={setup.proxy}
          lists={draft.lists}
          passwordStored={given.stored.proxyPassword}
          faults={faults}
          disabled={locked}
          onCaFile={(caFile) => change({ caFile })}
          onProxy={(proxy) => change({ proxy })}
          onLists={draft.setLists}
        />
      </SetupSection>
      <SetupSection title="Folders to watch">
        <FolderFields
          folders={setup.folders}
          faults={faults}
          disabled={locked}
          onChange={(folders) => change({ folders })}
        />
      </SetupSection>
      <Actions draft={draft} first={first} editable={given.editable} onDone={onDone} />
    </form>
  );
}

type ActionsProps = {
  readonly draft: SetupDraft;
  readonly first: boolean;
  readonly editable: boolean;
  readonly onDone: () => void;
};

function Actions({ draft, first, editable, onDone }: ActionsProps): ReactNode {
  const { phase, key, faults } = draft;
  const busy = phase === 'saving' || phase === 'provisioning';
  const words = {
    saving: 'Saving, and starting with these settings…',
    provisioning: 'Asking the cloud for the device key…',
    provisioned: 'The device has its key.',
    editing:
      faults.length > 0
        ? 'Not saved: put right what is marked.'
        : draft.result?.kind === 'failed'
          ? `${editable ? 'The settings are saved, but no' : 'No'} new key was given.`
          : '',
  }[phase];
  if (phase === 'provisioned') {
    return (
      <div className="setup-actions">
        <p className="setup-status" role="status">
          {words}
        </p>
        <button type="button" className="button primary large" onClick={onDone}>
          Show the line
        </button>
      </div>
    );
  }
  const start = first ? 'Save and start' : 'Save and restart the gateway';
  return (
    <div className="setup-actions">
      <p className="setup-status" role="status" data-faulty={faults.length > 0}>
        {words}
      </p>
      {!first && (
        <button type="button" className="button large" disabled={busy} onClick={onDone}>
          Back
        </button>
      )}
      {editable ? (
        <button type="submit" className="button primary large" disabled={busy}>
          {phase === 'saving' ? 'Saving…' : key.way === 'token' ? 'Save and get the key' : start}
        </button>
      ) : (
        <button type="button" className="button primary large" disabled={busy} onClick={() => void draft.keyOnly()}>
          {key.way === 'token' ? 'Get the key' : 'Store the key'}
        </button>
      )}
    </div>
  );
}
