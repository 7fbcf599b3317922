import { type ReactNode, useEffect, useRef } from 'react';
import { isolated } from '../../../shared/isolated.ts';
import { formatCount, formatRate, plural } from '../../../shared/messages/numbers.ts';
import { useGateway } from '../../gateway/gateway-store.ts';
import { useWords } from '../../gateway/words.ts';
import { Button } from '../../ui/button.tsx';
import { CameraIcon, PauseIcon, PlayIcon, PreviousIcon, TestShotIcon } from '../../ui/icons.ts';
import { isTyping } from '../../ui/is-typing.ts';
import { LevelShape } from '../../ui/shapes.tsx';
import { useNow } from '../../ui/use-now.ts';
import { closeLive, useScreen } from '../../view-state/screen-store.ts';
import { DropCauses } from '../cameras/camera-numbers.tsx';
import {
  type CameraSource,
  dropsTotal,
  isCamera,
  isConnected,
  modelWords,
  triggerWords,
} from '../cameras/camera-text.ts';
import { TriggerButton } from '../cameras/trigger-button.tsx';
import { FeaturePanel } from '../features/feature-panel.tsx';
import { badgeOf } from '../source-badge.ts';
import { FocusAid } from './focus-aid.tsx';
import { Histogram } from './histogram.tsx';
import { LivePicture } from './live-picture.tsx';
import { liveStatus } from './live-status.ts';
import { setPaused, takeTestShot, useLive, watchLive } from './live-store.ts';

/** What is known of the stream beside the picture: rate, size, pixel format, losses by cause. */
function LiveFacts({ source }: { readonly source: CameraSource }): ReactNode {
  const { camera } = source;
  const lost = dropsTotal(camera);
  const size = camera.width === null || camera.height === null ? '–' : `${camera.width} × ${camera.height}`;
  return (
    <section className="instrument live-facts" aria-label="Stream">
      <dl>
        <Fact name="Frames/s">{formatRate(camera.framesPerSecond)}</Fact>
        <Fact name="Size">{size}</Fact>
        <Fact name="Pixels">{camera.pixelFormat ?? '–'}</Fact>
        <Fact name="Trigger">{triggerWords[camera.trigger]}</Fact>
        <Fact name="Stored">
          {formatCount(camera.stored)} of {formatCount(camera.frames)}
        </Fact>
        <Fact name="Resends">{formatCount(camera.resends)}</Fact>
      </dl>
      <div className="live-drops" data-some={lost > 0}>
        <h3>{lost === 0 ? 'No frame lost' : `${plural(lost, 'frame')} lost`}</h3>
        {lost > 0 && <DropCauses camera={camera} />}
      </div>
    </section>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** Escape closes the live view, S takes a test shot, P pauses. T and Alt with a digit are `useTriggerKeys`'. */
function useLiveKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { keyDialog, deleting } = useScreen.getState();
      if (event.defaultPrevented || keyDialog || deleting !== null) return;
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      if (key === 'escape') closeLive();
      else if (key === 's') void takeTestShot();
      else if (key === 'p') setPaused(!useLive.getState().paused);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** The live view of one camera: picture and instruments on the left, its settings on the right. */
export function LiveScreen({ sourceId }: { readonly sourceId: string }): ReactNode {
  const source = useGateway((mirror) => mirror.snapshot?.sources.find(({ id }) => id === sourceId));
  useEffect(() => watchLive(sourceId), [sourceId]);
  useLiveKeys();
  if (source === undefined || !isCamera(source)) {
    return (
      <div className="panel live-gone">
        <div className="list-state" role="status">
          <CameraIcon />
          <strong>This camera is not among the sources any more</strong>
          <span>The settings were changed. Go back and choose another one.</span>
          <Button onClick={closeLive}>
            <PreviousIcon /> Back
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="live">
      <LiveView source={source} />
      <FeaturePanel source={source} />
    </div>
  );
}

function LiveView({ source }: { readonly source: CameraSource }): ReactNode {
  const live = useLive();
  const silent = useGateway((mirror) => mirror.link === 'silent');
  const now = useNow(250);
  const status = liveStatus(live, source.camera, source.state, now);
  const fresh = (status.kind === 'live' || status.kind === 'test') && !silent;
  const age = fresh ? 'present' : status.faded || silent ? 'behind' : 'last';
  return (
    <section className="panel live-view" aria-label={`Live view of ${isolated(source.name)}`}>
      <LiveHead source={source} />
      <LivePicture name={source.name} status={status} />
      <LiveTools source={source} />
      <div className="instruments">
        <FocusAid age={age} />
        <Histogram age={age} />
        <LiveFacts source={source} />
      </div>
    </section>
  );
}

function LiveHead({ source }: { readonly source: CameraSource }): ReactNode {
  const back = useRef<HTMLButtonElement>(null);
  // The keyboard begins where the way back is.
  useEffect(() => back.current?.focus({ preventScroll: true }), []);
  const badge = badgeOf(source);
  const ill = badge.level === 'act' || badge.level === 'alarm';
  const { text, hint } = useWords();
  return (
    <header className="live-head" data-level={badge.level}>
      <Button ref={back} aria-keyshortcuts="Escape" data-testid="close-live" onClick={closeLive}>
        <PreviousIcon /> Back <kbd>Esc</kbd>
      </Button>
      <div className="live-title">
        <h1 title={source.name}>{source.name}</h1>
        <p title={`${modelWords(source)} · ${source.camera.address}`}>
          {ill ? `${text(source.message)} ${hint(source.message)}` : modelWords(source)}
        </p>
      </div>
      <p className="live-state">
        <LevelShape level={badge.level} />
        <span>{badge.word}</span>
      </p>
    </header>
  );
}

const testWords = {
  idle: 'Shown here, not stored',
  running: 'Waiting for it…',
  nothing: 'The camera took none',
  broken: 'It could not be shown',
  failed: 'Not possible now',
} as const;

function LiveTools({ source }: { readonly source: CameraSource }): ReactNode {
  const paused = useLive((live) => live.paused);
  const testShot = useLive((live) => live.testShot);
  const connected = isConnected(source);
  return (
    <div className="live-tools" role="toolbar" aria-label="Live view">
      <Button
        className="live-tool"
        aria-pressed={paused}
        aria-keyshortcuts="P"
        data-testid="pause"
        onClick={() => setPaused(!paused)}
      >
        {paused ? <PlayIcon /> : <PauseIcon />}
        <span>{paused ? 'Go on' : 'Pause'}</span> <kbd>P</kbd>
      </Button>
      <Button
        className="live-tool live-test"
        disabled={!connected}
        aria-disabled={testShot === 'running'}
        aria-keyshortcuts="S"
        data-testid="test-shot"
        data-failed={testShot === 'nothing' || testShot === 'broken' || testShot === 'failed'}
        onClick={() => void takeTestShot()}
      >
        <TestShotIcon />
        <span className="trigger-words">
          <span className="trigger-name">Test shot</span>
          <span className="trigger-note" role="status">
            {connected ? testWords[testShot] : 'Not connected'}
          </span>
        </span>
        <kbd>S</kbd>
      </Button>
      {source.camera.trigger === 'software' && <TriggerButton source={source} />}
    </div>
  );
}
