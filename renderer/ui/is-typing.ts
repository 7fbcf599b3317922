const OWN_USE = 'input, textarea, select, [role=dialog], [role=alertdialog], [contenteditable]';

/** Whether a key belongs to a field or a dialog, and is no shortcut. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(OWN_USE) !== null;
