import { useEffect, useState } from 'react';
import { useGateway } from '../gateway/gateway-store.ts';
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
