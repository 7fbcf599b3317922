import type { ReactNode } from 'react';
import { formatCount, formatRate, plural } from '../../../shared/messages/numbers.ts';
import { DropCauses } from '../cameras/camera-numbers.tsx';
import { type CameraSource, dropsTotal, triggerWords } from '../cameras/camera-words.ts';

/** What is known of the stream beside the picture: rate, size, pixel format, losses by cause. */
export function LiveFacts({ source }: { readonly source: CameraSource }): ReactNode {
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
