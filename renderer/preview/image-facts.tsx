import type { ReactNode } from 'react';
import type { ImageDetail } from '../../shared/contract.ts';
import { isolated } from '../../shared/isolated.ts';
import { formatBytes } from '../../shared/messages/numbers.ts';
import { formatUntil } from '../../shared/messages/times.ts';
import { formatCapture, formatMoment } from '../format/time.ts';
import { reveal } from '../gateway/commands.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';
import { EntryState } from '../queue/entry-badge.tsx';
import { Button } from '../ui/button.tsx';
import { FolderIcon } from '../ui/icons.ts';
import { useNow } from '../ui/use-now.ts';
import { originalFile } from './original-file.ts';

type Frame = NonNullable<ImageDetail['frame']>;

const triggers: Readonly<Record<Frame['trigger'], string>> = {
  'free-run': 'Free run',
  interval: 'At an interval',
  software: 'On request',
  hardware: 'The camera’s input',
  burst: 'Burst',
};
const askers: Readonly<Record<string, string>> = { window: 'this window', command: 'a command' };

/** `On request · this window`, `The camera’s input · Line1`. */
export const formatTrigger = ({ trigger, triggeredBy }: Pick<Frame, 'trigger' | 'triggeredBy'>): string =>
  triggeredBy === '' ? triggers[trigger] : `${triggers[trigger]} · ${askers[triggeredBy] ?? triggeredBy}`;

/** `850 µs`, `12.5 ms`, `1.2 s`. */
export function formatExposure(microseconds: number): string {
  if (microseconds < 1_000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1_000_000) return `${(microseconds / 1_000).toFixed(microseconds < 100_000 ? 1 : 0)} ms`;
  return `${(microseconds / 1_000_000).toFixed(1)} s`;
}

/** Nanoseconds in decimal digits as seconds with six places, which say which of two frames was first. */
export function formatCameraTime(nanoseconds: string): string {
  if (!/^\d{1,20}$/.test(nanoseconds)) return nanoseconds;
  const digits = nanoseconds.padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9, -3)} s`;
}

/** What a camera said of a frame, and what made it take it. */
const FrameFacts = ({ frame }: { readonly frame: NonNullable<ImageDetail['frame']> }): ReactNode => (
  <>
    <Fact name="Trigger">{formatTrigger(frame)}</Fact>
    {frame.frameNumber !== null && <Fact name="Frame number">{frame.frameNumber}</Fact>}
    {frame.exposureMicroseconds !== null && <Fact name="Exposure">{formatExposure(frame.exposureMicroseconds)}</Fact>}
    {frame.cameraTimeNanoseconds !== null && (
      <Fact name="Camera clock">
        <span title={`${frame.cameraTimeNanoseconds} ns`}>{formatCameraTime(frame.cameraTimeNanoseconds)}</span>
      </Fact>
    )}
  </>
);

type FactProps = { readonly name: string; readonly tone?: 'plain' | 'error'; readonly children: ReactNode };

/** One line of what is known of a picture. */
const Fact = ({ name, tone = 'plain', children }: FactProps): ReactNode => (
  <div className="fact" data-tone={tone}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const checks: Readonly<Record<ImageDetail['check'], string>> = {
  unchecked: 'Not checked yet',
  sound: 'Sound: decodes completely',
  damaged: 'Damaged; delivered as it is',
  uncheckable: 'Could not be checked or shown here',
};

const sidecars = {
  acusight: 'Acusight JSON',
  yolo: 'YOLO',
  voc: 'Pascal VOC',
  coco: 'COCO',
  labelme: 'LabelMe',
} as const;

const formatNames = { bmp: 'BMP', tiff: 'TIFF', webp: 'WebP' } as const;

/** Why the picture itself is not on this disk any more. */
function whyGone(state: ImageDetail['state']): string {
  if (state === 'dropped') return 'No longer: dropped before delivery, because the disk was full';
  return state === 'deleted'
    ? 'No longer: a person deleted this dead letter'
    : 'No longer: it made room after delivery';
}

/** Everything that is known about a picture, for the person who looks closer. */
export function ImageFacts({ image }: { readonly image: ImageDetail }): ReactNode {
  const now = useNow();
  const words = useWords();
  const source = useGateway((mirror) => mirror.snapshot?.sources.find((one) => one.id === image.sourceId));
  const original = originalFile(image, source);
  const model = [image.model.name ?? image.model.id, image.model.version]
    .flatMap((part) => (part ? [isolated(part)] : []))
    .join(' ');
  return (
    <section className="facts" aria-label="About this picture">
      <dl>
        <Fact name="Delivery">
          <EntryState entry={image} />
          {image.acknowledgedAt !== null && ` ${formatMoment(image.acknowledgedAt, now)}`}
          {image.state === 'pending' &&
            image.nextAttemptAt !== null &&
            ` next ${formatUntil(image.nextAttemptAt, now)}`}
        </Fact>
        <Fact name="Attempts">{image.attempts}</Fact>
        {image.lastError !== null && image.state !== 'dead' && (
          <Fact name={image.state === 'acknowledged' ? 'Earlier error' : 'Last error'} tone="error">
            <strong>{words.text(image.lastError.message)}</strong>
            <span>{words.hint(image.lastError.message)}</span>
            {image.lastError.technical !== '' && <code>{image.lastError.technical}</code>}
          </Fact>
        )}
        <Fact name="Captured">
          {formatCapture(image.capturedAt, image.captureOffsetMinutes)}
          {image.capturedFrom === 'file' && ' · from the file’s time'}
          {image.capturedFrom === 'arrival' && ' · when it reached this PC'}
          {image.capturedFrom === 'received' && ' · when it was taken in: the file’s own time makes no sense'}
        </Fact>
        {image.frame !== null && <FrameFacts frame={image.frame} />}
        <Fact name="Picture">
          {image.width} × {image.height} px · {formatBytes(image.bytes)} · {image.format.toUpperCase()}
        </Fact>
        {image.original !== null && (
          <Fact name="Came as">
            {isolated(image.original.filename)} · {formatNames[image.original.format]} ·{' '}
            {formatBytes(image.original.bytes)}
            <code title={image.original.sha256}>{image.original.sha256}</code>
          </Fact>
        )}
        {image.notes.length > 0 && (
          <Fact name="Notes">
            {image.notes.map(words.text).map((note) => (
              <span key={note}>{note}</span>
            ))}
          </Fact>
        )}
        <Fact name="Check" tone={image.check === 'damaged' ? 'error' : 'plain'}>
          {checks[image.check]}
          {image.checkDetail !== '' && ` (${image.checkDetail})`}
        </Fact>
        <Fact name="Labels" tone={image.sidecarProblems.length > 0 ? 'error' : 'plain'}>
          {image.sidecar === null ? (
            'No label file'
          ) : (
            <span title={image.sidecar.path}>{sidecars[image.sidecar.format]} file</span>
          )}
          {image.sidecarProblems.map(words.text).map((problem) => (
            <span key={problem}>{problem}</span>
          ))}
        </Fact>
        {model !== '' && <Fact name="Model">{model}</Fact>}
        <Fact name="Source">{source?.name ?? image.sourceId}</Fact>
        <Fact name="Original">
          {original.path !== '' && <bdi className="breakable">{original.path}</bdi>}
          {original.words !== '' && <span>{original.words}</span>}
        </Fact>
        {image.serverImageId !== null && (
          <Fact name="Cloud id">
            <code>{image.serverImageId}</code>
          </Fact>
        )}
        {image.serverBatchId !== null && (
          <Fact name="Cloud batch">
            <code>{image.serverBatchId}</code>
          </Fact>
        )}
        {image.objectKey !== null && (
          <Fact name="Object key">
            <code>{image.objectKey}</code>
          </Fact>
        )}
        {!image.payloadPresent && <Fact name="On this PC">{whyGone(image.state)}</Fact>}
        <Fact name="SHA-256">
          <code title={image.sha256}>{image.sha256}</code>
        </Fact>
      </dl>
      {original.isThere && (
        <Button variant="quiet" onClick={() => reveal({ kind: 'image', imageId: image.imageId })}>
          <FolderIcon /> Show file
        </Button>
      )}
    </section>
  );
}
