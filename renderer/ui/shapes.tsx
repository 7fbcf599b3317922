import type { ReactNode } from 'react';
import type { Level } from '../../shared/messages/param-kinds.ts';

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

const BusyShape = (): ReactNode => (
  <Shape name="busy">
    <path d="M5 8l13 16L5 40" className="stroke chevron" />
    <path d="M18 8l13 16-13 16" className="stroke chevron" />
    <path d="M31 8l13 16-13 16" className="stroke chevron" />
  </Shape>
);

const WaitingShape = (): ReactNode => (
  <Shape name="waiting">
    <path d="M10 4h28M10 44h28" className="stroke" />
    <path d="M13 5v7c0 6 11 8 11 12S13 30 13 36v7h22v-7c0-6-11-8-11-12s11-6 11-12V5z" className="stroke thin" />
    <path d="M17 43c0-6 7-6 7-11 0 5 7 5 7 11zM18 12h12c-1 4-6 5-6 9 0-4-5-5-6-9z" className="solid" />
  </Shape>
);

const ActShape = (): ReactNode => (
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

/** Small signs of a state, 24 × 24, for where a word stands beside them: filled ones ask for attention. */
const Sign = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
);

export const CheckCircleIcon = (): ReactNode => (
  <Sign>
    <circle cx="12" cy="12" r="10" className="fill" />
    <path d="M7.2 12.3l3.3 3.3 6.3-6.9" className="cutline" />
  </Sign>
);
export const StuckIcon = (): ReactNode => (
  <Sign>
    <path d="M12 2.5L23 21.5H1z" className="fill" />
    <path d="M12 9v6M12 17.8v.2" className="cutline" />
  </Sign>
);
export const DeadIcon = (): ReactNode => (
  <Sign>
    <rect x="2.5" y="2.5" width="19" height="19" rx="3" className="fill" />
    <path d="M8 8l8 8M16 8l-8 8" className="cutline" />
  </Sign>
);
export const NoAnswerIcon = (): ReactNode => (
  <Sign>
    <path d="M7 20V6M3 10l4-4 4 4" />
    <path d="M14.5 10.2c0-2 1.4-3.2 3.1-3.2s3 1.2 3 2.9c0 2.3-3 2.4-3 4.8M17.6 18.6v.2" />
  </Sign>
);
export const DroppedIcon = (): ReactNode => (
  <Sign>
    <path d="M12 3v10M7.5 9L12 13.5 16.5 9M4 18h3M10.5 18h3M17 18h3M4 21.5h3M10.5 21.5h3M17 21.5h3" />
  </Sign>
);
