import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { FoundCamera } from '../../../shared/camera.ts';
import { isolated } from '../../../shared/isolated.ts';
import { call } from '../../gateway/bridge.ts';
import { Faults } from '../../ui/field.tsx';
import { NetworkIcon } from '../../ui/icons.ts';
import { TextField } from '../../ui/text-field.tsx';
import { sayDone } from '../../view-state/notice-store.ts';
import { askAddress, findCameras, useCameraSearch } from './find-store.ts';
import { type AddressDraft, type AddressFaults, checkAddress, proposeAddress } from './force-ip.ts';
import { foundName } from './found-words.ts';

/** Gives a camera an address of this PC's network: entered, confirmed with a tick that names it, then sent. */
export function ForceIpDialog(): ReactNode {
  const camera = useCameraSearch((search) => search.addressing);
  return camera === null ? null : <OpenForceIpDialog key={camera.id} camera={camera} />;
}

const words = {
  address: { label: 'Address', hint: 'One that no other device of this network has' },
  mask: { label: 'Mask', hint: 'As that of the network card' },
  gateway: { label: 'Gateway', hint: '0.0.0.0 for none: a camera needs none here' },
} as const;

const close = (): void => askAddress(null);
const list = (fault: string | undefined): readonly string[] => (fault === undefined ? [] : [fault]);

function OpenForceIpDialog({ camera }: { readonly camera: FoundCamera }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [draft, setDraft] = useState<AddressDraft>(() => proposeAddress(camera));
  const [shown, setShown] = useState(false);
  /** What the tick was given for: another address takes it back. */
  const [agreed, setAgreed] = useState('');
  const [refusal, setRefusal] = useState('');
  const [sending, setSending] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    const first = dialog.current?.querySelector('input');
    first?.focus();
    first?.setSelectionRange(first.value.length, first.value.length);
  }, []);
  const faults = checkAddress(draft, camera);
  const sound = Object.keys(faults).length === 0;
  const visible: AddressFaults = shown ? faults : {};
  const address = draft.address.trim();
  const confirmed = sound && agreed === address;
  const change = (part: Partial<AddressDraft>): void => {
    setDraft({ ...draft, ...part });
    setRefusal('');
  };
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setShown(true);
    if (!confirmed || sending) return;
    setSending(true);
    const answer = await call('camera.forceIp', {
      mac: camera.id,
      interfaceAddress: camera.interfaceAddress,
      address,
      mask: draft.mask.trim(),
      gateway: draft.gateway.trim() || '0.0.0.0',
    });
    setSending(false);
    if (!answer.ok) {
      setRefusal(`${answer.error.message} ${answer.error.hint}`);
      return;
    }
    sayDone(`${foundName(camera)} has the address ${address} now.`, 'The cameras are searched again.');
    close();
    void findCameras();
  };
  const field = (name: keyof AddressDraft): ReactNode => (
    <TextField
      {...words[name]}
      value={draft[name]}
      faults={list(visible[name])}
      disabled={sending}
      maxLength={15}
      onChange={(value) => change({ [name]: value })}
    />
  );
  return (
    <dialog
      ref={dialog}
      className="dialog dialog-wide"
      aria-labelledby="force-ip-title"
      data-testid="force-ip"
      onClose={close}
    >
      <form noValidate onSubmit={(event) => void send(event)}>
        <h2 id="force-ip-title">
          <NetworkIcon /> Set the address
        </h2>
        <p>
          <strong>{foundName(camera)}</strong> ({[camera.serial, camera.id].filter(Boolean).map(isolated).join(', ')})
          has the address <strong>{camera.address}</strong>. This PC’s network card {camera.interface} has{' '}
          <strong>{camera.interfaceAddress}</strong>: the two must be in one network. The camera keeps the new address
          until it is switched off.
        </p>
        {camera.hint !== '' && <p className="dialog-note">{camera.hint}</p>}
        {field('address')}
        <div className="setup-pair">
          {field('mask')}
          {field('gateway')}
        </div>
        <label className="check check-line force-ip-check">
          <input
            type="checkbox"
            checked={confirmed}
            disabled={sending}
            onChange={(event) => {
              setShown(true);
              setAgreed(event.target.checked && sound ? address : '');
            }}
          />
          <span className="check-box" aria-hidden="true" />
          <span>
            {sound ? `Yes, give this camera ${address}. No other device has it.` : 'Enter an address that fits first.'}
          </span>
        </label>
        <div className="field-words" role="status">
          <Faults faults={refusal === '' ? [] : [refusal]} />
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" disabled={sending} onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={!confirmed || sending}>
            {sending ? 'Setting the address…' : 'Set the address'}
          </button>
        </div>
      </form>
    </dialog>
  );
}
