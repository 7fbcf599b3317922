import type { ReactNode } from 'react';
import { type FieldPath, useController, useFormContext } from 'react-hook-form';
import { SecretField, TextField, type TextFieldProps } from '../ui/field.tsx';
import { longest, type SetupEntry } from './setup-schema.ts';

type TextName = Exclude<FieldPath<SetupEntry>, 'folders' | 'objectStore' | 'proxy' | 'key' | `folders.${number}`>;
type Props = Pick<TextFieldProps, 'label' | 'hint' | 'placeholder' | 'kind' | 'children'> & {
  readonly name: TextName;
  readonly disabled: boolean;
  readonly secret?: boolean;
};

/** The messages of a fault, which may be of a list's elements, or several of one field. */
export function messagesOf(fault: unknown): readonly string[] {
  if (typeof fault !== 'object' || fault === null) return [];
  if ('types' in fault && typeof fault.types === 'object' && fault.types !== null) {
    return Object.values(fault.types).filter((message) => typeof message === 'string');
  }
  if ('message' in fault && typeof fault.message === 'string') return [fault.message];
  return Array.isArray(fault) ? fault.flatMap(messagesOf) : [];
}

/** A field of the settings form, by its place in the schema. */
export function BoundField({ name, secret = false, kind, children, ...rest }: Props): ReactNode {
  const { control } = useFormContext<SetupEntry>();
  const { field, fieldState } = useController({ control, name });
  const props = {
    ...rest,
    name,
    value: String(field.value),
    faults: messagesOf(fieldState.error),
    maxLength: longest(name),
    ref: field.ref,
    onChange: field.onChange,
    onBlur: field.onBlur,
  };
  return secret ? (
    <SecretField {...props} />
  ) : (
    <TextField {...props} {...(kind === undefined ? {} : { kind })}>
      {children}
    </TextField>
  );
}
