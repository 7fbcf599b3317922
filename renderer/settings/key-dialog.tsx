import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Failure } from '../../shared/result.ts';
import { call } from '../bridge.ts';
import { show, useScreen } from '../screen-store.ts';
import { KeyIcon } from '../ui/icons.tsx';
import { sayDone } from '../ui/notice-store.ts';
import { KeyField } from './key-field.tsx';

const places = {
  keyring: 'It is in the operating system’s keyring.',
  file: 'This PC has no keyring: it is in a file that only this user can read.',
} as const;

/** Asks for the device key, and says where it was put. */
export function KeyDialog(): ReactNode {
  const open = useScreen((screen) => screen.keyDialog);
  return open ? <OpenKeyDialog /> : null;
}

const close = (): void => show({ keyDialog: false });

function OpenKeyDialog(): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [key, setKey] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [saving, setSaving] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSaving(true);
    const answer = await call('key.set', { deviceKey: key.trim() });
    setSaving(false);
    if (!answer.ok) {
      setFailure(answer.error);
      return;
    }
    sayDone('The device key is stored.', places[answer.value.stored]);
    close();
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="key-dialog-title" onClose={close}>
      <form onSubmit={(event) => void save(event)}>
        <h2 id="key-dialog-title">
          <KeyIcon /> Device key
        </h2>
        <p>
          Acusight gives each device its own key. It is kept in this PC’s keyring where there is one, never in the
          configuration file.
        </p>
        <KeyField
          value={key}
          hint="Paste it, or type it as it stands on the paper."
          faults={failure === null ? [] : [`${failure.message} ${failure.hint}`]}
          disabled={saving}
          onChange={setKey}
        />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={saving || key.trim() === ''}>
            Store the key
          </button>
        </div>
      </form>
    </dialog>
  );
}
