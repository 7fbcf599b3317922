import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { FormProvider, useForm, useWatch } from 'react-hook-form';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { useOrder } from '../gateway/requests.ts';
import { sayInFull } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogText, DialogTitle } from '../ui/dialog.tsx';
import { KeyIcon } from '../ui/icons.ts';
import { sayDone } from '../view-state/notice-store.ts';
import { show, useScreen } from '../view-state/screen-store.ts';
import { KeyFields } from './key-fields.tsx';
import { provision, storedWords } from './provisioning.ts';
import { type KeyEntry, keyFormSchema, noKey } from './setup-schema.ts';

/** Asks for the device key, or for a token that is exchanged for one, and says where the key was put. */
export function KeyDialog(): ReactNode {
  const open = useScreen((screen) => screen.keyDialog);
  return open ? <OpenKeyDialog /> : null;
}

const close = (): void => show({ keyDialog: false });

function OpenKeyDialog(): ReactNode {
  const gateway = useSnapshot((snapshot) => snapshot.gateway);
  const form = useForm<KeyEntry>({ defaultValues: noKey, resolver: zodResolver(keyFormSchema) });
  const { deviceKey, key } = useWatch({ control: form.control, compute: (entry: KeyEntry) => entry });
  const exchange = useMutation({ mutationFn: provision });
  const store = useOrder('key.set', {
    onSuccess: ({ stored }) => {
      sayDone('The device key is stored.', storedWords[stored]);
      close();
    },
    onError: ({ failure }) => form.setError('deviceKey', { type: 'gateway', message: sayInFull(failure) }),
  });
  const entered = (key.way === 'key' ? deviceKey : key.token).trim();
  const busy = exchange.isPending || store.isPending;
  const done = exchange.data?.kind === 'done';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy || done || entered === '') return;
    exchange.reset();
    void form.handleSubmit(() => {
      const { baseUrl = '', deviceId = '' } = gateway ?? {};
      if (key.way === 'key') store.mutate({ deviceKey: entered });
      else exchange.mutate({ baseUrl, deviceId, token: entered, name: key.name.trim() });
    })(event);
  };
  return (
    <Dialog wide onClose={close}>
      <FormProvider {...form}>
        <form noValidate onSubmit={submit}>
          <DialogTitle>
            <KeyIcon /> Device key
          </DialogTitle>
          <DialogText>
            Acusight gives each device its own key. It is kept in this PC’s keyring; where there is none, in a file that
            only this user can read. It is never in the settings file.
          </DialogText>
          <KeyFields stored={false} disabled={busy || done} result={exchange.data ?? null} />
          <div className="dialog-actions">
            <Button onClick={close}>{done ? 'Close' : 'Cancel'}</Button>
            {!done && (
              <Button type="submit" variant="primary" disabled={entered === ''} busy={busy}>
                {key.way === 'token' ? (busy ? 'Asking the cloud…' : 'Get the key') : 'Store the key'}
              </Button>
            )}
          </div>
        </form>
      </FormProvider>
    </Dialog>
  );
}
