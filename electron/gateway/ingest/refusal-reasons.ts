import { isolated } from '../../../shared/isolated.ts';
import type { ConvertedFormat } from '../../../shared/picture.ts';
import { baseName } from '../platform/names.ts';
import { type Reason, unreadable, withoutPicture } from '../store/source-files.ts';
import type { FileFormat } from './picture/inspection.ts';
import { picturesOfSidecar } from './sidecar/finder.ts';

export const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
export const megapixels = (pixels: number): string => `${Math.round(pixels / 1_000_000)} megapixels`;
const sentence = (detail: string): string => (detail === '' ? '' : ` (${detail.replace(/\.$/, '')})`);
const refused = (code: string, text: string, hint: string): Reason => ({ severity: 'refused', code, text, hint });
const notice = (code: string, text: string, hint: string): Reason => ({ severity: 'notice', code, text, hint });

const formatNames: Readonly<Record<ConvertedFormat, string>> = { bmp: 'BMP', tiff: 'TIFF', webp: 'WebP' };

const mostFolders = 4;

/** “a” in labels, images, image, img or 7 other folders */
function wantedPictures(sidecarPath: string): string {
  const stems = picturesOfSidecar(sidecarPath);
  const folders = [...new Set(stems.map((stem) => stem.slice(0, Math.max(0, stem.lastIndexOf('/')))))].map((folder) =>
    folder === '' ? 'the source’s folder' : folder,
  );
  const name = baseName(stems[0] ?? sidecarPath);
  const more = folders.length - mostFolders;
  const listed = more > 0 ? [...folders.slice(0, mostFolders), `${more} other folders`] : folders;
  const last = listed.at(-1) ?? '';
  return `“${name}” in ${listed.length > 1 ? `${listed.slice(0, -1).join(', ')} or ${last}` : last}`;
}

/** Why a file is not taken, in words: what is wrong, and what the person at the line can do. The file stays in place. */
export const refusalReasons = {
  incomplete: (detail: string, bytes: number): Reason =>
    bytes === 0
      ? refused(
          'empty',
          'The file is empty (0 bytes).',
          'Check that the camera program finishes its files and that its disk is not full. It is taken when it gets its content.',
        )
      : refused(
          'truncated',
          `The picture is cut off: its end is missing${sentence(detail)}.`,
          'The program that wrote it stopped too early. Let it write the file again; it is taken as soon as it is complete.',
        ),
  broken: (detail: string): Reason =>
    refused(
      'broken',
      `The picture’s file is damaged${sentence(detail)}.`,
      'Let the camera program write it again, or copy it again from where it came.',
    ),
  notAPicture: (detail: string): Reason =>
    refused(
      'not-a-picture',
      `The content of this file is not a JPEG, PNG, BMP, TIFF or WebP picture, whatever its name says${sentence(detail)}.`,
      'Set the camera program to JPEG or PNG, or exclude such files in the source’s settings.',
    ),
  /** Neither a picture nor meant as one. */
  notForUs: (detail: string): Reason =>
    notice(
      'not-a-picture',
      `This file is no picture, so it is left where it is${sentence(detail)}.`,
      'Nothing needs to be done. Exclude such files in the source’s settings to keep this list short.',
    ),
  /** The site chose that BMP, TIFF and WebP are not taken. */
  notConverted: (format: ConvertedFormat): Reason =>
    refused(
      'not-a-picture',
      `The content of this file is a ${formatNames[format]} picture, and only JPEG and PNG are taken.`,
      'Set the camera program to JPEG or PNG, or set ingest.convert to true: BMP, TIFF and WebP are then stored losslessly as PNG.',
    ),
  notConvertible: (format: ConvertedFormat, detail: string, hint?: string): Reason =>
    refused(
      'not-convertible',
      `The ${formatNames[format]} picture can’t be stored as PNG${sentence(detail)}.`,
      hint ?? 'Set the camera program to JPEG or PNG, or exclude such files in the source’s settings.',
    ),
  undecided: (technical: string): Reason =>
    refused(
      unreadable,
      `The picture could not be looked through just now${sentence(technical)}.`,
      'It is tried again by itself. If that goes on, look how much memory this PC has left.',
    ),
  tooLargeAsPng: (bytes: number, most: number): Reason =>
    refused(
      'too-large',
      `The picture is too large once it is stored as PNG: ${megabytes(bytes)}, at most ${megabytes(most)} are taken.`,
      'Set the camera program to JPEG, or to a smaller picture. The hosted service takes 50 MB; for a server of your own that takes more, raise ingest.maxImageBytes.',
    ),
  tooLarge: (bytes: number, most: number, format: FileFormat): Reason =>
    refused(
      'too-large',
      `The picture is too large: ${megabytes(bytes)}, at most ${megabytes(most)} are taken.`,
      format === 'jpeg' || format === 'png'
        ? 'Save with stronger compression. The hosted service takes 50 MB; for a server of your own that takes more, raise ingest.maxImageBytes.'
        : 'Set the camera program to JPEG or PNG, or raise ingest.maxImageBytes: stored as PNG the picture may well be small enough for the hosted service, which takes 50 MB.',
    ),
  tooLargeForStore: (bytes: number, most: number): Reason =>
    refused(
      'too-large',
      `The picture is too large for the gateway’s share of the disk: ${megabytes(bytes)}, at most ${megabytes(most)} fit.`,
      'Save with stronger compression, or raise store.maxBytes.',
    ),
  tooManyPixels: (width: number, height: number, most: number): Reason =>
    refused(
      'too-many-pixels',
      `The picture has too many pixels: ${width} × ${height} are ${megapixels(width * height)}, at most ${megapixels(most)} are taken.`,
      'Check the camera’s resolution. If such pictures are meant, raise ingest.maxPixels.',
    ),
  locked: (technical: string): Reason =>
    refused(
      unreadable,
      `The file can’t be opened${sentence(technical)}.`,
      'Close the program that holds it, or allow the gateway’s user to read it. It is tried again by itself.',
    ),
  /** It was looked for in all the folders, and lies in none of them. */
  sidecarWithoutPicture: (path: string): Reason =>
    notice(
      withoutPicture,
      `This looks like an annotation file, but there is no picture ${isolated(wantedPictures(path))}.`,
      'Check the names. When the picture comes, both are taken together.',
    ),
  /** The code of one without a picture: it is looked at again, for the picture may still be taken. */
  sidecarBeforePicture: (picture: string): Reason =>
    notice(
      withoutPicture,
      `These annotations belong to ${isolated(picture)}, which has not been taken.`,
      'See in this list why the picture was not taken. When it is, both are taken together.',
    ),
  sidecarOfUnknownForm: (): Reason =>
    notice(
      'sidecar-unusable',
      'This file is in no form of annotations that is known here, and no picture has its name.',
      'If it holds annotations, export them as COCO, Pascal VOC, YOLO or LabelMe. If not, leave it, or exclude it in the source’s settings.',
    ),
  sidecarLate: (): Reason =>
    notice(
      'sidecar-late',
      'These annotations came after their picture was delivered, so they were not sent.',
      'Write the annotations before or soon after the picture, or raise the source’s sidecar.waitMilliseconds.',
    ),
  sidecarOfOtherKind: (): Reason =>
    notice(
      'sidecar-unusable',
      'This is named like the annotations of a picture, but holds none that are known here.',
      'The picture itself is safe. Exclude such files in the source’s settings if they are no annotations.',
    ),
  sidecarSuperseded: (chosen: string): Reason =>
    notice(
      'sidecar-unusable',
      `The annotations of this picture were taken from ${isolated(chosen)}.`,
      'The picture itself is safe. Keep one annotation file a picture.',
    ),
  sidecarUnusable: (problem: string): Reason =>
    notice(
      'sidecar-unusable',
      problem,
      'The picture itself is safe. Correct the file; it is read again when it changes.',
    ),
} as const;
