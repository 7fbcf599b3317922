import type { ReactNode } from 'react';
import { isolated } from '../../shared/isolated.ts';
import { formatShortCount } from '../../shared/messages/numbers.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';
import { deviceLook, hostOf, wayWords } from '../site/site-text.ts';
import { CloudIcon, SimilarIcon, SpeedIcon, StorageIcon } from '../ui/icons.ts';
import { LevelShape } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';

const LATE_CHECKIN_MILLISECONDS = 5 * 60_000;

/** One quiet line: where pictures go, who this device is, how fast it may send, and what was not kept. */
export function ConnectionStrip(): ReactNode {
  return (
    <section className="way-strip" aria-label="Way and pace" data-testid="way-strip">
      <Way />
      <Approval />
      <Pace />
      <NotKept />
      <Checkin />
    </section>
  );
}

function Way(): ReactNode {
  const gateway = useSnapshot((snapshot) => snapshot.gateway);
  if (gateway === undefined) return <p className="way-part">Asking the gateway…</p>;
  const lan = gateway.mode === 'lan';
  return (
    <p className="way-part way-where" title={wayWords(gateway)}>
      {lan ? <StorageIcon /> : <CloudIcon />}
      <span>
        <strong>{lan ? 'LAN' : 'Cloud'}</strong>{' '}
        {lan ? (gateway.objectStore ?? '–').replace(/^https?:\/\//, '') : hostOf(gateway.baseUrl) || '–'}
      </span>
    </p>
  );
}

function Approval(): ReactNode {
  const device = useSnapshot((snapshot) => snapshot.gateway.device);
  if (device == null) return null;
  const { level, word, hint } = deviceLook(device);
  const organisation = device.organization === null ? '' : ` · ${isolated(device.organization)}`;
  return (
    <p className="way-part way-device" data-level={level} title={hint === '' ? `${word}${organisation}` : hint}>
      <LevelShape level={level} />
      <span>
        {word}
        {organisation}
      </span>
    </p>
  );
}

function Pace(): ReactNode {
  const pacing = useSnapshot((snapshot) => snapshot.pacing);
  const { text } = useWords();
  if (pacing === undefined) return null;
  const closed = pacing.limitBytesPerSecond === 0;
  return (
    <p className="way-part way-pace" data-level={closed ? 'waiting' : undefined} title={text(pacing.message)}>
      {closed ? <LevelShape level="waiting" /> : <SpeedIcon />}
      <span>{text(pacing.message)}</span>
    </p>
  );
}

/** Frames that are not in the queue and not delivered, for a reason that somebody chose or because they are gone. */
function NotKept(): ReactNode {
  const gated = useSnapshot((snapshot) => snapshot.counts.gated) ?? 0;
  const dropped = useSnapshot((snapshot) => snapshot.counts.dropped) ?? 0;
  const deleted = useSnapshot((snapshot) => snapshot.counts.deleted) ?? 0;
  const lost = useSnapshot((snapshot) => snapshot.counts.lost) ?? 0;
  const words = [
    lost > 0 ? `${formatShortCount(lost)} lost` : '',
    gated > 0 ? `${formatShortCount(gated)} too similar` : '',
    dropped > 0 ? `${formatShortCount(dropped)} dropped` : '',
    deleted > 0 ? `${formatShortCount(deleted)} deleted` : '',
  ].filter((part) => part !== '');
  if (words.length === 0) return null;
  return (
    <p
      className="way-part way-not-kept"
      data-level={dropped + lost > 0 ? 'alarm' : undefined}
      title={`Not stored or not kept: ${words.join(', ')}`}
    >
      {dropped + lost > 0 ? <LevelShape level="alarm" /> : <SimilarIcon />}
      <span>{words.join(' · ')}</span>
    </p>
  );
}

function Checkin(): ReactNode {
  const checkin = useSnapshot((snapshot) => snapshot.checkin);
  const now = useNow(5_000);
  const { text } = useWords();
  if (checkin === undefined || checkin.acceptedAt === null) return null;
  const late = now - checkin.acceptedAt > LATE_CHECKIN_MILLISECONDS;
  const why = checkin.message === null ? '' : text(checkin.message);
  return (
    <p className="way-part way-checkin" data-late={late} title={why}>
      <span>
        Check-in {formatDuration(now - checkin.acceptedAt)} ago{late && why !== '' ? `: ${why}` : ''}
      </span>
    </p>
  );
}
