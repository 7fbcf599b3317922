import type { ReactNode } from 'react';
import { CloseIcon, LoadIcon, SaveIcon } from '../../ui/icons.ts';
import { CheckCircleIcon, StuckIcon } from '../../ui/shapes.tsx';
import { dismissOutcome, loadSettings, saveSettings, useFeatures } from './feature-store.ts';

type Props = { readonly sourceId: string; readonly connected: boolean };

/** Keeps the camera's settings with the gateway, and gives them back to it; below it stands what came of that. */
export function SettingsFile({ sourceId, connected }: Props): ReactNode {
  const running = useFeatures((editor) => editor.running);
  const outcome = useFeatures((editor) => editor.outcome);
  const locked = !connected || running !== null;
  return (
    <>
      <div className="settings-file">
        <button type="button" className="button" disabled={locked} onClick={() => void saveSettings(sourceId)}>
          <SaveIcon /> {running === 'save' ? 'Saving…' : 'Save settings'}
        </button>
        <button type="button" className="button" disabled={locked} onClick={() => void loadSettings(sourceId)}>
          <LoadIcon /> {running === 'load' ? 'Loading…' : 'Load settings'}
        </button>
      </div>
      <div className="settings-outcome" role="status" aria-live="polite">
        {outcome !== null && (
          <div className="settings-result" data-ok={outcome.ok} data-testid="settings-outcome">
            {outcome.ok ? <CheckCircleIcon /> : <StuckIcon />}
            <div>
              <p>{outcome.text}</p>
              {outcome.failed.length > 0 && (
                <ul>
                  {outcome.failed.map(({ name, text }) => (
                    <li key={name}>
                      <strong>{name}</strong>: {text}
                    </li>
                  ))}
                </ul>
              )}
            </div>
            <button
              type="button"
              className="button icon-only quiet"
              aria-label="Dismiss this message"
              onClick={dismissOutcome}
            >
              <CloseIcon />
            </button>
          </div>
        )}
      </div>
    </>
  );
}
