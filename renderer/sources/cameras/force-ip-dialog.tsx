import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { FoundCamera } from '../../../shared/camera.ts';
import { isolated } from '../../../shared/isolated.ts';
import { inquire, useOrder } from '../../gateway/requests.ts';
import { sayInFull, useWords } from '../../gateway/words.ts';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/check.tsx';
import { Dialog, DialogText, DialogTitle } from '../../ui/dialog.tsx';
import { Faults, TextField } from '../../ui/field.tsx';
import { NetworkIcon } from '../../ui/icons.ts';
import { sayDone } from '../../view-state/notice-store.ts';
import { show, useScreen } from '../../view-state/screen-store.ts';
import { type AddressDraft, type AddressFaults, checkAddress, proposeAddress } from './force-ip.ts';
import { foundName } from './found-camera-text.ts';

/** Gives a camera an address of this PC's network: entered, confirmed with a tick that names it, then sent. */
export function ForceIpDialog(): ReactNode {
  const camera = useScreen((screen) => screen.addressing);
  return camera === null ? null : <OpenForceIpDialog key={camera.id} camera={camera} />;
}

const words = {
  address: { label: 'Address', hint: 'One that no other device of this network has' },
  mask: { label: 'Mask', hint: 'As that of the network card' },
  gateway: { label: 'Gateway', hint: '0.0.0.0 for none: a camera needs none here' },
} as const;

const close = (): void => show({ addressing: null });
const list = (fault: string | undefined): readonly string[] => (fault === undefined ? [] : [fault]);

function OpenForceIpDialog({ camera }: { readonly camera: FoundCamera }): ReactNode {
  const first = useRef<HTMLInputElement>(null);
  const { hint } = useWords();
  const [draft, setDraft] = useState<AddressDraft>(() => proposeAddress(camera));
  const [shown, setShown] = useState(false);
  /** What the tick was given for: another address takes it back. */
  const [agreed, setAgreed] = useState('');
  const address = draft.address.trim();
  const order = useOrder('camera.forceIp', {
    onSuccess: () => {
      sayDone(`${foundName(camera)} has the address ${address} now.`, 'The cameras are searched again.');
      close();
      void inquire('cameras.find');
    },
  });
  const sending = order.isPending;
  useEffect(() => {
    // Its beginning is there already: the caret belongs behind it.
    first.current?.setSelectionRange(first.current.value.length, first.current.value.length);
  }, []);
  const faults = checkAddress(draft, camera);
  const sound = Object.keys(faults).length === 0;
  const visible: AddressFaults = shown ? faults : {};
  const confirmed = sound && agreed === address;
  const change = (part: Partial<AddressDraft>): void => {
    setDraft({ ...draft, ...part });
    order.reset();
  };
  const send = (event: FormEvent): void => {
    event.preventDefault();
    setShown(true);
    if (!confirmed || sending) return;
    order.mutate({
      mac: camera.id,
      interfaceAddress: camera.interfaceAddress,
      address,
      mask: draft.mask.trim(),
      gateway: draft.gateway.trim() || '0.0.0.0',
    });
  };
  const field = (name: keyof AddressDraft): ReactNode => (
    <TextField
      {...words[name]}
      {...(name === 'address' ? { ref: first } : {})}
      value={draft[name]}
      faults={list(visible[name])}
      disabled={sending}
      maxLength={15}
      onChange={(value) => change({ [name]: value })}
    />
  );
  const refusal = order.error === null ? [] : [sayInFull(order.error.failure)];
  return (
    <Dialog wide testId="force-ip" initialFocus={first} onClose={close}>
      <form noValidate onSubmit={send}>
        <DialogTitle>
          <NetworkIcon /> Set the address
        </DialogTitle>
        <DialogText>
          <strong>{foundName(camera)}</strong> ({[camera.serial, camera.id].filter(Boolean).map(isolated).join(', ')})
          has the address <strong>{camera.address}</strong>. This PC’s network card {camera.interface} has{' '}
          <strong>{camera.interfaceAddress}</strong>: the two must be in one network. The camera keeps the new address
          until it is switched off.
        </DialogText>
        {camera.message !== null && <p className="dialog-note">{hint(camera.message)}</p>}
        {field('address')}
        <div className="setup-pair">
          {field('mask')}
          {field('gateway')}
        </div>
        <Check
          className="force-ip-check"
          checked={confirmed}
          disabled={sending}
          onChange={(checked) => {
            setShown(true);
            setAgreed(checked && sound ? address : '');
          }}
        >
          {sound ? `Yes, give this camera ${address}. No other device has it.` : 'Enter an address that fits first.'}
        </Check>
        <div className="field-words" role="status">
          <Faults faults={refusal} />
        </div>
        <div className="dialog-actions">
          <Button disabled={sending} onClick={close}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={!confirmed} busy={sending}>
            {sending ? 'Setting the address…' : 'Set the address'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
