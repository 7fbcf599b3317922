import { type ReactNode, useEffect, useRef } from 'react';
import { isolated } from '../../../shared/isolated.ts';
import { useWords } from '../../gateway/words.ts';
import { EyeIcon } from '../../ui/icons.ts';
import { LevelShape } from '../../ui/shapes.tsx';
import { openLive, show, useScreen } from '../../view-state/screen-store.ts';
import { NearDuplicateBar } from '../near-duplicate-bar.tsx';
import { badgeOf } from '../source-badge.ts';
import { CameraNumbers } from './camera-numbers.tsx';
import { type CameraSource, modelWords } from './camera-text.ts';
import { TriggerButton } from './trigger-button.tsx';

/** A camera among the sources. Its head opens the live view. */
export function CameraCard({ source }: { readonly source: CameraSource }): ReactNode {
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (useScreen.getState().liveLeft !== source.id) return;
    show({ liveLeft: null });
    opener.current?.focus();
  }, [source.id]);
  const badge = badgeOf(source);
  const ill = badge.level === 'act' || badge.level === 'alarm';
  const { camera, message } = source;
  const { text, hint } = useWords();
  const address = camera.address === '' ? source.location : camera.address;
  return (
    <li className="source camera-card" data-level={badge.level} data-testid="source" data-source-id={source.id}>
      <button
        ref={opener}
        type="button"
        className="camera-open"
        data-testid="open-live"
        onClick={() => openLive(source.id)}
      >
        <LevelShape level={badge.level} />
        <span className="camera-title">
          <span className="visually-hidden">Live view of </span>
          <strong title={source.name}>{isolated(source.name)}</strong>
          <span className="source-state">{badge.word}</span>
          <span className="camera-model" title={`${modelWords(source)} · ${address}`}>
            {modelWords(source)}
            <span className="camera-address"> · {address}</span>
          </span>
        </span>
        <span className="camera-live-sign" aria-hidden="true">
          <EyeIcon />
          <span>Live</span>
        </span>
      </button>
      {ill && (
        <div className="camera-fault">
          <p className="source-fault">{text(message)}</p>
          {hint(message) !== '' && <p className="source-hint">{hint(message)}</p>}
        </div>
      )}
      <CameraNumbers camera={camera} />
      {source.nearDuplicateFilter !== null && <NearDuplicateBar filter={source.nearDuplicateFilter} />}
      {camera.trigger === 'software' && <TriggerButton source={source} />}
    </li>
  );
}
