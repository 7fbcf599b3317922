import type { ReactNode } from 'react';
import { reveal } from '../commands.ts';
import { useSnapshot } from '../gateway-store.ts';
import { show, useScreen } from '../screen-store.ts';
import { ThemeSwitch } from '../settings/theme-switch.tsx';
import { FolderIcon, GearIcon, UnlockedIcon } from '../ui/icons.tsx';

/** The lowest line: which gateway this is, and the few things that are rarely needed. */
export function StatusBar(): ReactNode {
  const gateway = useSnapshot((snapshot) => snapshot.gateway);
  const inSettings = useScreen((screen) => screen.view === 'settings');
  return (
    <footer className="status-bar">
      <Mark />
      {gateway?.demo && <span className="badge badge-demo">Demo</span>}
      {gateway?.plainHttp && (
        <span className="badge badge-plain" title="Pictures and the device key travel unencrypted (plain HTTP).">
          <UnlockedIcon /> Not encrypted
        </span>
      )}
      {gateway !== undefined && (
        <dl className="identity">
          <div>
            <dt>Device</dt>
            <dd>{gateway.deviceId || '–'}</dd>
          </div>
          <div className="identity-wide">
            <dt>Cloud</dt>
            <dd title={gateway.baseUrl}>{gateway.baseUrl || '–'}</dd>
          </div>
          <div>
            <dt>Version</dt>
            <dd title={gateway.runtime}>
              {gateway.version} <span className="identity-runtime">on {gateway.runtime}</span>
            </dd>
          </div>
        </dl>
      )}
      <span className="spring" />
      {gateway !== undefined && (
        <button
          type="button"
          className="button quiet narrow-icon"
          title={`Data folder: ${gateway.dataDir}`}
          aria-label={`Show the data folder ${gateway.dataDir}`}
          onClick={() => reveal({ kind: 'data-dir' })}
        >
          <FolderIcon /> <span>Data folder</span>
        </button>
      )}
      {gateway?.configured && (
        <button
          type="button"
          className="button quiet"
          aria-pressed={inSettings}
          onClick={() => show({ view: inSettings ? 'overview' : 'settings' })}
        >
          <GearIcon /> <span>Settings</span>
        </button>
      )}
      <ThemeSwitch />
    </footer>
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
