import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import type { ConfigFault } from '../../shared/config.ts';
import type { Setup } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import { call } from '../bridge.ts';
import { sayDone, sayFailed } from '../ui/notice-store.ts';
import { Field } from './field.tsx';
import { FolderFields } from './folder-fields.tsx';
import { KeyField } from './key-field.tsx';
import { faultsOf, missingFields, otherFaults } from './setup-draft.ts';

type Given = { readonly setup: Setup; readonly keyStored: boolean; readonly editable: boolean };
type Props = { readonly first: boolean; readonly configFile: string; readonly onDone: () => void };

/** Reads the present settings and shows them for editing. */
export function SetupForm(props: Props): ReactNode {
  const [given, setGiven] = useState<Given | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks again
  useEffect(() => {
    let wanted = true;
    void call('setup.get', {}).then((answer) => {
      if (!wanted) return;
      setFailure(answer.ok ? null : answer.error);
      if (answer.ok) setGiven(answer.value);
    });
    return () => {
      wanted = false;
    };
  }, [round]);
  if (failure !== null) {
    return (
      <div className="list-state" role="alert">
        <strong>{failure.message}</strong>
        <span>{failure.hint}</span>
        <button type="button" className="button" onClick={() => setRound(round + 1)}>
          Try again
        </button>
      </div>
    );
  }
  return given === null ? <p className="list-state">Loading…</p> : <Form {...props} given={given} />;
}

function Form({ first, configFile, onDone, given }: Props & { readonly given: Given }): ReactNode {
  const [setup, setSetup] = useState<Setup>(given.setup);
  const [faults, setFaults] = useState<readonly ConfigFault[]>([]);
  const [saving, setSaving] = useState(false);
  const locked = !given.editable || saving;
  const change = (part: Partial<Setup>): void => setSetup((before) => ({ ...before, ...part }));

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const missing = missingFields(setup, given.keyStored);
    setFaults(missing);
    if (missing.length > 0) return;
    setSaving(true);
    const answer = await call('setup.save', {
      ...setup,
      baseUrl: setup.baseUrl.trim(),
      deviceId: setup.deviceId.trim(),
      deviceKey: setup.deviceKey.trim(),
    });
    setSaving(false);
    if (!answer.ok) sayFailed(answer.error);
    else if (answer.value.faults.length > 0) setFaults(answer.value.faults);
    else {
      sayDone('Saved.', 'The gateway starts with these settings now.');
      onDone();
    }
  };

  return (
    <form className="setup-form" data-testid="setup-form" noValidate onSubmit={(event) => void save(event)}>
      {!given.editable && (
        <p className="setup-locked">
          This gateway was started with a fixed configuration file. Change it there and start again:{' '}
          <code>{configFile}</code>
        </p>
      )}
      {otherFaults(faults, setup.folders.length).map((fault) => (
        <p key={`${fault.path} ${fault.message}`} className="field-fault" role="alert">
          <code>{fault.path}</code> {fault.message}
        </p>
      ))}
      <Field
        label="Address of the cloud or server"
        hint="Up to and including /api, for example https://acusight.io/api"
        faults={faultsOf(faults, 'cloud.baseUrl')}
      >
        {(ids) => (
          <input
            {...ids}
            type="url"
            inputMode="url"
            name="baseUrl"
            value={setup.baseUrl}
            disabled={locked}
            placeholder="https://acusight.io/api"
            spellCheck={false}
            onChange={(event) => change({ baseUrl: event.target.value })}
          />
        )}
      </Field>
      <div className="setup-pair">
        <Field
          label="Device id"
          hint="The name of this line in Acusight, for example line-7"
          faults={faultsOf(faults, 'cloud.deviceId')}
        >
          {(ids) => (
            <input
              {...ids}
              name="deviceId"
              value={setup.deviceId}
              disabled={locked}
              placeholder="line-7"
              spellCheck={false}
              onChange={(event) => change({ deviceId: event.target.value })}
            />
          )}
        </Field>
        <KeyField
          value={setup.deviceKey}
          disabled={locked}
          placeholder={given.keyStored ? 'stored; leave empty to keep it' : ''}
          hint={
            given.keyStored
              ? 'A key is stored. Enter one only to replace it.'
              : 'Acusight gives it when the device is made.'
          }
          faults={faultsOf(faults, 'deviceKey')}
          onChange={(deviceKey) => change({ deviceKey })}
        />
      </div>
      <FolderFields
        folders={setup.folders}
        faults={faults}
        disabled={locked}
        onChange={(folders) => change({ folders })}
      />
      <div className="setup-actions">
        {!first && (
          <button type="button" className="button" onClick={onDone}>
            Back
          </button>
        )}
        {given.editable && (
          <button type="submit" className="button primary large" disabled={saving}>
            {saving ? 'Saving…' : first ? 'Save and start' : 'Save and restart the gateway'}
          </button>
        )}
      </div>
    </form>
  );
}
