import { useCallback, useEffect, useState } from 'react';
import type { ImageDetail } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import { call } from '../gateway/bridge.ts';
import { useRevisionRefresh } from '../gateway/use-revision-refresh.ts';

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
