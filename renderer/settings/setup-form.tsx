import { zodResolver } from '@hookform/resolvers/zod';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { FormProvider, useController, useForm, useFormContext, useWatch } from 'react-hook-form';
import type { OperationResponse } from '../../shared/contract.ts';
import { inFull } from '../../shared/messages/words.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useAnswer } from '../gateway/requests.ts';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { BoundField } from './bound-field.tsx';
import { FolderFields } from './folder-fields.tsx';
import { KeyFields } from './key-fields.tsx';
import { NetworkFields } from './network-fields.tsx';
import { entryOf, type SetupEntry, type SetupOrder, setupFormSchema } from './setup-schema.ts';
import { StorageFields } from './storage-fields.tsx';
import { type SetupOrders, useSetupOrders } from './use-setup-orders.ts';

type Props = { readonly first: boolean; readonly configFile: string; readonly onDone: () => void };

/** Reads the present settings and shows them for editing. */
export function SetupForm(props: Props): ReactNode {
  const { data, error, refetch } = useAnswer('setup.get', {});
  const { text, hint } = useWords();
  if (error !== null) {
    return (
      <div className="list-state" role="alert">
        <strong>{text(error.failure)}</strong>
        <span>{hint(error.failure)}</span>
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    );
  }
  return data === undefined ? (
    <p className="list-state">Reading the settings…</p>
  ) : (
    <SetupFields {...props} given={data} />
  );
}

const hasOtherSources = (): boolean =>
  useGateway.getState().snapshot?.sources.some(({ kind }) => kind !== 'folder') ?? false;

type FieldsProps = Props & { readonly given: OperationResponse<'setup.get'> };

/** The settings, in sections that are all open: way, key, network, folders. */
function SetupFields({ first, configFile, onDone, given }: FieldsProps): ReactNode {
  const { editable, stored } = given;
  const form = useForm<SetupEntry, unknown, SetupOrder>({
    defaultValues: entryOf(given.setup),
    resolver: zodResolver(setupFormSchema({ stored, editable, hasOtherSources })),
    // A fault shows at the field as it is left, and goes as it is put right.
    mode: 'onTouched',
    shouldFocusError: false,
  });
  const orders = useSetupOrders(form, editable, onDone);
  const { phase, faults } = orders;
  const words = useWords();
  const busy = phase === 'saving' || phase === 'provisioning';
  const locked = !editable || busy;
  const { submitCount, errors } = form.formState;
  const element = useRef<HTMLFormElement>(null);
  // Whoever saves with the keyboard is led to the first thing that is wrong, once it can be put right.
  useEffect(() => {
    if (submitCount > 0 && !busy) element.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [submitCount, busy]);
  const mode = useWatch({ control: form.control, name: 'mode' });
  return (
    <FormProvider {...form}>
      <form ref={element} className="setup-form" data-testid="setup-form" noValidate onSubmit={orders.submit}>
        {!editable && (
          <p className="setup-locked">
            This gateway was started with a fixed configuration file. Change it there and start again:{' '}
            <code>{configFile}</code>
          </p>
        )}
        {faults.map(({ path, message }) => (
          <p key={`${path} ${words.text(message)}`} className="field-fault" role="alert">
            <code>{path}</code> {inFull(words, message)}
          </p>
        ))}
        <Section title="Where pictures go">
          <WayFields disabled={locked} />
        </Section>
        {mode === 'lan' && (
          <Section title="Object storage on site">
            <StorageFields stored={stored.objectStore} disabled={locked} />
          </Section>
        )}
        <Section title="Device key">
          <KeyFields stored={stored.deviceKey} disabled={busy} result={orders.result} />
        </Section>
        <Section title="Network">
          <NetworkFields passwordStored={stored.proxyPassword} disabled={locked} />
        </Section>
        <Section title="Folders to watch">
          <FolderFields disabled={locked} />
        </Section>
        <Actions
          orders={orders}
          faulty={faults.length > 0 || (submitCount > 0 && Object.keys(errors).length > 0)}
          first={first}
          editable={editable}
          onDone={onDone}
        />
      </form>
    </FormProvider>
  );
}

/** A part of the form under its own heading. All parts are open: nothing is hidden. */
function Section({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <section className="setup-section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
      </header>
      {children}
    </section>
  );
}

const modes = [
  { value: 'cloud', label: 'Acusight cloud', note: 'Each picture goes to the Acusight server' },
  {
    value: 'lan',
    label: 'LAN (object storage on site)',
    note: 'Pictures go to your storage, only a notice to the server',
  },
] as const;

function WayFields({ disabled }: { readonly disabled: boolean }): ReactNode {
  const { control } = useFormContext<SetupEntry>();
  const { field: mode } = useController({ control, name: 'mode' });
  return (
    <>
      <Choice
        legend="Where pictures go"
        options={modes}
        chosen={mode.value}
        disabled={disabled}
        onChoose={mode.onChange}
      />
      <div className="setup-pair wide-first">
        <BoundField
          name="baseUrl"
          label="Address of the cloud or server"
          hint="Up to and including /api, for example https://acusight.io/api"
          kind="url"
          disabled={disabled}
          placeholder="https://acusight.io/api"
        />
        <BoundField
          name="deviceId"
          label="Device id"
          hint="For example line-7"
          disabled={disabled}
          placeholder="line-7"
        />
      </div>
    </>
  );
}

type ActionsProps = {
  readonly orders: SetupOrders;
  readonly faulty: boolean;
  readonly first: boolean;
  readonly editable: boolean;
  readonly onDone: () => void;
};

function Actions({ orders: { phase, result }, faulty, first, editable, onDone }: ActionsProps): ReactNode {
  const { control } = useFormContext<SetupEntry>();
  const way = useWatch({ control, name: 'key.way' });
  const busy = phase === 'saving' || phase === 'provisioning';
  const words = {
    saving: 'Saving, and starting with these settings…',
    provisioning: 'Asking the cloud for the device key…',
    provisioned: 'The device has its key.',
    editing: faulty
      ? 'Not saved: put right what is marked.'
      : result?.kind === 'failed'
        ? `${editable ? 'The settings are saved, but no' : 'No'} new key was given.`
        : '',
  }[phase];
  if (phase === 'provisioned') {
    return (
      <div className="setup-actions">
        <p className="setup-status" role="status">
          {words}
        </p>
        <Button variant="primary" size="large" onClick={onDone}>
          Show the line
        </Button>
      </div>
    );
  }
  const start = first ? 'Save and start' : 'Save and restart the gateway';
  const orderWords = editable
    ? phase === 'saving'
      ? 'Saving…'
      : way === 'token'
        ? 'Save and get the key'
        : start
    : way === 'token'
      ? 'Get the key'
      : 'Store the key';
  return (
    <div className="setup-actions">
      <p className="setup-status" role="status" data-faulty={faulty}>
        {words}
      </p>
      {!first && (
        <Button size="large" disabled={busy} onClick={onDone}>
          Back
        </Button>
      )}
      <Button type="submit" variant="primary" size="large" busy={busy}>
        {orderWords}
      </Button>
    </div>
  );
}
