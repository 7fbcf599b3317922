import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { FailedRequest } from '../../gateway/requests.ts';
import { sayInFull, useWords } from '../../gateway/words.ts';
import { Button } from '../../ui/button.tsx';
import { CloseIcon, LoadIcon, SaveIcon } from '../../ui/icons.ts';
import { CheckCircleIcon, StuckIcon } from '../../ui/shapes.tsx';
import { type SettingsOutcome, settingsOrder } from './feature-store.ts';

type Props = { readonly sourceId: string; readonly connected: boolean };

const refused = ({ failure }: FailedRequest): SettingsOutcome => ({
  ok: false,
  text: sayInFull(failure),
  failed: [],
});

/** Keeps the camera's settings with the gateway, and gives them back to it; below it stands what came of that. */
export function SettingsFile({ sourceId, connected }: Props): ReactNode {
  const order = useMutation(settingsOrder(useQueryClient(), sourceId));
  const words = useWords();
  const running = order.isPending ? order.variables : null;
  const outcome = order.error === null ? order.data : refused(order.error);
  const locked = !connected || running !== null;
  return (
    <>
      <div className="settings-file">
        <Button disabled={locked} onClick={() => order.mutate('save')}>
          <SaveIcon /> {running === 'save' ? 'Saving…' : 'Save settings'}
        </Button>
        <Button disabled={locked} onClick={() => order.mutate('load')}>
          <LoadIcon /> {running === 'load' ? 'Loading…' : 'Load settings'}
        </Button>
      </div>
      <div className="settings-outcome" role="status" aria-live="polite">
        {outcome !== undefined && (
          <div className="settings-result" data-ok={outcome.ok} data-testid="settings-outcome">
            {outcome.ok ? <CheckCircleIcon /> : <StuckIcon />}
            <div>
              <p>{outcome.text}</p>
              {outcome.failed.length > 0 && (
                <ul>
                  {outcome.failed.map(({ name, message }) => (
                    <li key={name}>
                      <strong>{name}</strong>: {words.text(message)}
                    </li>
                  ))}
                </ul>
              )}
            </div>
            <Button iconOnly variant="quiet" aria-label="Dismiss this message" onClick={order.reset}>
              <CloseIcon />
            </Button>
          </div>
        )}
      </div>
    </>
  );
}
