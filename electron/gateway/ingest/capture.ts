import { type Message, message } from '../../../shared/messages/message.ts';
import type { NewImage } from '../model/image.ts';
import { isSensibleTime, readCaptureTime } from './picture/capture-time.ts';
import type { FileFormat } from './picture/inspection.ts';

export type Capture = Pick<NewImage, 'capturedAt' | 'captureOffsetMinutes' | 'capturedFrom'> & {
  /** Null: nothing needs to be said. */
  readonly note: Message | null;
};

/** When a file's picture was taken: by its EXIF data, else by the file's own time, else, where that makes no sense, now. */
export function captureOf(bytes: Uint8Array, format: FileFormat, modifiedMs: number, now: number): Capture {
  const taken = readCaptureTime(bytes, format, { nowMs: now });
  if (taken !== null) {
    return { capturedAt: taken.atMs, captureOffsetMinutes: taken.offsetMinutes, capturedFrom: 'exif', note: null };
  }
  if (isSensibleTime(modifiedMs, now)) {
    return { capturedAt: modifiedMs, captureOffsetMinutes: null, capturedFrom: 'file', note: null };
  }
  return { capturedAt: now, captureOffsetMinutes: null, capturedFrom: 'received', note: senseless(modifiedMs) };
}

function senseless(milliseconds: number): Message {
  const date = new Date(milliseconds);
  const isNone = Number.isNaN(date.getTime());
  return message('file-time-senseless', {
    context: isNone ? 'none' : 'date',
    date: isNone ? '' : date.toISOString().slice(0, 10),
  });
}
