import { type ReactNode, useState } from 'react';
import { Field } from '../ui/field.tsx';
import { EyeIcon } from '../ui/icons.ts';

type Props = {
  readonly label?: string;
  readonly value: string;
  readonly hint: string;
  readonly faults: readonly string[];
  readonly disabled?: boolean;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
};

/** A secret: hidden, and shown while someone wants to compare it with the paper in their hand. */
export function KeyField(props: Props): ReactNode {
  const { label = 'Device key', value, hint, faults, disabled = false, placeholder = '', onChange } = props;
  const [visible, setVisible] = useState(false);
  return (
    <Field label={label} hint={hint} faults={faults}>
      {(ids) => (
        <div className="field-row">
          <input
            {...ids}
            type={visible ? 'text' : 'password'}
            className="mono"
            value={value}
            disabled={disabled}
            placeholder={placeholder}
            autoComplete="off"
            spellCheck={false}
            maxLength={512}
            onChange={(event) => onChange(event.target.value)}
          />
          <button
            type="button"
            className="button"
            aria-pressed={visible}
            aria-label={`${visible ? 'Hide' : 'Show'}: ${label}`}
            disabled={disabled}
            onClick={() => setVisible(!visible)}
          >
            <EyeIcon /> {visible ? 'Hide' : 'Show'}
          </button>
        </div>
      )}
    </Field>
  );
}
