import type { ReactNode } from 'react';
import type { SourceSnapshot } from '../../shared/snapshot.ts';
import { formatPercent, gateScale } from './gate-scale.ts';

type Props = { readonly gate: NonNullable<SourceSnapshot['gate']> };

/**
 * The near-duplicate gate: the last frame's difference as a bar, the threshold as a mark on it, both in numbers, so
 * that a person can see on live frames where the threshold belongs.
 */
export function GateBar({ gate }: Props): ReactNode {
  const { threshold, lastDifference: difference } = gate;
  const scale = gateScale(threshold, difference ?? 0);
  const kept = difference !== null && difference >= threshold;
  return (
    <div className="gate" data-kept={kept} data-testid="gate">
      <div className="gate-scale" aria-hidden="true">
        <span className="gate-bar">
          <span className="gate-fill" style={{ width: `${scale.difference * 100}%` }} />
        </span>
        <span className="gate-mark" style={{ left: `${scale.threshold * 100}%` }} />
      </div>
      <p className="gate-words">
        {difference === null ? (
          'No frame compared yet'
        ) : (
          <>
            Last <strong>{formatPercent(difference)}</strong>: {kept ? 'kept' : 'too similar'}
          </>
        )}
      </p>
      <p className="gate-words">
        Kept from <strong>{formatPercent(threshold)}</strong> difference
      </p>
    </div>
  );
}
