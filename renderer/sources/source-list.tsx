import type { ReactNode } from 'react';
import { formatCount, plural } from '../../shared/messages/numbers.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import type { SourceSnapshot } from '../../shared/snapshot.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';
import { CountBadge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { LevelShape } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';
import { show } from '../view-state/screen-store.ts';
import { CameraCard } from './cameras/camera-card.tsx';
import { isCamera } from './cameras/camera-text.ts';
import { NearDuplicateBar } from './near-duplicate-bar.tsx';
import { badgeOf } from './source-badge.ts';

const formatPriority = (priority: number): string => (priority > 0 ? `+${priority}` : `−${-priority}`);

/** Those that a person triggers come first: their button must be in reach without scrolling. */
const inReach = (sources: readonly SourceSnapshot[]): readonly SourceSnapshot[] => {
  const triggered = (source: SourceSnapshot): boolean => source.camera?.trigger === 'software';
  return [...sources.filter(triggered), ...sources.filter((source) => !triggered(source))];
};

const NONE: readonly SourceSnapshot[] = [];

/** Where pictures come from, each with its state in a word and a shape. */
export function SourceList(): ReactNode {
  const sources = useGateway((mirror) => mirror.snapshot?.sources ?? NONE);
  const known = useGateway((mirror) => mirror.snapshot !== null);
  return (
    <section className="panel source-panel" aria-labelledby="source-title">
      <header className="panel-title">
        <h2 id="source-title">Sources</h2>
        {sources.length > 1 && <CountBadge count={sources.length} />}
      </header>
      {sources.length === 0 ? (
        <p className="empty-line">
          {known ? 'There is no source: no folder is watched, no camera is set up.' : 'Not known yet.'}
        </p>
      ) : (
        <ul className="source-list">
          {inReach(sources).map((source) =>
            isCamera(source) ? (
              <CameraCard key={source.id} source={source} />
            ) : (
              <SourceCard key={source.id} source={source} />
            ),
          )}
        </ul>
      )}
    </section>
  );
}

function SourceCard({ source }: { readonly source: SourceSnapshot }): ReactNode {
  const state = badgeOf(source);
  const now = useNow(5_000);
  const ill = state.level === 'act' || state.level === 'alarm';
  const { text, hint } = useWords();
  return (
    <li className="source" data-level={state.level} data-testid="source" data-source-id={source.id}>
      <LevelShape level={state.level} />
      <div className="source-words">
        <p className="source-name">
          <strong title={source.name}>{source.name}</strong>
          <span className="source-state">{state.word}</span>
        </p>
        <p className="source-location" title={source.location}>
          <bdi>{source.location}</bdi>
        </p>
        {ill && <p className="source-fault">{text(source.message)}</p>}
        {ill && hint(source.message) !== '' && <p className="source-hint">{hint(source.message)}</p>}
        {source.warnings?.map(({ code, message }) => (
          <p key={code} className="source-hint">
            <strong>{text(message)}.</strong> {hint(message)}
          </p>
        ))}
        {source.nearDuplicateFilter !== null && <NearDuplicateBar filter={source.nearDuplicateFilter} />}
        <p className="source-counts">
          <span>{formatCount(source.collected)} taken</span>
          {source.lastCollectedAt !== null && <span>last {formatDuration(now - source.lastCollectedAt)} ago</span>}
          {source.nearDuplicateFilter !== null && (
            <span>{formatCount(source.nearDuplicateFilter.gated)} too similar</span>
          )}
          {source.lost > 0 && <strong>{formatCount(source.lost)} lost</strong>}
          {source.known > 0 && (
            <span title="Taken before, and renamed, moved or touched since">
              {formatCount(source.known)} known already
            </span>
          )}
          {source.settling > 0 && <span>{plural(source.settling, 'file')} arriving</span>}
          {source.unmatchedSidecars > 0 && (
            <span>{plural(source.unmatchedSidecars, 'label file')} without picture</span>
          )}
        </p>
        {source.priority !== 0 && <p className="source-counts">Priority {formatPriority(source.priority)}</p>}
        {source.refused > 0 && (
          <Button variant="link" onClick={() => show({ panel: 'refusals', enlarged: false })}>
            {plural(source.refused, 'file')} not taken
          </Button>
        )}
      </div>
    </li>
  );
}
