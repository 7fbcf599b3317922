import type { ReactNode } from 'react';
import type { OperationResponse } from '../../../shared/contract.ts';
import { storedMessage } from '../../../shared/messages/message.ts';
import { formatDuration } from '../../../shared/messages/times.ts';
import { formatMoment } from '../../format/time.ts';
import { inquire, useInquiry } from '../../gateway/requests.ts';
import { sayInFull, useWords } from '../../gateway/words.ts';
import { Button } from '../../ui/button.tsx';
import { CameraIcon, SearchIcon } from '../../ui/icons.ts';
import { StuckIcon } from '../../ui/shapes.tsx';
import { useNow } from '../../ui/use-now.ts';
import { FoundCameraEntry } from './found-camera.tsx';
import { foundSummary, inOrder } from './found-camera-text.ts';

const NOTHING: OperationResponse<'cameras.find'> = { cameras: [], problems: [] };

/** One button that looks on every network card and USB port, and what it found. */
export function FindCameras(): ReactNode {
  const { runningSince, answer } = useInquiry('cameras.find');
  const running = runningSince !== null;
  const { text, hint } = useWords();
  const { cameras, problems } = answer ?? NOTHING;
  return (
    <section className="panel find" aria-labelledby="find-title">
      <header className="find-head">
        <div>
          <h2 id="find-title">Find cameras</h2>
          <div className="find-status" role="status" aria-live="polite">
            <FindWords />
          </div>
        </div>
        <Button
          size="large"
          variant="primary"
          busy={running}
          data-testid="find-cameras"
          onClick={() => void inquire('cameras.find')}
        >
          <SearchIcon /> {running ? 'Searching…' : answer === null ? 'Search' : 'Search again'}
        </Button>
      </header>
      {problems.length > 0 && (
        <ul className="find-problems">
          {problems.map((problem) => (
            <li key={storedMessage(problem)}>
              <StuckIcon /> {text(problem)} {hint(problem)}
            </li>
          ))}
        </ul>
      )}
      {cameras.length === 0 ? (
        <FindNothing running={running} searched={answer !== null} />
      ) : (
        <ul className="found-list" data-stale={running}>
          {inOrder(cameras).map((camera) => (
            <FoundCameraEntry key={`${camera.kind} ${camera.id} ${camera.interface}`} camera={camera} all={cameras} />
          ))}
        </ul>
      )}
    </section>
  );
}

function FindWords(): ReactNode {
  const { runningSince, answer, answeredAt, failure } = useInquiry('cameras.find');
  const now = useNow();
  if (runningSince !== null) {
    return (
      <p>
        Asking on every network card and USB port…
        <span aria-hidden="true"> for {formatDuration(now - runningSince)}.</span> Pictures go on meanwhile.
      </p>
    );
  }
  if (failure !== null) {
    return <p className="find-failure">{sayInFull(failure)}</p>;
  }
  if (answer === null) return <p>Looks on every network card and USB port. No camera is changed by it.</p>;
  return (
    <p>
      <strong>{foundSummary(answer.cameras)}</strong> · {formatMoment(answeredAt, now)}
    </p>
  );
}

const FindNothing = ({ running, searched }: { readonly running: boolean; readonly searched: boolean }): ReactNode => (
  <div className="list-state">
    <CameraIcon />
    <strong>{running ? 'Searching…' : searched ? 'No camera was found' : 'Not searched yet'}</strong>
    <span>
      {running
        ? 'Cameras have about a second to answer.'
        : searched
          ? 'Has the camera power, and is its cable in? Is a network card of this PC in the same network? A firewall may keep its answer away.'
          : 'Cameras that are used already are found, too.'}
    </span>
  </div>
);
