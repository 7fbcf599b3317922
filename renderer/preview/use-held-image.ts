import { useEffect, useState } from 'react';
import { decodePicture } from './decode-preview.ts';
import { PictureHold } from './picture-hold.ts';

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
