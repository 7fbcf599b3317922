import type { ReactNode } from 'react';

type Props = {
  /** `demo`: nothing here is real. `plain`: pictures and key travel unencrypted. */
  readonly kind: 'demo' | 'plain';
  readonly title?: string;
  readonly children: ReactNode;
};

/** A lasting mark of the whole gateway, in a word. */
export const Badge = ({ kind, title, children }: Props): ReactNode => (
  <span className={`badge badge-${kind}`} title={title}>
    {children}
  </span>
);

/** How many there are, beside a heading. */
export const CountBadge = ({ count }: { readonly count: number }): ReactNode => (
  <span className="badge-count">{count}</span>
);
