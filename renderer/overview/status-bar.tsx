import type { ComponentType, ReactNode } from 'react';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { ThemeSwitch } from '../settings/theme-switch.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { BalanceIcon, CameraIcon, CheckListIcon, GearIcon, OverviewIcon, UnlockedIcon } from '../ui/icons.ts';
import { StuckIcon } from '../ui/shapes.tsx';
import { show, useScreen, type View } from '../view-state/screen-store.ts';

const screens: readonly { readonly view: View; readonly name: string; readonly Icon: ComponentType }[] = [
  { view: 'overview', name: 'Overview', Icon: OverviewIcon },
  { view: 'cameras', name: 'Cameras', Icon: CameraIcon },
  { view: 'ledger', name: 'Reconciliation', Icon: BalanceIcon },
  { view: 'site', name: 'Check site', Icon: CheckListIcon },
  { view: 'settings', name: 'Settings', Icon: GearIcon },
];

/** The lowest line: which gateway this is, and the way to the other screens. */
export function StatusBar(): ReactNode {
  const gateway = useSnapshot((snapshot) => snapshot.gateway);
  return (
    <footer className="status-bar">
      <Mark />
      {gateway?.demo && <Badge kind="demo">Demo</Badge>}
      {gateway?.plainHttp && (
        <Badge kind="plain" title="Pictures and the device key travel unencrypted (plain HTTP).">
          <UnlockedIcon /> <span>Not encrypted</span>
        </Badge>
      )}
      {gateway !== undefined && (
        <dl className="identity">
          <div>
            <dt>Device</dt>
            <dd>{gateway.deviceId || '–'}</dd>
          </div>
          <div className="identity-version">
            <dt>Version</dt>
            <dd title={gateway.runtime}>
              {gateway.version} <span className="identity-runtime">on {gateway.runtime}</span>
            </dd>
          </div>
        </dl>
      )}
      <span className="spring" />
      {gateway?.configured && <Screens />}
      <ThemeSwitch />
    </footer>
  );
}

function Screens(): ReactNode {
  const view = useScreen((screen) => screen.view);
  const gap = useSnapshot((snapshot) => snapshot.ledger.state === 'gap');
  return (
    <nav className="screens" aria-label="Screens">
      {screens.map((screen) => {
        const alarmed = screen.view === 'ledger' && gap === true;
        return (
          <Button
            key={screen.view}
            variant="quiet"
            aria-current={view === screen.view ? 'page' : undefined}
            data-alarm={alarmed}
            data-testid={`screen-${screen.view}`}
            onClick={() => show({ view: screen.view, live: null })}
          >
            {alarmed ? <StuckIcon /> : <screen.Icon />}
            <span>
              {screen.name}
              {alarmed ? ': gap' : ''}
            </span>
          </Button>
        );
      })}
    </nav>
  );
}

function Mark(): ReactNode {
  return (
    <span className="mark">
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <path d="M3 8V3h5M16 3h5v5M21 16v5h-5M8 21H3v-5" />
        <circle cx="12" cy="12" r="4" />
      </svg>
      <span>Acusight Line Gateway</span>
    </span>
  );
}
