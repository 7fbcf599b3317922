import { type ReactNode, useState } from 'react';
import type { FoundCamera } from '../../../shared/camera.ts';
import type { ConfigInput } from '../../../shared/config.ts';
import { isolated } from '../../../shared/isolated.ts';
import { sourceIdFor } from '../../format/file-name.ts';
import { useGateway } from '../../gateway/gateway-store.ts';
import { useWords } from '../../gateway/words.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { CopyIcon, EyeIcon, NetworkIcon } from '../../ui/icons.ts';
import { LevelShape } from '../../ui/shapes.tsx';
import { sayDone, sayNotDone } from '../../view-state/notice-store.ts';
import { openLive, show } from '../../view-state/screen-store.ts';
import { foundBadge, foundName } from './found-camera-text.ts';

type SourceInput = NonNullable<ConfigInput['sources']>[number];

/**
 * A source of the configuration for a found camera. `taken`: the ids that others have. `all`: the other cameras that
 * were found, for two of the same USB label are told apart by their device ids only.
 */
export function sourceFor(camera: FoundCamera, taken: readonly string[], all: readonly FoundCamera[]): SourceInput {
  const id = sourceIdFor((camera.userName || camera.model).replace(/[\\/]/g, '-'), taken, 'camera');
  const name = (camera.userName || camera.model).slice(0, 80);
  const named = name === '' ? { id } : { id, name };
  if (camera.kind === 'usb') {
    const sharing = all.filter(({ kind, model }) => kind === 'usb' && model === camera.model).length > 1;
    const device = camera.model === '' || sharing ? camera.id : camera.model;
    return { ...named, kind: 'usb', device: device.slice(0, 256), trigger: { mode: 'free-run' } };
  }
  // The serial number stays with the camera whatever network it is put into.
  const which = camera.serial !== '' ? { serial: camera.serial } : { address: camera.address };
  const place = camera.interface === '' ? {} : { interface: camera.interface };
  return { ...named, kind: 'gige', ...which, ...place, trigger: { mode: 'free-run' } };
}

/** The same as text, to be put into the list `sources` of the settings file. */
export const sourceSnippet = (camera: FoundCamera, taken: readonly string[], all: readonly FoundCamera[]): string =>
  JSON.stringify(sourceFor(camera, taken, all), null, 2);

type Props = { readonly camera: FoundCamera; readonly all: readonly FoundCamera[] };

/** A camera that answered: what it is, where it is, whether it can be used, and the next step. */
export function FoundCameraEntry({ camera, all }: Props): ReactNode {
  const badge = foundBadge(camera);
  const source = useGateway((mirror) => mirror.snapshot?.sources.find(({ id }) => id === camera.sourceId));
  const words = useWords();
  const [snippet, setSnippet] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    const { sources = [], gateway } = useGateway.getState().snapshot ?? {};
    const text = sourceSnippet(
      camera,
      sources.map(({ id }) => id),
      all,
    );
    setSnippet(text);
    if (await copyText(text)) {
      const file = gateway === undefined || gateway.configFile === '' ? 'the settings file' : gateway.configFile;
      sayDone(
        'The source is copied.',
        `Put it into the list "sources" of ${isolated(file)} and start the gateway again.`,
      );
    } else {
      sayNotDone('The clipboard cannot be used here.', 'The text stands below the camera: copy it by hand.');
    }
  };
  const facts = [
    ['Serial', camera.serial],
    ['Name', camera.userName],
    ['Address', camera.address],
    [
      camera.kind === 'gige' ? 'On card' : 'On',
      camera.kind === 'gige' ? `${camera.interface} (${camera.interfaceAddress})` : camera.interface || 'USB',
    ],
    [camera.kind === 'gige' ? 'MAC' : 'Device', camera.id],
  ].filter(([, value]) => value !== '');
  return (
    <li className="found" data-level={badge.level} data-testid="found-camera" data-id={camera.id}>
      <LevelShape level={badge.level} />
      <div className="found-words">
        <p className="found-name">
          <strong>{foundName(camera)}</strong>
          <span className="found-state">{badge.word}</span>
        </p>
        <dl className="found-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd title={value}>{value}</dd>
            </div>
          ))}
        </dl>
        {camera.sourceId !== null && (
          <p className="found-source">
            Used by source <strong>{isolated(source?.name ?? camera.sourceId ?? '')}</strong>
          </p>
        )}
        {camera.message !== null && (
          <>
            <p className="found-text">{words.text(camera.message)}</p>
            <p className="found-hint">{words.hint(camera.message)}</p>
          </>
        )}
        {snippet !== null && <pre className="found-snippet">{snippet}</pre>}
      </div>
      <div className="found-actions">
        {camera.problem === 'wrong-network' && (
          <Button variant="primary" onClick={() => show({ addressing: camera })}>
            <NetworkIcon /> Set address…
          </Button>
        )}
        {source !== undefined && source.camera !== null && (
          <Button onClick={() => openLive(source.id)}>
            <EyeIcon /> Live view<span className="visually-hidden"> of {isolated(source.name)}</span>
          </Button>
        )}
        {camera.sourceId === null && (
          <Button onClick={() => void copy()}>
            <CopyIcon /> Copy as source<span className="visually-hidden">: {foundName(camera)}</span>
          </Button>
        )}
      </div>
    </li>
  );
}
