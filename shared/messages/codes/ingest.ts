import { code } from '../param-kinds.ts';

/** What becomes of a picture on its way into the store, and what is said of it. */

const technical = { technical: 'quote' } as const;
const detail = { detail: 'message' } as const;
const why = { why: 'message' } as const;
const size = { width: 'count', height: 'count' } as const;
/** In megapixels; at most so many are taken. */
const pixels = { ...size, megapixels: 'number', most: 'number' } as const;
const bytes = { bytes: 'bytes', most: 'bytes' } as const;

/** What a file holds that is no picture, by its first bytes. */
export const fileContents = [
  'nothing',
  'zeros',
  'no-beginning',
  'unknown',
  'gif',
  'tiff',
  'jpeg-2000',
  'jpeg-xl',
  'photoshop',
  'icon',
  'pdf',
  'zip',
  'rar',
  'seven-zip',
  'gzip',
  'matroska',
  'office',
  'sqlite',
  'windows-program',
  'linux-program',
  'riff',
  'webp',
  'avi',
  'wav',
  'avif',
  'heic',
  'mp4',
  'dicom',
  'text',
  'bmp',
  'html',
  'svg',
  'xml',
  'json',
] as const;

export const ingestCodes = {
  /** Why a file is not taken. It stays in its folder. */
  empty: code('act', 'line'),
  truncated: code('act', 'line', detail),
  broken: code('act', 'line', detail),
  /** Its name or its beginning says that it is one. */
  'not-a-picture': code('act', 'line', detail),
  'no-picture': code('good', 'nobody', detail),
  'not-converted': code('act', 'site', { format: 'name' }),
  /** `unfit`: no PNG can hold it; its detail says what to do. */
  'not-convertible': code('act', 'line', { context: ['damaged', 'unfit'], format: 'name', ...detail }),
  'not-looked-through': code('waiting', 'site', technical),
  /** `share`: larger than the gateway's share of the disk. */
  'too-large': code('act', 'line', { context: ['jpeg-or-png', 'converted', 'as-png', 'share'], ...bytes }),
  'too-many-pixels': code('act', 'line', pixels),
  unreadable: code('act', 'line', technical),
  /** `here`: the folder of its source is one of those where its picture may lie. `count`: folders that are not named. */
  'sidecar-without-picture': code('waiting', 'line', {
    context: ['only-here', 'here', 'elsewhere'],
    picture: 'name',
    folders: 'name',
    count: 'count',
  }),
  'sidecar-before-picture': code('waiting', 'line', { picture: 'name' }),
  'sidecar-unusable': code('waiting', 'line', { context: ['unknown-form', 'no-annotations'] }),
  'sidecar-superseded': code('act', 'line', { chosen: 'name' }),
  'sidecar-broken': code('act', 'line', { problem: 'message' }),
  'sidecar-late': code('act', 'site'),

  /** What its structure shows: in the words of whoever reads such files. */
  'picture-fault': code('act', 'line', technical),
  'file-holds': code('act', 'line', { context: fileContents }),
  'png-too-large': code('act', 'line', { bytes: 'bytes' }),
  'png-samples': code('act', 'line', { context: ['float', 'complex', 'signed', 'long'] }),
  'png-channels': code('act', 'line', { channels: 'count' }),
  'png-colours': code('act', 'line', { context: ['mask', 'cmyk', 'lab', 'log-luv', 'sensor'] }),

  /** What is worth knowing of a stored picture. */
  'first-picture-taken': code('good', 'nobody', { context: ['tiff', 'webp'], pictures: 'count' }),
  'picture-tolerated': code('good', 'nobody', detail),
  'file-time-senseless': code('good', 'nobody', { context: ['none', 'date'], date: 'name' }),

  /** What of an annotation file can't be used. `problem`: a part of a sentence. */
  'sidecar-problem': code('act', 'line', { file: 'name', problem: 'sentence' }),
  /** `count`: problems that are not told. `unread`: the rest of the file was given up. */
  'sidecar-more-problems': code('act', 'line', { context: ['read', 'unread'], file: 'name', count: 'count' }),
  'sidecar-without-annotations': code('act', 'line', { file: 'name' }),
  'sidecar-of-two-pictures': code('act', 'line', { file: 'name' }),
  'stored-annotations-damaged': code('act', 'site'),

  /** Why nothing more is taken. */
  'files-wait': code('act', 'site', why),
  'camera-rests': code('act', 'site', why),
  'share-undelivered': code('act', 'site'),
  'share-undroppable': code('act', 'site'),
  'disk-nearly-full': code('act', 'site'),
  'room-unknown': code('act', 'site', technical),
  'store-failed': code('alarm', 'site', { context: ['full', 'failing', 'held'], ...technical }),

  /** How much room there is. */
  'room-enough': code('good', 'nobody'),
  'room-low': code('act', 'site'),
  'room-full': code('alarm', 'site', { context: ['disk', 'quota', 'files'] }),
  'room-dropping': code('alarm', 'site'),

  /** Why a camera's frame is lost. */
  'frame-lost': code('alarm', 'site', why),
  'frame-not-encoded': code('alarm', 'site', technical),
  'frame-failed': code('alarm', 'support', technical),
  'frame-too-many-pixels': code('act', 'line', pixels),
  'frame-too-large': code('act', 'line', { context: ['limit', 'share'], ...bytes }),
  'frame-torn': code('act', 'line', detail),
  'frame-size-impossible': code('act', 'line', size),
  'frame-padding-impossible': code('act', 'line', { padding: 'count' }),
  'frame-width-unfit': code('act', 'line', { width: 'count', shared: 'count' }),
  'frame-incomplete': code('act', 'line', { format: 'name', ...size, wanted: 'bytes', missing: 'bytes' }),
  'frame-without-colours': code('act', 'line', size),
  'frame-too-long-for-jpeg': code('act', 'line', { ...size, most: 'count' }),
  'frame-not-decoded': code('act', 'line', technical),
  'pixel-format-unknown': code('act', 'line', { format: 'name' }),
} as const;
