import { type ReactNode, useEffect, useId, useMemo } from 'react';
import { plural } from '../../format/numbers.ts';
import { CloseIcon, GearIcon, NextIcon, RetryWaitIcon, SearchIcon } from '../../ui/icons.ts';
import { type CameraSource, isConnected } from '../cameras/camera-words.ts';
import { FeatureRow } from './feature-row.tsx';
import { chooseLevel, openFeatures, readFeatures, searchFor, toggleCategory, useFeatures } from './feature-store.ts';
import { type Category, type FeatureTree, featureTree, levels } from './feature-tree.ts';
import { SettingsFile } from './settings-file.tsx';

const levelWords = { beginner: 'Beginner', expert: 'Expert', guru: 'Guru' } as const;

/** The settings of a camera beside its picture. */
export function FeaturePanel({ source }: { readonly source: CameraSource }): ReactNode {
  const { id } = source;
  const connected = isConnected(source);
  useEffect(() => openFeatures(id), [id]);
  // Also after it was away: it may have been switched off, and have other settings now.
  useEffect(() => {
    if (connected) void readFeatures(id);
  }, [id, connected]);
  return (
    <section className="panel feature-panel" aria-labelledby="feature-title">
      <header className="feature-head">
        <h2 id="feature-title">Camera settings</h2>
        <SettingsFile sourceId={id} connected={connected} />
      </header>
      <Tools sourceId={id} connected={connected} />
      <Body source={source} connected={connected} />
    </section>
  );
}

function Tools({ sourceId, connected }: { readonly sourceId: string; readonly connected: boolean }): ReactNode {
  const reading = useFeatures((editor) => editor.reading);
  const level = useFeatures((editor) => editor.level);
  const search = useFeatures((editor) => editor.search);
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
          <button
            type="button"
            className="button icon-only quiet"
            aria-label="Clear the search"
            onClick={() => searchFor('')}
          >
            <CloseIcon />
          </button>
        )}
      </label>
      <button
        type="button"
        className="button icon-only"
        aria-label={reading ? 'Reading the settings' : 'Read the settings again'}
        title="Read the settings again"
        disabled={!connected || reading}
        onClick={() => void readFeatures(sourceId)}
      >
        <RetryWaitIcon />
      </button>
      <fieldset className="feature-levels">
        <legend className="visually-hidden">Whose settings are shown</legend>
        {levels.map((one) => (
          <button
            key={one}
            type="button"
            className="button"
            aria-pressed={level === one}
            onClick={() => chooseLevel(one)}
          >
            {levelWords[one]}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

function Body({ source, connected }: { readonly source: CameraSource; readonly connected: boolean }): ReactNode {
  const { features, failure, reading, level, search } = useFeatures();
  const tree = useMemo(() => featureTree(features ?? [], level, search), [features, level, search]);
  if (!connected) {
    return (
      <FeatureState title="The camera is not connected">
        <span>Its settings are shown as soon as it is.</span>
      </FeatureState>
    );
  }
  if (failure !== null) {
    return (
      <FeatureState title={failure.message} alert>
        <span>{failure.hint}</span>
        <button type="button" className="button" disabled={reading} onClick={() => void readFeatures(source.id)}>
          {reading ? 'Reading…' : 'Try again'}
        </button>
      </FeatureState>
    );
  }
  if (features === null) {
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
        <CategoryPart key={category.key} category={category} sourceId={source.id} depth={0} all={search !== ''} />
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
      <button type="button" className="button quiet" onClick={() => chooseLevel(hiddenAt)}>
        Show {levelWords[hiddenAt]}
      </button>
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
  const opened = useFeatures((editor) => editor.open.has(category.key));
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
          <span className="badge-count">{category.count}</span>
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
