import './overview/overview.css';
import './sources/sources.css';
import './queue/queue.css';
import './queue/refusals.css';
import './preview/preview.css';
import './settings/settings.css';
import './ledger/ledger.css';
import './site/site.css';
import './sources/cameras/cameras.css';
import './sources/live/live.css';
import './sources/features/features.css';

import type { ReactNode } from 'react';
import { useGateway } from './gateway/gateway-store.ts';
import { LedgerScreen } from './ledger/ledger-screen.tsx';
import { AdviceList } from './overview/advice-list.tsx';
import { Announcer } from './overview/announcer.tsx';
import { ConnectionStrip } from './overview/connection-strip.tsx';
import { Figures } from './overview/figures.tsx';
import { Statements } from './overview/statements.tsx';
import { StatusBar } from './overview/status-bar.tsx';
import { PreviewPane } from './preview/preview-pane.tsx';
import { DeleteDialog } from './queue/delete-dialog.tsx';
import { QueuePanel } from './queue/queue-panel.tsx';
import { KeyDialog } from './settings/key-dialog.tsx';
import { SetupScreen } from './settings/setup-screen.tsx';
import { SiteScreen } from './site/site-screen.tsx';
import { CamerasScreen } from './sources/cameras/cameras-screen.tsx';
import { useTriggerKeys } from './sources/cameras/trigger-keys.ts';
import { SourceList } from './sources/source-list.tsx';
import { NoticeBar } from './ui/notice-bar.tsx';
import { useScreen, type View } from './view-state/screen-store.ts';

/** The overview's parts keep their places whatever happens; the other screens take the working area. */
export function App(): ReactNode {
  const link = useGateway((mirror) => mirror.link);
  const configured = useGateway((mirror) => mirror.snapshot?.gateway.configured ?? true);
  const view = useScreen((screen) => screen.view);
  const first = !configured;
  useTriggerKeys();
  return (
    <div className="app" data-link={link} data-first-run={first}>
      {!(first && link === 'live') && <Statements />}
      <WorkingArea view={first ? 'settings' : view} first={first} />
      <StatusBar />
      <NoticeBar />
      <KeyDialog />
      <DeleteDialog />
      <Announcer />
    </div>
  );
}

function WorkingArea({ view, first }: { readonly view: View; readonly first: boolean }): ReactNode {
  switch (view) {
    case 'settings':
      return (
        <main className="work work-screen work-setup">
          <SetupScreen first={first} />
        </main>
      );
    case 'cameras':
      return (
        <main className="work work-screen">
          <CamerasScreen />
        </main>
      );
    case 'ledger':
      return (
        <main className="work work-screen">
          <LedgerScreen />
        </main>
      );
    case 'site':
      return (
        <main className="work work-screen">
          <SiteScreen />
        </main>
      );
    case 'overview':
      return (
        <>
          <Figures />
          <ConnectionStrip />
          <Work />
        </>
      );
  }
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
