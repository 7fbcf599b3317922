import { Checkbox } from '@base-ui/react/checkbox';
import type { ReactNode } from 'react';

type Props = {
  readonly checked: boolean;
  /** Some of what it stands for is ticked. */
  readonly mixed?: boolean;
  readonly disabled?: boolean;
  readonly title?: string;
  /** Where no words stand beside it. */
  readonly label?: string;
  /** False where the keyboard has another way. */
  readonly isTabStop?: boolean;
  readonly className?: string;
  readonly onChange: (checked: boolean, isShiftDown: boolean) => void;
  readonly children?: ReactNode;
};

/** A box to tick; the place to touch is larger than the box. */
export function Check(props: Props): ReactNode {
  const { checked, mixed = false, disabled = false, title, label, isTabStop = true, className = '', onChange } = props;
  const { children } = props;
  const line = children === undefined ? '' : ' check-line';
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box is within it
    <label className={`check${line} ${className}`.trim()} title={title}>
      <Checkbox.Root
        className="check-box"
        checked={checked}
        indeterminate={mixed}
        disabled={disabled}
        {...(isTabStop ? {} : { tabIndex: -1 })}
        {...(label === undefined ? {} : { 'aria-label': label })}
        onCheckedChange={(next, { event }) => onChange(next, event instanceof MouseEvent && event.shiftKey)}
      />
      {children !== undefined && <span>{children}</span>}
    </label>
  );
}
