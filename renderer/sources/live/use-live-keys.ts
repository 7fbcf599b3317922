import { useEffect } from 'react';
import { isTyping } from '../../ui/is-typing.ts';
import { closeLive, useScreen } from '../../view-state/screen-store.ts';
import { setPaused, takeTestShot, useLive } from './live-store.ts';

/** Escape closes the live view, S takes a test shot, P pauses. T and Alt with a digit are `useTriggerKeys`'. */
export function useLiveKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { keyDialog, deleting } = useScreen.getState();
      if (event.defaultPrevented || keyDialog || deleting !== null) return;
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      if (key === 'escape') closeLive();
      else if (key === 's') void takeTestShot();
      else if (key === 'p') setPaused(!useLive.getState().paused);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
