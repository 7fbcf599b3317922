import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import type { ConfigFault } from '../../shared/config.ts';
import { type FailedRequest, useOrder } from '../gateway/requests.ts';
import { sayInFull } from '../gateway/words.ts';
import { sayDone, sayFailed } from '../view-state/notice-store.ts';
import { show } from '../view-state/screen-store.ts';
import { type Provisioning, provision, storedWords } from './provisioning.ts';
import { fieldOf, type SetupEntry, type SetupOrder } from './setup-schema.ts';

type SetupPhase = 'editing' | 'saving' | 'provisioning' | 'provisioned';

export type SetupOrders = {
  readonly phase: SetupPhase;
  /** Faults of the last save that stand at no field on view. */
  readonly faults: readonly ConfigFault[];
  readonly result: Provisioning | null;
  readonly submit: (event: FormEvent) => void;
};

const failed = ({ failure }: FailedRequest): void => sayFailed(failure);

/**
 * What the form's button does: it saves, and with a token also provisions, only then, because the way to the cloud is
 * that of the saved settings. Where the settings belong to someone else it stores the key or exchanges the token alone.
 */
export function useSetupOrders(
  form: UseFormReturn<SetupEntry, unknown, SetupOrder>,
  editable: boolean,
  onDone: () => void,
): SetupOrders {
  const [faults, setFaults] = useState<readonly ConfigFault[]>([]);
  const exchange = useMutation({ mutationFn: provision });
  const keepKey = useOrder('key.set', {
    onSuccess: ({ stored }) => sayDone('The device key is stored.', storedWords[stored]),
    onError: failed,
  });
  const save = useOrder('setup.save', { onError: failed });

  const provisionFor = ({ setup, key }: SetupOrder): void => {
    const { baseUrl, deviceId } = setup;
    exchange.mutate({ baseUrl, deviceId, token: key.token, name: key.name });
  };
  const refuse = (refused: readonly ConfigFault[]): void => {
    const placed = refused.map((fault) => ({ fault, field: fieldOf(fault, form.getValues()) }));
    setFaults(placed.filter(({ field }) => field === null).map(({ fault }) => fault));
    for (const field of new Set(placed.map((one) => one.field))) {
      if (field === null) continue;
      const own = placed.filter((one) => one.field === field).map(({ fault }) => sayInFull(fault.message));
      // All of them: the library has room for one message of a field, and for the others beside it.
      form.setError(field, { type: 'gateway', types: Object.fromEntries(own.entries()) });
    }
  };
  const saveAll = (order: SetupOrder): void => {
    // The gateway starts with the new settings before it has answered, and the first run is over: this form stays.
    show({ view: 'settings' });
    save.mutate(order.setup, {
      onSuccess: (answer) => {
        if (answer.faults.length > 0) refuse(answer.faults);
        else if (order.key.way === 'token') provisionFor(order);
        else {
          sayDone('Saved.', 'The gateway starts with these settings now.');
          onDone();
        }
      },
    });
  };
  const keyOnly = (order: SetupOrder): void => {
    if (order.key.way === 'token') provisionFor(order);
    else keepKey.mutate({ deviceKey: order.setup.deviceKey });
  };

  const saving = save.isPending || keepKey.isPending;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (saving || exchange.isPending) return;
    setFaults([]);
    exchange.reset();
    void form.handleSubmit(editable ? saveAll : keyOnly)(event);
  };
  const result = exchange.data ?? null;
  return {
    phase: saving
      ? 'saving'
      : exchange.isPending
        ? 'provisioning'
        : result?.kind === 'done'
          ? 'provisioned'
          : 'editing',
    faults,
    result,
    submit,
  };
}
