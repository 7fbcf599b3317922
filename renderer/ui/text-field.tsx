import type { ReactNode } from 'react';
import { Field } from './field.tsx';

type Props = {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly faults: readonly string[];
  readonly disabled: boolean;
  readonly name?: string;
  readonly placeholder?: string;
  readonly kind?: 'text' | 'url';
  readonly maxLength?: number;
  readonly onChange: (value: string) => void;
};

/** One line of plain text with its label, explanation and faults. */
export function TextField(props: Props): ReactNode {
  const { label, hint, value, faults, disabled, name, placeholder = '', kind = 'text', maxLength, onChange } = props;
  return (
    <Field label={label} hint={hint} faults={faults}>
      {(ids) => (
        <input
          {...ids}
          type={kind}
          inputMode={kind}
          name={name}
          value={value}
          disabled={disabled}
          placeholder={placeholder}
          maxLength={maxLength}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
