import { useEffect, useState } from 'react';
import { imageUrl, lookedPreviewUrl } from '../../shared/channels.ts';
import { PictureHold } from './picture-hold.ts';

/** What was decoded last stays with the page, so that the stage has it at once. */
const kept: { picture: HTMLImageElement | null } = { picture: null };

/** Resolves once the picture of an image can be drawn: its preview, or where there is none its original. */
async function decodePicture(imageId: string, signal: AbortSignal): Promise<void> {
  try {
    kept.picture = await decode(lookedPreviewUrl(imageId), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    kept.picture = await decode(imageUrl('original', imageId), signal);
  }
}

async function decode(url: string, signal: AbortSignal): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.crossOrigin = 'anonymous';
  const drop = (): void => {
    picture.src = '';
  };
  signal.addEventListener('abort', drop, { once: true });
  picture.src = url;
  try {
    await picture.decode();
    return picture;
  } finally {
    signal.removeEventListener('abort', drop);
  }
}

/** The image to show now: the wanted one as soon as its picture can be drawn, until then the one before. */
export function useHeldImageId(wantedId: string | null, isFollowed: boolean): string | null {
  const [shownId, setShownId] = useState<string | null>(null);
  const [hold] = useState(
    () =>
      new PictureHold({
        decode: decodePicture,
        onShow: setShownId,
        now: () => performance.now(),
        after: (milliseconds, callback) => {
          const timer = setTimeout(callback, milliseconds);
          return () => clearTimeout(timer);
        },
      }),
  );
  useEffect(() => hold.want(wantedId, isFollowed), [hold, wantedId, isFollowed]);
  useEffect(() => () => hold.stop(), [hold]);
  return shownId;
}
