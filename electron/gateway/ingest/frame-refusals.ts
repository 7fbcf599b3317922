import { legacy } from '../../../shared/messages/message.ts';
import type { FrameVerdict } from '../model/frame.ts';
import { megabytes, megapixels } from './refusal-reasons.ts';

export type FrameRefused = Extract<FrameVerdict, { kind: 'refused' }>;

const refused = (text: string, hint: string): FrameRefused => ({ kind: 'refused', message: legacy(text, hint) });

/** Why a camera's frame can never be stored, in words. The frame is gone; the next one may be as well. */
export const frameRefusals = {
  tooManyPixels: (width: number, height: number, most: number): FrameRefused =>
    refused(
      `The frame has too many pixels: ${width} × ${height} are ${megapixels(width * height)}, at most ${megapixels(most)} are taken.`,
      'Set the camera to a smaller picture. If such pictures are meant, raise ingest.maxPixels.',
    ),
  tooLarge: (bytes: number, most: number): FrameRefused =>
    refused(
      `The frame’s picture is too large: ${megabytes(bytes)}, at most ${megabytes(most)} are taken.`,
      'Choose JPEG or a lower quality (encode). The hosted service takes 50 MB; for a server of your own that takes more, raise ingest.maxImageBytes.',
    ),
  tooLargeForStore: (bytes: number, most: number): FrameRefused =>
    refused(
      `The frame’s picture is too large for the gateway’s share of the disk: ${megabytes(bytes)}, at most ${megabytes(most)} fit.`,
      'Choose JPEG or a lower quality (encode), or raise store.maxBytes.',
    ),
  torn: (detail: string): FrameRefused =>
    refused(
      `The camera’s picture is not whole (${detail.replace(/\.$/, '')}).`,
      'A few such frames are lost on the way. If there are many, check the cable, or choose an uncompressed pixel format.',
    ),
} as const;
