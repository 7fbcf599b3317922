import type { ReactNode } from 'react';
import type { CameraSnapshot } from '../../../shared/camera.ts';
import { isolated } from '../../../shared/isolated.ts';
import { useGateway } from '../../gateway/gateway-store.ts';
import { Button } from '../../ui/button.tsx';
import { ShutterIcon } from '../../ui/icons.ts';
import { useScreen } from '../../view-state/screen-store.ts';
import { type CameraSource, takeWords, triggerReadiness } from './camera-text.ts';
import { triggerKey } from './trigger-keys.ts';
import { type TriggerPhase, takePicture, useTriggers } from './trigger-store.ts';

/** The large button of a source with a software trigger. While it can't be used its second line says why. */
export function TriggerButton({ source }: { readonly source: CameraSource }): ReactNode {
  const phase = useTriggers((phases) => phases[source.id] ?? 'idle');
  const liveId = useScreen((screen) => screen.live?.sourceId ?? null);
  const shortcut = useGateway((mirror) => triggerKey(mirror.snapshot?.sources ?? [], source.id, liveId));
  const linked = useGateway((mirror) => mirror.link === 'live');
  return (
    <TriggerFace
      source={source}
      phase={phase}
      shortcut={shortcut}
      linked={linked}
      onPress={() => void takePicture(source)}
    />
  );
}

type FaceProps = {
  readonly source: Pick<CameraSource, 'name' | 'state'> & { readonly camera: Pick<CameraSnapshot, 'burst'> };
  readonly phase: TriggerPhase;
  readonly shortcut: string;
  readonly linked: boolean;
  readonly onPress: () => void;
};

const phaseWords = { asking: 'Asking the camera…', asked: 'The camera was asked' } as const;

export function TriggerFace({ source, phase, shortcut, linked, onPress }: FaceProps): ReactNode {
  const { ready, words } = triggerReadiness(source);
  const note = !linked
    ? 'The gateway does not answer'
    : !ready
      ? words
      : phase !== 'idle'
        ? phaseWords[phase]
        : shortcut === ''
          ? 'Ready'
          : `Key ${shortcut.replace('+', ' + ')}`;
  return (
    <Button
      className="trigger"
      // It stays in the tab order while the camera answers: a focus that jumps away would be lost.
      disabled={!ready || !linked}
      aria-disabled={phase === 'asking'}
      aria-keyshortcuts={shortcut === '' ? undefined : shortcut}
      data-testid="take-picture"
      onClick={phase === 'asking' ? undefined : onPress}
    >
      <ShutterIcon />
      <span className="trigger-words">
        <span className="trigger-name">
          {takeWords(source.camera)}
          <span className="visually-hidden"> with {isolated(source.name)}</span>
        </span>
        <span className="trigger-note" role="status">
          {note}
        </span>
      </span>
    </Button>
  );
}
