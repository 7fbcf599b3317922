/** What can be wrong with a USB camera, as facts; without the schema library, for the camera page. */

export const usbFaultCodes = [
  /** No camera has this id or name; `choices`: those that are there. */
  'not-found',
  /** More than one has this name; `choices`: their ids. */
  'ambiguous',
  /** The permission was not given: by us or by the system. */
  'not-allowed',
  /** It is there and can't be opened: another program has it. */
  'not-readable',
  /** `detail`: the constraint that it does not meet (`width`); `choices`: what it offers. */
  'overconstrained',
  /** `detail`: a control that the camera does not have, or that can't be changed. */
  'control',
  /** `detail`: the control; `choices`: what it may be. */
  'control-choice',
  /** `detail`: the control; `choices`: its minimum, its maximum and its step, empty where there is none. */
  'control-range',
  /** `detail`: the control, which would not take the value; `choices`: what it is now, where that is known. */
  'control-untaken',
  /** The pictures ended, and the camera is gone. */
  'unplugged',
  /** The pictures ended, though the camera is there. */
  'broken-off',
  /** The system says that it sends black or nothing: a privacy switch. */
  'muted',
  /** No picture for longer than its frame rate explains. */
  'silent',
  /** Triggers came faster than pictures can be made. */
  'overrun',
  /** A trigger waited in vain for a picture. */
  'no-frame',
  'encode-failed',
  /** The hidden page ended unexpectedly. */
  'page-gone',
  /** No hidden page can be had in this run. */
  'no-page',
  'no-answer',
  /** We closed it ourselves. */
  'closed',
  'failed',
] as const;
export type UsbFaultCode = (typeof usbFaultCodes)[number];

export type UsbFault = {
  readonly code: UsbFaultCode;
  /** What it is about, where the code needs it; empty otherwise. */
  readonly detail: string;
  readonly choices: readonly string[];
  /** The browser's own words. */
  readonly technical: string;
};

export const usbFault = (code: UsbFaultCode, facts: Partial<Omit<UsbFault, 'code'>> = {}): UsbFault => ({
  code,
  detail: (facts.detail ?? '').slice(0, 300),
  choices: (facts.choices ?? []).slice(0, 16).map((choice) => choice.slice(0, 300)),
  technical: (facts.technical ?? '').slice(0, 300),
});
