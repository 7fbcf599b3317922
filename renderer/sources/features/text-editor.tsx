import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react';
import type { Feature } from '../../../shared/camera.ts';
import { isolated } from '../../../shared/isolated.ts';
import { Button } from '../../ui/button.tsx';
import { MinusIcon, PlusIcon } from '../../ui/icons.ts';
import type { EditorProps } from './editor-props.ts';
import { formatNumber, parseNumber, stepped, valueWords } from './feature-text.ts';

const textOf = ({ value }: Feature): string =>
  typeof value === 'number' ? formatNumber(value) : typeof value === 'string' ? value : '';

/** Numbers and text: what is typed is a draft until it is set, and beside it stands the camera's value. */
export function TextEditor({ feature, order, labelId, wordsId, faulty }: EditorProps): ReactNode {
  const [draft, setDraft] = useState<string | null>(null);
  const pending = order.isPending;
  const numeric = feature.kind !== 'string';
  const text = draft ?? textOf(feature);
  const entered = numeric ? parseNumber(text) : text;
  const wrong = entered === null || (feature.kind === 'integer' && !Number.isInteger(entered));
  const changed = draft !== null && draft !== textOf(feature);
  const edit = (next: string | null): void => {
    if (order.isError) order.reset();
    setDraft(next);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!changed || wrong || pending || entered === null) return;
    // The camera may round it: what it took is shown from now on, not what was typed.
    order.mutate(entered, { onSuccess: () => setDraft(null) });
  };
  const step = (direction: 1 | -1): void => {
    const from = typeof entered === 'number' ? entered : typeof feature.value === 'number' ? feature.value : 0;
    edit(formatNumber(stepped(feature, from, direction)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && draft !== null) {
      event.stopPropagation();
      edit(null);
    } else if (numeric && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      step(event.key === 'ArrowUp' ? 1 : -1);
    }
  };
  const wordsForWrong = feature.kind === 'integer' ? 'This is no whole number.' : 'This is no number.';
  return (
    <form className="feature-edit" noValidate onSubmit={submit}>
      {numeric && (
        <Button iconOnly aria-label="Less" aria-describedby={labelId} disabled={pending} onClick={() => step(-1)}>
          <MinusIcon />
        </Button>
      )}
      <span className="feature-input">
        <input
          type="text"
          inputMode={numeric ? 'decimal' : 'text'}
          value={text}
          maxLength={numeric ? 40 : 4_096}
          readOnly={pending}
          autoComplete="off"
          spellCheck={false}
          aria-labelledby={labelId}
          aria-describedby={wordsId}
          aria-invalid={faulty || (changed && wrong)}
          onChange={(event) => edit(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {feature.unit !== '' && <span aria-hidden="true">{feature.unit}</span>}
      </span>
      {numeric && (
        <Button iconOnly aria-label="More" aria-describedby={labelId} disabled={pending} onClick={() => step(1)}>
          <PlusIcon />
        </Button>
      )}
      <Button type="submit" data-changed={changed} disabled={!changed || wrong || pending}>
        Set<span className="visually-hidden"> {isolated(feature.displayName || feature.name)}</span>
      </Button>
      {changed && (
        <p className="feature-now" role={wrong ? 'alert' : undefined} data-wrong={wrong}>
          {wrong ? `${wordsForWrong} ` : ''}The camera has {valueWords(feature)}.
        </p>
      )}
    </form>
  );
}
