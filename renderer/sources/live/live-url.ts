import { IMAGE_SCHEME } from '../../../shared/channels.ts';

/** A picture of the live view, by the number that `camera.look` gave. */
export const liveUrl = (sourceId: string, number: number): string =>
  `${IMAGE_SCHEME}://live/${encodeURIComponent(sourceId)}/${number}`;
