import './overview/overview.css';
import './sources/sources.css';
import './queue/queue.css';
import './refusals/refusals.css';
import './preview/preview.css';
import './settings/settings.css';

import type { ReactNode } from 'react';
import { useGateway } from './gateway-store.ts';
import { AdviceList } from './overview/advice-list.tsx';
import { Announcer } from './overview/announcer.tsx';
import { Figures } from './overview/figures.tsx';
import { Statements } from './overview/statements.tsx';
import { StatusBar } from './overview/status-bar.tsx';
import { PreviewPane } from './preview/preview-pane.tsx';
import { QueuePanel } from './queue/queue-panel.tsx';
import { useScreen } from './screen-store.ts';
import { KeyDialog } from './settings/key-dialog.tsx';
import { SetupScreen } from './settings/setup-screen.tsx';
import { SourceList } from './sources/source-list.tsx';
import { NoticeBar } from './ui/notice-bar.tsx';

/** The one screen. Its parts keep their places whatever happens; only first run and settings take the working area. */
export function App(): ReactNode {
  const link = useGateway((mirror) => mirror.link);
  const configured = useGateway((mirror) => mirror.snapshot?.gateway.configured ?? true);
  const view = useScreen((screen) => screen.view);
  const first = !configured;
  return (
    <div className="app" data-link={link} data-first-run={first}>
      {!(first && link === 'live') && <Statements />}
      {first || view === 'settings' ? (
        <main className="work work-setup">
          <SetupScreen first={first} key={String(first)} />
        </main>
      ) : (
        <>
          <Figures />
          <Work />
        </>
      )}
      <StatusBar />
      <NoticeBar />
      <KeyDialog />
      <Announcer />
    </div>
  );
}

function Work(): ReactNode {
  const enlarged = useScreen((screen) => screen.enlarged);
  return (
    <main className="work" data-enlarged={enlarged}>
      <div className="rail" inert={enlarged}>
        <AdviceList />
        <SourceList />
      </div>
      <div className="middle" inert={enlarged}>
        <QueuePanel />
      </div>
      <PreviewPane />
    </main>
  );
}
