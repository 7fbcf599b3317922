import { useState } from 'react';
import type { ConfigFault } from '../../shared/config.ts';
import type { OperationResponse, Setup } from '../../shared/contract.ts';
import { call } from '../gateway/bridge.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { sayDone, sayFailed } from '../view-state/notice-store.ts';
import { show } from '../view-state/screen-store.ts';
import { emptyKeyDraft, type KeyDraft } from './key-section.tsx';
import { type Provisioning, provision, storedWords } from './provisioning.ts';
import { missingFields, type Stored, type TypedLists, tidySetup } from './setup-draft.ts';

export type SetupPhase = 'editing' | 'saving' | 'provisioning' | 'provisioned';

export type SetupDraft = {
  readonly setup: Setup;
  readonly key: KeyDraft;
  readonly lists: TypedLists;
  readonly faults: readonly ConfigFault[];
  readonly phase: SetupPhase;
  readonly result: Provisioning | null;
  readonly change: (part: Partial<Setup>) => void;
  readonly setKey: (key: KeyDraft) => void;
  readonly setLists: (part: Partial<TypedLists>) => void;
  /** Saves, and with a token also provisions: only then, because the way to the cloud is that of the saved settings. */
  readonly save: () => Promise<void>;
  /** Stores the key or exchanges the token without saving, where the settings belong to someone else. */
  readonly keyOnly: () => Promise<void>;
};

/** What a person is entering, and the two orders it leads to. */
export function useSetupDraft(given: OperationResponse<'setup.get'>, onDone: () => void): SetupDraft {
  const [setup, setSetup] = useState<Setup>(given.setup);
  const [stored] = useState<Stored>(given.stored);
  const [key, setKey] = useState<KeyDraft>(emptyKeyDraft);
  const [lists, setLists] = useState<TypedLists>({
    noProxy: given.setup.proxy.noProxy.join(', '),
    loginAt: given.setup.proxy.loginAt.join(', '),
  });
  const [faults, setFaults] = useState<readonly ConfigFault[]>([]);
  const [phase, setPhase] = useState<SetupPhase>('editing');
  const [result, setResult] = useState<Provisioning | null>(null);

  const tidy = (): Setup => tidySetup({ ...setup, deviceKey: key.way === 'key' ? key.deviceKey : '' }, lists);

  const exchange = async ({ baseUrl, deviceId }: Pick<Setup, 'baseUrl' | 'deviceId'>): Promise<void> => {
    setPhase('provisioning');
    setResult(null);
    const came = await provision({ baseUrl, deviceId, token: key.token.trim(), name: key.name.trim() });
    setResult(came);
    setPhase(came.kind === 'done' ? 'provisioned' : 'editing');
  };

  const save = async (): Promise<void> => {
    if (phase === 'saving' || phase === 'provisioning') return;
    const wanted = tidy();
    const others = useGateway.getState().snapshot?.sources.filter(({ kind }) => kind !== 'folder').length ?? 0;
    const missing = missingFields(wanted, stored, key, others);
    setFaults(missing);
    if (missing.length > 0) return;
    setPhase('saving');
    // The gateway starts with the new settings before it has answered, and the first run is over: this form stays.
    show({ view: 'settings' });
    const answer = await call('setup.save', wanted);
    setPhase('editing');
    if (!answer.ok) sayFailed(answer.error);
    else if (answer.value.faults.length > 0) setFaults(answer.value.faults);
    else if (key.way === 'token') await exchange(wanted);
    else {
      sayDone('Saved.', 'The gateway starts with these settings now.');
      onDone();
    }
  };

  const keyOnly = async (): Promise<void> => {
    if (phase !== 'editing') return;
    const { deviceKey, baseUrl, deviceId } = tidy();
    const empty = key.way === 'token' ? key.token.trim() === '' : deviceKey === '';
    setFaults(
      empty
        ? [
            key.way === 'token'
              ? { path: 'token', message: 'Enter the provisioning token.' }
              : { path: 'deviceKey', message: 'Enter the device key.' },
          ]
        : [],
    );
    if (empty) return;
    if (key.way === 'token') {
      await exchange({ baseUrl, deviceId });
      return;
    }
    setPhase('saving');
    const answer = await call('key.set', { deviceKey });
    setPhase('editing');
    if (answer.ok) sayDone('The device key is stored.', storedWords[answer.value.stored]);
    else sayFailed(answer.error);
  };

  return {
    setup,
    key,
    lists,
    faults,
    phase,
    result,
    change: (part) => setSetup((before) => ({ ...before, ...part })),
    setKey,
    setLists: (part) => setLists((before) => ({ ...before, ...part })),
    save,
    keyOnly,
  };
}
