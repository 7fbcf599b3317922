import { type ReactNode, useId } from 'react';

type Option<Value extends string> = { readonly value: Value; readonly label: string; readonly note: string };
type Props<Value extends string> = {
  readonly legend: string;
  readonly options: readonly Option<Value>[];
  readonly chosen: Value;
  readonly disabled?: boolean;
  readonly onChoose: (value: Value) => void;
};

/** One of a few ways, all of them to be seen, each large enough for a glove. */
export function Choice<Value extends string>(props: Props<Value>): ReactNode {
  const { legend, options, chosen, disabled = false, onChoose } = props;
  const name = useId();
  return (
    <fieldset className="choice" disabled={disabled}>
      <legend className="visually-hidden">{legend}</legend>
      {options.map(({ value, label, note }) => (
        <label key={value} className="choice-card">
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={chosen === value}
            onChange={() => onChoose(value)}
          />
          <span className="choice-dot" aria-hidden="true" />
          <span className="choice-words">
            <strong className="choice-name">{label}</strong>
            <span className="choice-note">{note}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
