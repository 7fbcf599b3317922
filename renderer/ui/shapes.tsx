import type { ReactNode } from 'react';
import type { Level } from '../../shared/snapshot.ts';

/**
 * The shapes that carry a state without its colour: each has an outline of its own, so that it can be told apart
 * from two metres, through glare, and by someone who sees no red and green.
 */

const Shape = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <svg className={`shape shape-${name}`} viewBox="0 0 48 48" aria-hidden="true" focusable="false">
    {children}
  </svg>
);

export const GoodShape = (): ReactNode => (
  <Shape name="good">
    <circle cx="24" cy="24" r="22" className="solid" />
    <path d="M13.5 24.8l7.2 7.2 14-15.2" className="cut" />
  </Shape>
);

export const BusyShape = (): ReactNode => (
  <Shape name="busy">
    <path d="M5 8l13 16L5 40" className="stroke chevron" />
    <path d="M18 8l13 16-13 16" className="stroke chevron" />
    <path d="M31 8l13 16-13 16" className="stroke chevron" />
  </Shape>
);

export const WaitingShape = (): ReactNode => (
  <Shape name="waiting">
    <path d="M10 4h28M10 44h28" className="stroke" />
    <path d="M13 5v7c0 6 11 8 11 12S13 30 13 36v7h22v-7c0-6-11-8-11-12s11-6 11-12V5z" className="stroke thin" />
    <path d="M17 43c0-6 7-6 7-11 0 5 7 5 7 11zM18 12h12c-1 4-6 5-6 9 0-4-5-5-6-9z" className="solid" />
  </Shape>
);

export const ActShape = (): ReactNode => (
  <Shape name="act">
    <path d="M24 4.5L45.5 42h-43z" className="solid rounded" />
    <path d="M24 18v11" className="cut" />
    <circle cx="24" cy="36" r="2.9" className="cut-fill" />
  </Shape>
);

export const AlarmShape = (): ReactNode => (
  <Shape name="alarm">
    <path d="M15 2h18l13 13v18L33 46H15L2 33V15z" className="solid rounded" />
    <path d="M24 12v15" className="cut" />
    <circle cx="24" cy="35" r="3.1" className="cut-fill" />
  </Shape>
);

const shapes: Readonly<Record<Level, () => ReactNode>> = {
  good: GoodShape,
  busy: BusyShape,
  waiting: WaitingShape,
  act: ActShape,
  alarm: AlarmShape,
};

/** The shape of a level. The word beside it is the caller's. */
export function LevelShape({ level }: { readonly level: Level }): ReactNode {
  const Chosen = shapes[level];
  return <Chosen />;
}
