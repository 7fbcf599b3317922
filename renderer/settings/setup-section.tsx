import { type ReactNode, useId } from 'react';

type Props = { readonly title: string; readonly note?: string; readonly children: ReactNode };

/** A part of the form under its own heading. All parts are open: nothing is hidden. */
export function SetupSection({ title, note = '', children }: Props): ReactNode {
  const id = useId();
  return (
    <section className="setup-section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note !== '' && <p>{note}</p>}
      </header>
      {children}
    </section>
  );
}
