import { useCallback, useEffect, useState } from 'react';
import type { ImageDetail } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import { call } from '../gateway/bridge.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useRevisionRefresh } from '../gateway/use-revision-refresh.ts';
import { useScreen } from '../view-state/screen-store.ts';

const FOLLOW_MILLISECONDS = 1_500;

/**
 * The image to show: the one a person picked, else the newest. The newest changes at most every second and a half, so
 * that a busy line does not flicker.
 */
export function useShownImageId(): string | null {
  const pickedId = useScreen((screen) => screen.pickedId);
  const [newestId, setNewestId] = useState<string | null>(null);
  useEffect(() => {
    if (pickedId !== null) return;
    const take = (): void => setNewestId(useGateway.getState().snapshot?.recent[0]?.imageId ?? null);
    take();
    // The first snapshot is not waited for: it fills an empty pane.
    const unsubscribe = useGateway.subscribe((mirror, before) => {
      if (before.snapshot === null && mirror.snapshot !== null) take();
    });
    const timer = setInterval(take, FOLLOW_MILLISECONDS);
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, [pickedId]);
  return pickedId ?? newestId;
}

export type DetailState =
  | { readonly kind: 'none' }
  | { readonly kind: 'ready'; readonly image: ImageDetail }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Everything about one image, read again when something changed. The last picture stays until the next one is known. */
export function useImageDetail(imageId: string | null): DetailState {
  const [state, setState] = useState<DetailState>({ kind: 'none' });
  const load = useCallback(
    async (isWanted: () => boolean) => {
      if (imageId === null) {
        setState({ kind: 'none' });
        return;
      }
      const answer = await call('image.detail', { imageId });
      if (!isWanted()) return;
      if (!answer.ok) setState({ kind: 'failed', failure: answer.error });
      else setState(answer.value.image === null ? { kind: 'gone' } : { kind: 'ready', image: answer.value.image });
    },
    [imageId],
  );
  useEffect(() => {
    let wanted = true;
    void load(() => wanted);
    return () => {
      wanted = false;
    };
  }, [load]);
  const [asked] = useState<{ id: string | null }>({ id: imageId });
  asked.id = imageId;
  useRevisionRefresh(() => void load(() => asked.id === imageId));
  return state;
}
