import type { ReactNode } from 'react';
import { formatBigCount, formatBytes, formatRate, formatShortCount } from '../../shared/messages/numbers.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { ArrowDownIcon, ArrowUpIcon } from '../ui/icons.ts';
import { useNow } from '../ui/use-now.ts';
import { DiskFigure } from './disk-figure.tsx';
import { Sparkline } from './sparkline.tsx';

/** The row of instruments. Each keeps its place and width whatever it shows. */
export function Figures(): ReactNode {
  return (
    <section className="figures" aria-label="Figures">
      <WaitingFigure />
      <OldestFigure />
      <RateFigure />
      <DeliveredFigure />
      <DiskFigure />
    </section>
  );
}

function WaitingFigure(): ReactNode {
  const waiting = useSnapshot((snapshot) => snapshot.counts.pending + snapshot.counts.leased);
  const underWay = useSnapshot((snapshot) => snapshot.counts.leased) ?? 0;
  const bytes = useSnapshot((snapshot) => snapshot.bytes.waiting) ?? 0;
  return (
    <dl className="figure">
      <dt>Waiting</dt>
      <dd className="value" data-testid="count-waiting">
        {waiting === undefined ? '–' : formatBigCount(waiting)}
      </dd>
      <dd className="note">
        {waiting === 0 ? 'nothing to deliver' : `${formatBytes(bytes)}, ${formatShortCount(underWay)} under way`}
      </dd>
    </dl>
  );
}

function OldestFigure(): ReactNode {
  const oldest = useSnapshot((snapshot) => snapshot.oldestWaiting);
  const now = useNow();
  return (
    <dl className="figure">
      <dt>Oldest waiting</dt>
      <dd className="value">{oldest ? formatDuration(now - oldest.storedAt) : '–'}</dd>
      <dd className="note">{oldest ? 'since it was stored' : 'none'}</dd>
    </dl>
  );
}

function RateFigure(): ReactNode {
  const rates = useSnapshot((snapshot) => snapshot.rates);
  return (
    <div className="figure figure-rates">
      <dl>
        <dt>
          <ArrowDownIcon /> In
        </dt>
        <dd className="value">{rates ? formatRate(rates.collectedPerSecond) : '–'}</dd>
        <dd className="note">pictures/s</dd>
      </dl>
      <dl>
        <dt className="accent">
          <ArrowUpIcon /> Out
        </dt>
        <dd className="value">{rates ? formatRate(rates.acknowledgedPerSecond) : '–'}</dd>
        <dd className="note">{rates ? `${formatBytes(rates.bytesPerSecond)}/s` : '–'}</dd>
      </dl>
      <div className="figure-spark">
        <Sparkline collected={rates?.collectedHistory ?? []} delivered={rates?.acknowledgedHistory ?? []} />
        <span className="note">last 60 s</span>
      </div>
    </div>
  );
}

function DeliveredFigure(): ReactNode {
  const delivered = useSnapshot((snapshot) => snapshot.counts.acknowledged);
  const collected = useSnapshot((snapshot) => snapshot.counts.collected) ?? 0;
  return (
    <dl className="figure">
      <dt>Delivered</dt>
      <dd className="value" data-testid="count-delivered">
        {delivered === undefined ? '–' : formatBigCount(delivered)}
      </dd>
      <dd className="note">of {formatBigCount(collected)} collected</dd>
    </dl>
  );
}
