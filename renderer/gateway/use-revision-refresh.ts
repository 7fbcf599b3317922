import { useEffect, useRef } from 'react';
import { useGateway } from './gateway-store.ts';

/**
 * Calls `refresh` when a snapshot says that something changed, at most once per `periodMilliseconds`, and always for
 * the last change. `refresh` is not called on mount.
 */
export function useRevisionRefresh(refresh: () => void, periodMilliseconds = 1_000): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ranAt = 0;
    const run = (): void => {
      timer = undefined;
      ranAt = Date.now();
      latest.current();
    };
    const unsubscribe = useGateway.subscribe((mirror, before) => {
      const same =
        mirror.snapshot?.revision === before.snapshot?.revision &&
        mirror.snapshot?.instanceId === before.snapshot?.instanceId;
      if (same || timer !== undefined) return;
      timer = setTimeout(run, Math.max(0, ranAt + periodMilliseconds - Date.now()));
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [periodMilliseconds]);
}
