import { type ReactNode, useId } from 'react';
import { StuckIcon } from './shapes.tsx';

type Props = {
  readonly label: string;
  readonly hint: string;
  readonly faults: readonly string[];
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
};

/** A labelled input with its explanation and its faults. */
export function Field({ label, hint, faults, children }: Props): ReactNode {
  const id = useId();
  return (
    <div className="field" data-faulty={faults.length > 0}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-words`, 'aria-invalid': faults.length > 0 })}
      <div id={`${id}-words`} className="field-words">
        <Faults faults={faults} />
        {faults.length === 0 && <span className="field-hint">{hint}</span>}
      </div>
    </div>
  );
}

export const Faults = ({ faults }: { readonly faults: readonly string[] }): ReactNode =>
  faults.map((fault) => (
    <span key={fault} className="field-fault" role="alert">
      <StuckIcon /> {fault.charAt(0).toUpperCase() + fault.slice(1)}
    </span>
  ));
