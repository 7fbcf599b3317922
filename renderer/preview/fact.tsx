import type { ReactNode } from 'react';

type FactProps = { readonly name: string; readonly tone?: 'plain' | 'error'; readonly children: ReactNode };

/** One line of what is known of a picture. */
export const Fact = ({ name, tone = 'plain', children }: FactProps): ReactNode => (
  <div className="fact" data-tone={tone}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
