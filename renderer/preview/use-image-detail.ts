import { useEffect, useState } from 'react';
import type { ImageDetail } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { useAnswer } from '../gateway/requests.ts';
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
  const { data, error, refetch } = useAnswer('image.detail', { imageId: imageId ?? '' }, imageId !== null);
  useRevisionRefresh(() => {
    if (imageId !== null) void refetch();
  });
  if (imageId === null) return { kind: 'none' };
  if (error !== null) return { kind: 'failed', failure: error.failure };
  if (data === undefined) return { kind: 'none' };
  return data.image === null ? { kind: 'gone' } : { kind: 'ready', image: data.image };
}
