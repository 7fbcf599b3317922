import { type Message, message } from '../../../shared/messages/message.ts';
import type { ConvertedFormat } from '../../../shared/picture.ts';
import type { Reason } from '../model/file-sink.ts';
import { baseName } from '../platform/names.ts';
import type { FileFormat } from './picture/inspection.ts';
import { picturesOfSidecar } from './sidecar/finder.ts';

export const megapixels = (pixels: number): number => Math.round(pixels / 1_000_000);
const refused = (said: Message): Reason => ({ severity: 'refused', message: said });
const notice = (said: Message): Reason => ({ severity: 'notice', message: said });

/** What a person calls them. */
const formatNames: Readonly<Record<ConvertedFormat, string>> = { bmp: 'BMP', tiff: 'TIFF', webp: 'WebP' };

const mostFolders = 4;

/** Where a picture was looked for, the first few by their names. */
function withoutPicture(sidecarPath: string): Message {
  const stems = picturesOfSidecar(sidecarPath);
  const folders = new Set(stems.map((stem) => stem.slice(0, Math.max(0, stem.lastIndexOf('/')))));
  const isHere = folders.delete('');
  const named = [...folders].slice(0, isHere ? mostFolders - 1 : mostFolders);
  return message('sidecar-without-picture', {
    context: !isHere ? 'elsewhere' : named.length === 0 ? 'only-here' : 'here',
    picture: baseName(stems[0] ?? sidecarPath),
    folders: named.join(', '),
    count: folders.size - named.length,
  });
}

/** Why a file is not taken, and what the person at the line can do. The file stays in place. */
export const refusalReasons = {
  incomplete: (detail: Message, bytes: number): Reason =>
    refused(bytes === 0 ? message('empty') : message('truncated', { detail })),
  broken: (detail: Message): Reason => refused(message('broken', { detail })),
  notAPicture: (detail: Message): Reason => refused(message('not-a-picture', { detail })),
  /** Neither a picture nor meant as one. */
  notForUs: (detail: Message): Reason => notice(message('no-picture', { detail })),
  /** The site chose that BMP, TIFF and WebP are not taken. */
  notConverted: (format: ConvertedFormat): Reason => refused(message('not-converted', { format: formatNames[format] })),
  notConvertible: (format: ConvertedFormat, context: 'damaged' | 'unfit', detail: Message): Reason =>
    refused(message('not-convertible', { context, format: formatNames[format], detail })),
  undecided: (technical: string): Reason => refused(message('not-looked-through', { technical })),
  tooLargeAsPng: (bytes: number, most: number): Reason =>
    refused(message('too-large', { context: 'as-png', bytes, most })),
  tooLarge: (bytes: number, most: number, format: FileFormat): Reason => {
    const context = format === 'jpeg' || format === 'png' ? 'jpeg-or-png' : 'converted';
    return refused(message('too-large', { context, bytes, most }));
  },
  tooLargeForStore: (bytes: number, most: number): Reason =>
    refused(message('too-large', { context: 'share', bytes, most })),
  tooManyPixels: (width: number, height: number, most: number): Reason =>
    refused(
      message('too-many-pixels', { width, height, megapixels: megapixels(width * height), most: megapixels(most) }),
    ),
  locked: (technical: string): Reason => refused(message('unreadable', { technical })),
  /** It was looked for in all the folders, and lies in none of them. */
  sidecarWithoutPicture: (path: string): Reason => notice(withoutPicture(path)),
  sidecarBeforePicture: (picture: string): Reason => notice(message('sidecar-before-picture', { picture })),
  sidecarOfUnknownForm: (): Reason => notice(message('sidecar-unusable', { context: 'unknown-form' })),
  sidecarLate: (): Reason => notice(message('sidecar-late')),
  sidecarOfOtherKind: (): Reason => notice(message('sidecar-unusable', { context: 'no-annotations' })),
  sidecarSuperseded: (chosen: string): Reason => notice(message('sidecar-superseded', { chosen })),
  sidecarUnusable: (problem: Message): Reason => notice(message('sidecar-broken', { problem })),
} as const;
