import type { ReactNode } from 'react';
import { isolated } from '../../shared/isolated.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { fillWords, orderWords } from '../format/pace.ts';
import { formatMoment } from '../format/time.ts';
import { reveal } from '../gateway/commands.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { FolderIcon } from '../ui/icons.ts';
import { LevelShape } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';
import { checkinLooks, deviceLook, keyPlaces } from './site-text.ts';

/** Everything that is known of this site and rarely needed: device, way, pace, check-in, disk, versions. */
export function SiteFacts(): ReactNode {
  const snapshot = useGateway((mirror) => mirror.snapshot);
  return (
    <section className="panel site-facts" aria-labelledby="site-title">
      <header className="panel-title">
        <h2 id="site-title">This site now</h2>
      </header>
      {snapshot === null ? <p className="empty-line">Asking the gateway…</p> : <Facts snapshot={snapshot} />}
    </section>
  );
}

function Facts({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const now = useNow(5_000);
  const { text } = useWords();
  const { gateway, pacing, checkin, disk } = snapshot;
  const device = deviceLook(gateway.device);
  const health = checkinLooks[checkin.status];
  return (
    <div className="fact-groups">
      <Group title="Device">
        <Fact name="Device">
          {gateway.deviceId || '–'}
          {gateway.device?.name != null &&
            gateway.device.name !== gateway.deviceId &&
            ` (${isolated(gateway.device.name)})`}
        </Fact>
        <Fact name="Organisation">{gateway.device?.organization ?? 'Not known yet'}</Fact>
        <Fact name="Approval" level={device.level} hint={device.hint}>
          {device.word}
        </Fact>
        <Fact name="Device key">{keyPlaces[gateway.keySource]}</Fact>
      </Group>
      <Group title="Way">
        <Fact name="Mode">{gateway.mode === 'lan' ? 'LAN: object storage on site' : 'Acusight cloud'}</Fact>
        {gateway.objectStore !== null && <Fact name="Pictures to">{gateway.objectStore}</Fact>}
        <Fact name={gateway.objectStore === null ? 'Pictures to' : 'Notices to'}>{gateway.baseUrl || '–'}</Fact>
        <Fact name="Pace">{text(pacing.message)}</Fact>
        <Fact name="Order">{orderWords[pacing.order]}</Fact>
      </Group>
      <Group title="Check-in">
        <Fact name="Status" level={health.level}>
          {health.word}
        </Fact>
        <Fact name="Last taken" hint={checkin.message === null ? '' : text(checkin.message)}>
          {checkin.acceptedAt === null ? 'None since the start' : `${formatDuration(now - checkin.acceptedAt)} ago`}
        </Fact>
        <Fact name="Asked for">
          {checkin.unknownActions.length === 0
            ? 'Nothing that this version does not know'
            : 'The cloud asked for something this version does not know. It was not done:'}
        </Fact>
        {checkin.unknownActions.length > 0 && (
          <ul className="unknown-actions">
            {checkin.unknownActions.map((action) => (
              <li key={`${action.at} ${action.text}`}>
                <span>{formatMoment(action.at, now)}</span> <code>{action.text}</code>
              </li>
            ))}
          </ul>
        )}
      </Group>
      <Group title="Disk">
        <Fact name="Forecast">{fillWords(disk) ?? 'Not filling'}</Fact>
        <Fact name="When full">
          {disk.whenFull === 'refuse'
            ? 'New frames are refused; originals stay in their folder'
            : 'The oldest undelivered are dropped, those without labels first; each is counted'}
        </Fact>
        <Fact name="Data folder">{gateway.dataDir}</Fact>
      </Group>
      <Group title="Program">
        <Fact name="Version">
          {gateway.version} on {gateway.runtime}
        </Fact>
        <Fact name="Settings file">{gateway.configFile || '–'}</Fact>
      </Group>
      <Button onClick={() => reveal({ kind: 'data-dir' })}>
        <FolderIcon /> Show the data folder
      </Button>
    </div>
  );
}

const Group = ({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode => (
  <section className="fact-group">
    <h3>{title}</h3>
    {children}
  </section>
);

type FactProps = {
  readonly name: string;
  readonly level?: Level;
  readonly hint?: string;
  readonly children: ReactNode;
};

const Fact = ({ name, level, hint = '', children }: FactProps): ReactNode => (
  <dl className="fact" data-level={level}>
    <dt>{name}</dt>
    <dd>
      {level === undefined ? (
        children
      ) : (
        <span className="fact-state">
          <LevelShape level={level} />
          {children}
        </span>
      )}
      {hint !== '' && <span className="fact-hint">{hint}</span>}
    </dd>
  </dl>
);
