import { message } from '../../../../shared/messages/message.ts';
import { contentKindOf, type FileContent } from './content-kind.ts';
import { inspectJpeg } from './inspect-jpeg.ts';
import { inspectPng } from './inspect-png.ts';
import type { Inspection, PictureFormat } from './inspection.ts';
import { isHole, writtenLength } from './written-length.ts';

export type { Inspection, PictureFormat } from './inspection.ts';

const JPEG_SIGNATURE = Buffer.from([0xff, 0xd8, 0xff]);
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const SIGNATURES = [JPEG_SIGNATURE, PNG_SIGNATURE];
/** No known content begins with so many zeros: the beginning is not written yet. */
const UNWRITTEN_HEAD = 16;

const view = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const startsWith = (bytes: Buffer, start: Buffer): boolean => bytes.subarray(0, start.length).equals(start);

/** The format by the first bytes (eight are enough), never by a file's name. */
export function sniffPicture(head: Uint8Array): PictureFormat | null {
  const bytes = view(head);
  if (startsWith(bytes, JPEG_SIGNATURE)) return 'jpeg';
  return startsWith(bytes, PNG_SIGNATURE) ? 'png' : null;
}

/**
 * Walks a picture's structure to its end marker without decoding it: quick enough for every file and every look at
 * a file that is still being copied. Linear in the length, never throws. What only a decoder can see (damaged
 * entropy data, wrong pixels) is not seen here. Limits on dimensions are the caller's.
 */
export function inspectPicture(input: Uint8Array): Inspection {
  const bytes = view(input);
  if (bytes.length === 0) return otherwise('incomplete', 'nothing');
  const format = sniffPicture(bytes);
  if (format === 'jpeg') return inspectJpeg(bytes);
  if (format === 'png') return inspectPng(bytes);

  const written = writtenLength(bytes);
  if (written === 0) return otherwise('incomplete', 'zeros');
  const isStart = SIGNATURES.some((signature) => startsWith(signature, bytes.subarray(0, written)));
  if (isStart || isHole(bytes, 0, UNWRITTEN_HEAD)) return otherwise('incomplete', 'no-beginning');
  return otherwise('invalid', contentKindOf(bytes) ?? 'unknown');
}

const otherwise = (kind: 'incomplete' | 'invalid', context: FileContent): Inspection => ({
  kind,
  format: null,
  detail: message('file-holds', { context }),
});
