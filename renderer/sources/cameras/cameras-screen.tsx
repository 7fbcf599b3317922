import type { ReactNode } from 'react';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';
import { useGateway } from '../../gateway/gateway-store.ts';
import { CountBadge } from '../../ui/badge.tsx';
import { CameraIcon } from '../../ui/icons.ts';
import { useScreen } from '../../view-state/screen-store.ts';
import { LiveScreen } from '../live/live-screen.tsx';
import { CameraCard } from './camera-card.tsx';
import { isCamera } from './camera-text.ts';
import { FindCameras } from './find-cameras.tsx';
import { ForceIpDialog } from './force-ip-dialog.tsx';

const NONE: readonly SourceSnapshot[] = [];

/** The cameras of this line beside the search for more; or the live view of one of them. */
export function CamerasScreen(): ReactNode {
  const live = useScreen((screen) => screen.live);
  return live === null ? <Cameras /> : <LiveScreen key={live.sourceId} sourceId={live.sourceId} />;
}

function Cameras(): ReactNode {
  const cameras = useGateway((mirror) => mirror.snapshot?.sources ?? NONE).filter(isCamera);
  return (
    <div className="cameras">
      <section className="panel camera-panel source-panel" aria-labelledby="cameras-title">
        <header className="panel-title">
          <h1 id="cameras-title">Cameras of this line</h1>
          {cameras.length > 0 && <CountBadge count={cameras.length} />}
        </header>
        {cameras.length === 0 ? (
          <div className="list-state">
            <CameraIcon />
            <strong>No camera is set up</strong>
            <span>Search for one, copy it as a source, and put it into the settings file.</span>
          </div>
        ) : (
          <ul className="source-list camera-grid">
            {cameras.map((source) => (
              <CameraCard key={source.id} source={source} />
            ))}
          </ul>
        )}
      </section>
      <FindCameras />
      <ForceIpDialog />
    </div>
  );
}
