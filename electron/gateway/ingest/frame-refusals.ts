import { type Message, message } from '../../../shared/messages/message.ts';
import type { FrameVerdict } from '../model/frame.ts';
import { megapixels } from './refusal-reasons.ts';

export type FrameRefused = Extract<FrameVerdict, { kind: 'refused' }>;

const refused = (said: Message): FrameRefused => ({ kind: 'refused', message: said });

/** Why a camera's frame can never be stored. The frame is gone; the next one may be as well. */
export const frameRefusals = {
  tooManyPixels: (width: number, height: number, most: number): FrameRefused =>
    refused(
      message('frame-too-many-pixels', {
        width,
        height,
        megapixels: megapixels(width * height),
        most: megapixels(most),
      }),
    ),
  tooLarge: (bytes: number, most: number): FrameRefused =>
    refused(message('frame-too-large', { context: 'limit', bytes, most })),
  tooLargeForStore: (bytes: number, most: number): FrameRefused =>
    refused(message('frame-too-large', { context: 'share', bytes, most })),
  torn: (detail: Message): FrameRefused => refused(message('frame-torn', { detail })),
} as const;
