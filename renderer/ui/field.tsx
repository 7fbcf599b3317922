import { Field as BaseField } from '@base-ui/react/field';
import { type ReactNode, type Ref, useState } from 'react';
import { Button } from './button.tsx';
import { EyeIcon } from './icons.ts';
import { StuckIcon } from './shapes.tsx';

type FieldProps = {
  readonly label: string;
  readonly hint: string;
  readonly faults: readonly string[];
  readonly children: ReactNode;
};

/** A labelled input with its explanation, or its faults in the explanation's place. The input is an `Input`. */
function Field({ label, hint, faults, children }: FieldProps): ReactNode {
  const faulty = faults.length > 0;
  return (
    <BaseField.Root className="field" data-faulty={faulty} invalid={faulty}>
      <BaseField.Label>{label}</BaseField.Label>
      {children}
      <div className="field-words">
        {faulty ? (
          <BaseField.Error match render={<div />}>
            <Faults faults={faults} />
          </BaseField.Error>
        ) : (
          <BaseField.Description render={<span />} className="field-hint">
            {hint}
          </BaseField.Description>
        )}
      </div>
    </BaseField.Root>
  );
}

export const Faults = ({ faults }: { readonly faults: readonly string[] }): ReactNode =>
  faults.map((fault) => (
    <span key={fault} className="field-fault" role="alert">
      <StuckIcon /> {fault.charAt(0).toUpperCase() + fault.slice(1)}
    </span>
  ));

export type TextFieldProps = {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly faults: readonly string[];
  readonly disabled?: boolean;
  readonly name?: string;
  readonly placeholder?: string;
  readonly kind?: 'text' | 'url';
  readonly maxLength?: number | undefined;
  readonly ref?: Ref<HTMLElement>;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  /** Stands beside the input. */
  readonly children?: ReactNode;
};

/** One line of plain text with its label, explanation and faults. */
export function TextField({ label, hint, faults, children, ...input }: TextFieldProps): ReactNode {
  return (
    <Field label={label} hint={hint} faults={faults}>
      {children === undefined ? (
        <Input {...input} />
      ) : (
        <div className="field-row">
          <Input {...input} />
          {children}
        </div>
      )}
    </Field>
  );
}

/** A secret: hidden, and shown while someone wants to compare it with the paper in their hand. */
export function SecretField({ label, hint, faults, ...input }: Omit<TextFieldProps, 'kind' | 'children'>): ReactNode {
  const [visible, setVisible] = useState(false);
  return (
    <Field label={label} hint={hint} faults={faults}>
      <div className="field-row">
        <Input {...input} kind={visible ? 'text' : 'password'} mono />
        <Button
          aria-pressed={visible}
          aria-label={`${visible ? 'Hide' : 'Show'}: ${label}`}
          disabled={input.disabled === true}
          onClick={() => setVisible(!visible)}
        >
          <EyeIcon /> {visible ? 'Hide' : 'Show'}
        </Button>
      </div>
    </Field>
  );
}

type InputProps = Omit<TextFieldProps, 'label' | 'hint' | 'faults' | 'kind' | 'children'> & {
  readonly kind?: 'text' | 'url' | 'password';
  readonly mono?: boolean;
};

function Input({ kind = 'text', mono = false, placeholder = '', onChange, maxLength, ...rest }: InputProps): ReactNode {
  return (
    <BaseField.Control
      {...rest}
      // Never `url`: the browser would judge an address by other rules than the gateway.
      type={kind === 'password' ? 'password' : 'text'}
      inputMode={kind === 'url' ? 'url' : 'text'}
      className={mono ? 'mono' : undefined}
      placeholder={placeholder}
      maxLength={maxLength}
      autoComplete="off"
      spellCheck={false}
      onValueChange={onChange}
    />
  );
}
