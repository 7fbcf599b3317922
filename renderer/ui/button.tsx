import { Button as BaseButton } from '@base-ui/react/button';
import type { ReactNode } from 'react';

type Props = Omit<BaseButton.Props, 'className' | 'render' | 'style' | 'nativeButton'> & {
  readonly ref?: React.Ref<HTMLElement>;
  readonly variant?: 'plain' | 'primary' | 'quiet' | 'tool' | 'link' | 'danger' | 'danger-filled';
  readonly size?: 'normal' | 'large' | 'huge';
  /** A sign and no word: it needs an `aria-label`. */
  readonly iconOnly?: boolean;
  /** What it ordered is under way: it can't be pressed, but keeps the focus, which would else be lost. */
  readonly busy?: boolean;
  /** For its place on one screen. */
  readonly className?: string;
};

export function Button(props: Props): ReactNode {
  const {
    variant = 'plain',
    size = 'normal',
    iconOnly = false,
    busy = false,
    disabled = false,
    className,
    ...rest
  } = props;
  const classes = [
    'button',
    variant === 'plain' ? '' : variant,
    size === 'normal' ? '' : size,
    iconOnly ? 'icon-only' : '',
    busy ? 'busy' : '',
    className ?? '',
  ];
  return (
    <BaseButton
      focusableWhenDisabled={busy}
      {...rest}
      disabled={disabled || busy}
      className={classes.filter((one) => one !== '').join(' ')}
    />
  );
}
