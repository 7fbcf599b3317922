import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useMemo } from 'react';
import type { Feature } from '../../../shared/camera.ts';
import { plural } from '../../../shared/messages/numbers.ts';
import { useWords } from '../../gateway/words.ts';
import { CountBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { CloseIcon, GearIcon, NextIcon, RetryWaitIcon, SearchIcon } from '../../ui/icons.ts';
import { type CameraSource, isConnected } from '../cameras/camera-text.ts';
import { FeatureRow } from './feature-row.tsx';
import { chooseLevel, featuresOf, searchFor, toggleCategory, useFeatureView } from './feature-store.ts';
import { type Category, type FeatureTree, featureTree, levels } from './feature-tree.ts';
import { SettingsFile } from './settings-file.tsx';

const levelWords = { beginner: 'Beginner', expert: 'Expert', guru: 'Guru' } as const;

/** The settings of a camera beside its picture. */
export function FeaturePanel({ source }: { readonly source: CameraSource }): ReactNode {
  const { id } = source;
  const connected = isConnected(source);
  // Read again also after it was away: it may have been switched off, and have other settings now.
  const reading = useQuery({ ...featuresOf(id), enabled: connected });
  return (
    <section className="panel feature-panel" aria-labelledby="feature-title">
      <header className="feature-head">
        <h2 id="feature-title">Camera settings</h2>
        <SettingsFile sourceId={id} connected={connected} />
      </header>
      <Tools reading={reading} connected={connected} />
      <Body sourceId={id} reading={reading} connected={connected} />
    </section>
  );
}

type Reading = UseQueryResult<{ readonly features: readonly Feature[] }>;
type ReadingProps = { readonly reading: Reading; readonly connected: boolean };

function Tools({ reading: { isFetching, refetch }, connected }: ReadingProps): ReactNode {
  const level = useFeatureView((view) => view.level);
  const search = useFeatureView((view) => view.search);
  return (
    <div className="feature-tools">
      <label className="feature-search">
        <SearchIcon />
        <span className="visually-hidden">Search settings</span>
        <input
          type="text"
          value={search}
          placeholder="Search settings"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => searchFor(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && search !== '') searchFor('');
          }}
        />
        {search !== '' && (
          <Button iconOnly variant="quiet" aria-label="Clear the search" onClick={() => searchFor('')}>
            <CloseIcon />
          </Button>
        )}
      </label>
      <Button
        iconOnly
        aria-label={isFetching ? 'Reading the settings' : 'Read the settings again'}
        title="Read the settings again"
        disabled={!connected}
        busy={isFetching}
        onClick={() => void refetch()}
      >
        <RetryWaitIcon />
      </Button>
      <Segments
        className="feature-levels"
        aria-label="Whose settings are shown"
        options={levels.map((one) => ({ value: one, label: levelWords[one] }))}
        chosen={level}
        onChoose={chooseLevel}
      />
    </div>
  );
}

type BodyProps = ReadingProps & { readonly sourceId: string };

function Body({ sourceId, reading: { data, error, isFetching, refetch }, connected }: BodyProps): ReactNode {
  const { level, search } = useFeatureView();
  const words = useWords();
  const features = data?.features;
  const tree = useMemo(() => featureTree(features ?? [], level, search), [features, level, search]);
  if (!connected) {
    return (
      <FeatureState title="The camera is not connected">
        <span>Its settings are shown as soon as it is.</span>
      </FeatureState>
    );
  }
  if (error !== null) {
    return (
      <FeatureState title={words.text(error.failure)} alert>
        <span>{words.hint(error.failure)}</span>
        <Button busy={isFetching} onClick={() => void refetch()}>
          {isFetching ? 'Reading…' : 'Try again'}
        </Button>
      </FeatureState>
    );
  }
  if (features === undefined) {
    return (
      <FeatureState title="Reading the camera’s settings…">
        <span>A camera with many of them needs a few seconds.</span>
      </FeatureState>
    );
  }
  if (tree.found === 0) {
    return (
      <FeatureState title={features.length === 0 ? 'This camera offers no settings' : 'No setting found'}>
        <HiddenNote tree={tree} />
      </FeatureState>
    );
  }
  return (
    <div className="feature-list" data-testid="features">
      {tree.categories.map((category) => (
        <CategoryPart key={category.key} category={category} sourceId={sourceId} depth={0} all={search !== ''} />
      ))}
      <HiddenNote tree={tree} />
    </div>
  );
}

type StateProps = { readonly title: string; readonly alert?: boolean; readonly children: ReactNode };
const FeatureState = ({ title, alert = false, children }: StateProps): ReactNode => (
  <div className="list-state" role={alert ? 'alert' : 'status'}>
    <GearIcon />
    <strong>{title}</strong>
    {children}
  </div>
);

/** What the chosen level hides, so that nobody takes a setting for missing. */
function HiddenNote({ tree }: { readonly tree: FeatureTree }): ReactNode {
  const { hidden, hiddenAt } = tree;
  if (hidden === 0 || hiddenAt === null) return null;
  return (
    <p className="feature-hidden">
      <span>{plural(hidden, 'more setting')} at a higher level.</span>
      <Button variant="quiet" onClick={() => chooseLevel(hiddenAt)}>
        Show {levelWords[hiddenAt]}
      </Button>
    </p>
  );
}

type PartProps = {
  readonly category: Category;
  readonly sourceId: string;
  readonly depth: number;
  /** A search opens all that it finds. */
  readonly all: boolean;
};

function CategoryPart({ category, sourceId, depth, all }: PartProps): ReactNode {
  const opened = useFeatureView((view) => view.open.has(category.key));
  const open = all || opened;
  const id = useId();
  return (
    <section className="category" data-depth={Math.min(depth, 3)}>
      <h3>
        <button
          type="button"
          className="category-head"
          aria-expanded={open}
          aria-controls={id}
          disabled={all}
          onClick={() => toggleCategory(category.key)}
        >
          <NextIcon />
          <span className="category-title">{category.title}</span>
          <CountBadge count={category.count} />
        </button>
      </h3>
      <div id={id} className="category-body" hidden={!open}>
        {open && (
          <>
            <ul>
              {category.features.map((feature) => (
                <FeatureRow key={feature.name} sourceId={sourceId} feature={feature} />
              ))}
            </ul>
            {category.children.map((child) => (
              <CategoryPart key={child.key} category={child} sourceId={sourceId} depth={depth + 1} all={all} />
            ))}
          </>
        )}
      </div>
    </section>
  );
}
