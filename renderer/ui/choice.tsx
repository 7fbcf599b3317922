import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { ComponentType, ReactNode } from 'react';

type ChoiceProps<Value extends string> = {
  readonly legend: string;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly note: string }[];
  readonly chosen: Value;
  readonly disabled?: boolean;
  readonly onChoose: (value: Value) => void;
};

/** One of a few ways, all of them to be seen, each large enough for a glove. */
export function Choice<Value extends string>(props: ChoiceProps<Value>): ReactNode {
  const { legend, options, chosen, disabled = false, onChoose } = props;
  return (
    <RadioGroup
      className="choice"
      aria-label={legend}
      value={chosen}
      disabled={disabled}
      onValueChange={(value: Value) => onChoose(value)}
    >
      {options.map(({ value, label, note }) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the radio is within it
        <label key={value} className="choice-card">
          <Radio.Root value={value} className="choice-dot" />
          <span className="choice-words">
            <strong className="choice-name">{label}</strong>
            <span className="choice-note">{note}</span>
          </span>
        </label>
      ))}
    </RadioGroup>
  );
}

type SignChoiceProps<Value extends string> = {
  readonly legend: string;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly Icon: ComponentType }[];
  readonly chosen: Value;
  readonly className: string;
  readonly onChoose: (value: Value) => void;
};

/** One of a few ways, each shown by a sign only. */
export function SignChoice<Value extends string>(props: SignChoiceProps<Value>): ReactNode {
  const { legend, options, chosen, className, onChoose } = props;
  return (
    <RadioGroup
      className={className}
      aria-label={legend}
      value={chosen}
      onValueChange={(value: Value) => onChoose(value)}
    >
      {options.map(({ value, label, Icon }) => (
        <Radio.Root key={value} value={value} aria-label={label} title={label}>
          <Icon />
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}

type SegmentsProps<Value extends string> = {
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  /** Null where none of them is. */
  readonly chosen: Value | null;
  readonly className: string;
  readonly disabled?: boolean;
  readonly onChoose: (value: Value) => void;
  readonly 'aria-label'?: string;
  readonly 'aria-labelledby'?: string;
  readonly 'aria-describedby'?: string;
};

/** One of a few words side by side. Which is chosen is its owner's: a press alone changes nothing. */
export function Segments<Value extends string>(props: SegmentsProps<Value>): ReactNode {
  const { options, chosen, onChoose, ...rest } = props;
  return (
    <ToggleGroup
      {...rest}
      value={chosen === null ? [] : [chosen]}
      onValueChange={([value]: readonly Value[]) => {
        // The one that is chosen can't be let go.
        if (value !== undefined) onChoose(value);
      }}
    >
      {options.map(({ value, label }) => (
        <Toggle key={value} value={value} className="button">
          {label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
