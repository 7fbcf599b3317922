import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';

type Props = {
  /** `alert`: it asks before something that can't be taken back. */
  readonly kind?: 'plain' | 'alert';
  readonly wide?: boolean;
  readonly testId?: string;
  /** What has the focus when it opens; by default the first thing that can have it. */
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/**
 * A dialog, open as long as it is rendered: it keeps the focus, and gives it back to where it was. Escape closes it; a
 * press beside it does not, because a glove that slips must not throw away what was entered.
 */
export function Dialog({ kind = 'plain', wide = false, testId, initialFocus, onClose, children }: Props): ReactNode {
  const change = (open: boolean): void => {
    if (!open) onClose();
  };
  const parts = (
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className="dialog-backdrop" />
      <BaseDialog.Viewport className="dialog-place">
        <BaseDialog.Popup
          className={wide ? 'dialog dialog-wide' : 'dialog'}
          data-testid={testId}
          {...(initialFocus === undefined ? {} : { initialFocus })}
        >
          {children}
        </BaseDialog.Popup>
      </BaseDialog.Viewport>
    </BaseDialog.Portal>
  );
  return kind === 'alert' ? (
    <AlertDialog.Root open onOpenChange={change}>
      {parts}
    </AlertDialog.Root>
  ) : (
    <BaseDialog.Root open disablePointerDismissal onOpenChange={change}>
      {parts}
    </BaseDialog.Root>
  );
}

type PartProps = { readonly children: ReactNode };

/** Names the dialog. */
export const DialogTitle = ({ children }: PartProps): ReactNode => <BaseDialog.Title>{children}</BaseDialog.Title>;

/** Read out with the name. */
export const DialogText = ({ children }: PartProps): ReactNode => (
  <BaseDialog.Description>{children}</BaseDialog.Description>
);
