import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

export type Tab<Value extends string> = {
  readonly value: Value;
  readonly label: string;
  readonly count: string;
  readonly title: string | undefined;
  /** What it counts should be none. */
  readonly warns: boolean;
  readonly testId: string;
  readonly countTestId?: string;
};

type Props<Value extends string> = {
  /** Name of the whole panel. */
  readonly label: string;
  /** What is chosen among. */
  readonly listLabel: string;
  readonly tabs: readonly Tab<Value>[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
  readonly className: string;
  /** Under the chosen tab. It stays the same element whichever is chosen. */
  readonly children: ReactNode;
};

/** A panel under tabs with counts. Arrow keys, Home and End move between the tabs and choose. */
export function Tabs<Value extends string>(props: Props<Value>): ReactNode {
  const { label, listLabel, tabs, chosen, onChoose, className, children } = props;
  return (
    <BaseTabs.Root
      render={<section aria-label={label} />}
      className={className}
      value={chosen}
      onValueChange={(value: Value) => onChoose(value)}
    >
      <BaseTabs.List className="tabs" aria-label={listLabel} activateOnFocus>
        {tabs.map(({ value, label: word, count, title, warns, testId, countTestId }) => (
          <BaseTabs.Tab
            key={value}
            value={value}
            className="tab"
            data-testid={testId}
            data-warns={warns}
            {...(title === undefined ? {} : { title })}
          >
            <span className="tab-label">{word}</span>
            <span className="tab-count" data-testid={countTestId}>
              {count}
            </span>
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {/* What is in it takes the keyboard itself. */}
      <BaseTabs.Panel className="list-panel" value={chosen} tabIndex={-1}>
        {children}
      </BaseTabs.Panel>
    </BaseTabs.Root>
  );
}
