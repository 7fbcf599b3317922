import { type UsbFault, type UsbFaultCode, usbFault } from '../../shared/usb-fault.ts';

/** A fault on its way out of the page. */
export class PageFault extends Error {
  readonly fault: UsbFault;

  constructor(fault: UsbFault) {
    super(fault.code);
    this.fault = fault;
  }
}

const codes: Readonly<Record<string, UsbFaultCode>> = {
  NotFoundError: 'not-found',
  NotAllowedError: 'not-allowed',
  SecurityError: 'not-allowed',
  NotReadableError: 'not-readable',
  AbortError: 'not-readable',
  OverconstrainedError: 'overconstrained',
};

/** What the browser threw, as a fault. */
export function asFault(error: unknown, choices: readonly string[] = []): UsbFault {
  if (error instanceof PageFault) return error.fault;
  if (!(error instanceof Error)) return usbFault('failed', { technical: String(error) });
  const constraint = 'constraint' in error ? String(error.constraint) : '';
  return usbFault(codes[error.name] ?? 'failed', {
    detail: constraint,
    choices,
    technical: `${error.name}: ${error.message}`,
  });
}

/** For what the browser may never answer, after the process that reads cameras was lost. Throws a `PageFault`. */
export function within<Value>(milliseconds: number, what: string, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new PageFault(usbFault('no-answer', { technical: what }))), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
