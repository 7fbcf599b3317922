import type { ReactNode } from 'react';
import { isolated } from '../../../shared/isolated.ts';
import { PlayIcon } from '../../ui/icons.ts';
import type { EditorProps } from './editor-props.ts';
import { runCommand, setFeature } from './feature-store.ts';

/**
 * Editors without a draft: a choice is asked of the camera at once. The one that is marked is always the camera's own
 * value; it moves when the camera has taken the new one.
 */

export function ChoiceEditor({ sourceId, feature, pending, labelId, wordsId, faulty }: EditorProps): ReactNode {
  const value = typeof feature.value === 'string' ? feature.value : '';
  const known = feature.choices.some(({ name }) => name === value);
  return (
    <select
      className="feature-select"
      value={value}
      disabled={pending}
      aria-labelledby={labelId}
      aria-describedby={wordsId}
      aria-invalid={faulty}
      onChange={(event) => void setFeature(sourceId, feature.name, event.target.value)}
    >
      {!known && <option value={value}>{value === '' ? 'Not readable' : `${value} (cannot be chosen now)`}</option>}
      {feature.choices.map(({ name, displayName }) => (
        <option key={name} value={name}>
          {displayName || name}
        </option>
      ))}
    </select>
  );
}

export function BooleanEditor({ sourceId, feature, pending, labelId, wordsId }: EditorProps): ReactNode {
  return (
    <fieldset className="feature-switch" aria-labelledby={labelId} aria-describedby={wordsId}>
      {[true, false].map((on) => (
        <button
          key={String(on)}
          type="button"
          className="button"
          aria-pressed={feature.value === on}
          disabled={pending}
          onClick={() => {
            if (feature.value !== on) void setFeature(sourceId, feature.name, on);
          }}
        >
          {on ? 'On' : 'Off'}
        </button>
      ))}
    </fieldset>
  );
}

export const CommandButton = ({ sourceId, feature, pending, labelId, wordsId }: EditorProps): ReactNode => (
  <button
    type="button"
    className="button feature-command"
    disabled={pending}
    aria-describedby={`${labelId} ${wordsId}`}
    onClick={() => void runCommand(sourceId, feature.name)}
  >
    <PlayIcon /> Run<span className="visually-hidden"> {isolated(feature.displayName || feature.name)}</span>
  </button>
);
