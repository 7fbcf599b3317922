import { useEffect, useState } from 'react';
import { type ImageRendition, imageUrl, lookedPreviewUrl } from '../../shared/channels.ts';

export type Shown = {
  /** What to put into the `<img>`; null when neither the preview nor the original can be shown. */
  readonly url: string | null;
  readonly rendition: ImageRendition;
  /** The original was asked for and cannot be shown. */
  readonly originalBroken: boolean;
  readonly onPreviewError: () => void;
};

/**
 * The small preview at once, the original in its place as soon as it is decoded. The original is asked for only when
 * someone has looked for `dwellMilliseconds`, because it may be 50 MB. Use with `key={imageId}`.
 */
export function useRendition(imageId: string, originalPresent: boolean, dwellMilliseconds: number): Shown {
  const [previewBroken, setPreviewBroken] = useState(false);
  const [original, setOriginal] = useState<'wanted' | 'decoded' | 'broken'>('wanted');
  const wait = previewBroken ? 0 : dwellMilliseconds;
  useEffect(() => {
    if (!originalPresent) return;
    const picture = new Image();
    picture.crossOrigin = 'anonymous';
    let left = false;
    const timer = setTimeout(() => {
      picture.src = imageUrl('original', imageId);
      picture.decode().then(
        () => !left && setOriginal('decoded'),
        () => !left && setOriginal('broken'),
      );
    }, wait);
    return () => {
      left = true;
      clearTimeout(timer);
      // Ends a download under way.
      picture.src = '';
    };
  }, [imageId, originalPresent, wait]);
  const onPreviewError = (): void => setPreviewBroken(true);
  const originalBroken = original === 'broken';
  if (original === 'decoded' && originalPresent) {
    return { url: imageUrl('original', imageId), rendition: 'original', originalBroken, onPreviewError };
  }
  const url = previewBroken ? null : lookedPreviewUrl(imageId);
  return { url, rendition: 'preview', originalBroken, onPreviewError };
}
