import type { ReactNode } from 'react';
import type { SourceSnapshot } from '../../shared/snapshot.ts';
import { formatPercent, nearDuplicateScale } from './near-duplicate-scale.ts';

type Props = { readonly filter: NonNullable<SourceSnapshot['nearDuplicateFilter']> };

/**
 * The near-duplicate filter: the last frame's difference as a bar, the threshold as a mark on it, both in numbers, so
 * that a person can see on live frames where the threshold belongs.
 */
export function NearDuplicateBar({ filter }: Props): ReactNode {
  const { threshold, lastDifference: difference } = filter;
  const scale = nearDuplicateScale(threshold, difference ?? 0);
  const kept = difference !== null && difference >= threshold;
  return (
    <div className="near-duplicates" data-kept={kept} data-testid="near-duplicates">
      <div className="near-duplicate-scale" aria-hidden="true">
        <span className="near-duplicate-bar">
          <span className="near-duplicate-fill" style={{ width: `${scale.difference * 100}%` }} />
        </span>
        <span className="near-duplicate-mark" style={{ left: `${scale.threshold * 100}%` }} />
      </div>
      <p className="near-duplicate-words">
        {difference === null ? (
          'No frame compared yet'
        ) : (
          <>
            Last <strong>{formatPercent(difference)}</strong>: {kept ? 'kept' : 'too similar'}
          </>
        )}
      </p>
      <p className="near-duplicate-words">
        Kept from <strong>{formatPercent(threshold)}</strong> difference
      </p>
    </div>
  );
}
