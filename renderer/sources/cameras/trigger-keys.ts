import { useEffect } from 'react';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';
import { useGateway } from '../../gateway/gateway-store.ts';
import { isTyping } from '../../ui/is-typing.ts';
import { useScreen } from '../../view-state/screen-store.ts';
import { takePicture } from './trigger-store.ts';

const isSoftware = (source: SourceSnapshot): boolean => source.camera?.trigger === 'software';

/**
 * The key that takes a source's picture: T where it is the only one with a software trigger or the one in the live
 * view, else Alt with its place among them; empty where it has none.
 */
export function triggerKey(sources: readonly SourceSnapshot[], sourceId: string, liveId: string | null): string {
  const triggered = sources.filter(isSoftware);
  const place = triggered.findIndex(({ id }) => id === sourceId);
  if (place < 0) return '';
  if (liveId === sourceId || (triggered.length === 1 && liveId === null)) return 'T';
  return triggered.length > 1 && place < 9 ? `Alt+${place + 1}` : '';
}

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'repeat'>;

/** The source whose picture a key asks for. A key that is held down asks once. */
export function triggeredBy(
  event: Pressed,
  sources: readonly SourceSnapshot[],
  liveId: string | null,
): SourceSnapshot | undefined {
  if (event.repeat || event.ctrlKey || event.metaKey) return undefined;
  // With Alt, some layouts give another character: the place of the key counts.
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  const name = event.altKey ? (digit === undefined ? '' : `Alt+${digit}`) : event.key.toUpperCase();
  return name === '' ? undefined : sources.find(({ id }) => triggerKey(sources, id, liveId) === name);
}

/** Listens for the keys on the screens that show cameras. */
export function useTriggerKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { view, live, keyDialog, deleting } = useScreen.getState();
      const shown = view === 'overview' || view === 'cameras';
      if (!shown || keyDialog || deleting !== null || event.defaultPrevented || isTyping(event.target)) return;
      const { snapshot, link } = useGateway.getState();
      if (link !== 'live') return;
      const source = triggeredBy(event, snapshot?.sources ?? [], live?.sourceId ?? null);
      if (source === undefined) return;
      event.preventDefault();
      void takePicture(source);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
