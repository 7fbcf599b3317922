import type { ReactNode } from 'react';
import { isolated } from '../../../shared/isolated.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { PlayIcon } from '../../ui/icons.ts';
import type { EditorProps } from './editor-props.ts';

/**
 * Editors without a draft: a choice is asked of the camera at once. The one that is marked is always the camera's own
 * value; it moves when the camera has taken the new one.
 */

export function ChoiceEditor({ feature, order, labelId, wordsId, faulty }: EditorProps): ReactNode {
  const value = typeof feature.value === 'string' ? feature.value : '';
  const known = feature.choices.some(({ name }) => name === value);
  return (
    <select
      className="feature-select"
      value={value}
      disabled={order.isPending}
      aria-labelledby={labelId}
      aria-describedby={wordsId}
      aria-invalid={faulty}
      onChange={(event) => order.mutate(event.target.value)}
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

const switchWords = [
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
] as const;

export function BooleanEditor({ feature, order, labelId, wordsId }: EditorProps): ReactNode {
  return (
    <Segments
      className="feature-switch"
      aria-labelledby={labelId}
      aria-describedby={wordsId}
      options={switchWords}
      chosen={feature.value === true ? 'on' : feature.value === false ? 'off' : null}
      disabled={order.isPending}
      onChoose={(word) => order.mutate(word === 'on')}
    />
  );
}

export const CommandButton = ({ feature, order, labelId, wordsId }: EditorProps): ReactNode => (
  <Button
    className="feature-command"
    disabled={order.isPending}
    aria-describedby={`${labelId} ${wordsId}`}
    onClick={() => order.mutate(null)}
  >
    <PlayIcon /> Run<span className="visually-hidden"> {isolated(feature.displayName || feature.name)}</span>
  </Button>
);
