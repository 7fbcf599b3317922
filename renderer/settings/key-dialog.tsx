import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { call } from '../gateway/bridge.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { KeyIcon } from '../ui/icons.ts';
import { sayDone } from '../view-state/notice-store.ts';
import { show, useScreen } from '../view-state/screen-store.ts';
import { emptyKeyDraft, type KeyDraft, KeyFields } from './key-section.tsx';
import { type Provisioning, provision, storedWords } from './provisioning.ts';

/** Asks for the device key, or for a token that is exchanged for one, and says where the key was put. */
export function KeyDialog(): ReactNode {
  const open = useScreen((screen) => screen.keyDialog);
  return open ? <OpenKeyDialog /> : null;
}

const close = (): void => show({ keyDialog: false });

function OpenKeyDialog(): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const gateway = useSnapshot((snapshot) => snapshot.gateway);
  const [draft, setDraft] = useState<KeyDraft>(emptyKeyDraft);
  const [fault, setFault] = useState('');
  const [result, setResult] = useState<Provisioning | null>(null);
  const [saving, setSaving] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const entered = (draft.way === 'key' ? draft.deviceKey : draft.token).trim();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (entered === '' || saving) return;
    setSaving(true);
    setFault('');
    setResult(null);
    if (draft.way === 'token') {
      const { baseUrl = '', deviceId = '' } = gateway ?? {};
      setResult(await provision({ baseUrl, deviceId, token: entered, name: draft.name.trim() }));
      setSaving(false);
      return;
    }
    const answer = await call('key.set', { deviceKey: entered });
    setSaving(false);
    if (!answer.ok) {
      setFault(`${answer.error.message} ${answer.error.hint}`);
      return;
    }
    sayDone('The device key is stored.', storedWords[answer.value.stored]);
    close();
  };
  const done = result?.kind === 'done';
  return (
    <dialog ref={dialog} className="dialog dialog-wide" aria-labelledby="key-dialog-title" onClose={close}>
      <form onSubmit={(event) => void save(event)}>
        <h2 id="key-dialog-title">
          <KeyIcon /> Device key
        </h2>
        <p>
          Acusight gives each device its own key. It is kept in this PC’s keyring; where there is none, in a file that
          only this user can read. It is never in the settings file.
        </p>
        <KeyFields
          draft={draft}
          stored={false}
          faults={fault === '' ? [] : [{ path: 'deviceKey', message: fault }]}
          disabled={saving || done}
          result={result}
          onChange={setDraft}
        />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>
            {done ? 'Close' : 'Cancel'}
          </button>
          {!done && (
            <button type="submit" className="button primary" disabled={saving || entered === ''}>
              {draft.way === 'token' ? (saving ? 'Asking the cloud…' : 'Get the key') : 'Store the key'}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
