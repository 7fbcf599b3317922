import { type Message, message } from '../../../shared/messages/message.ts';
import { type ConvertedFormat, type Orientation, type OriginalFile, swapsSides } from '../../../shared/picture.ts';
import type { Reason } from '../model/file-sink.ts';
import type { PictureFormat } from '../model/image.ts';
import { type Decoder, stoppedDetail, tooLongDetail } from './codec/decoder.ts';
import { sha256Of } from './image-identity.ts';
import { inspectFile } from './picture/inspect-file.ts';
import { type FileFormat, type InspectionOf, pictureFault } from './picture/inspection.ts';
import { jpegFrame } from './picture/jpeg-process.ts';
import { TiffReader } from './picture/tiff-directory.ts';
import { exifBlock } from './picture/tiff-text.ts';
import { writtenLength } from './picture/written-length.ts';
import { refusalReasons } from './refusal-reasons.ts';

const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * How a picture is to be turned to be upright (EXIF and TIFF tag 0x0112, one SHORT from 1 to 8). What is none, or stands
 * there more than once, so that viewers disagree, is 1: the picture is taken as it is stored. Never throws.
 */
export function orientationOf(bytes: Buffer, format: FileFormat): Orientation {
  const block = exifBlock(bytes, format);
  const tiff = block === null ? null : TiffReader.open(block);
  if (tiff === null) return 1;
  const directory = tiff.directory(tiff.firstDirectory);
  if (typeof directory === 'string') return 1;
  const found = directory.fields.get(ORIENTATION) ?? [];
  const [field] = found;
  if (field === undefined || found.length > 1 || field.type !== SHORT || field.count !== 1) return 1;
  const value = tiff.numbers(field, 1)?.[0] ?? 1;
  return value >= 1 && value <= 8 ? (value as Orientation) : 1;
}

/** A file's picture as it is to be stored. */
export type FilePicture = {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  /** Of `bytes`, lower-case hex. */
  readonly sha256: string;
  /** Of the upright picture. */
  readonly width: number;
  readonly height: number;
  /** How the picture in the file is to be turned to be upright. */
  readonly orientation: Orientation;
  /** What the file itself is: the same as `bytes` unless the picture is stored in another format. */
  readonly file: { readonly format: FileFormat; readonly sha256: string };
  /** What the file was, where the picture is stored in another format. */
  readonly original: Omit<OriginalFile, 'filename'> | null;
  readonly notes: readonly Message[];
};

export type PictureReading =
  | { readonly kind: 'picture'; readonly picture: FilePicture }
  /**
   * More of the file may still come; `reason`: what it is when nothing does. `isCostly`: to find that out again takes
   * time.
   */
  | { readonly kind: 'wait'; readonly reason: Reason; readonly isCostly?: true }
  | { readonly kind: 'refused'; readonly reason: Reason }
  /** The gateway is about to stop: nothing can be said of it now. */
  | { readonly kind: 'stopped' };

export type PictureReaderOptions = {
  readonly decoder: Pick<Decoder, 'ask'>;
  readonly maxImageBytes: number;
  readonly maxPixels: number;
  /** BMP, TIFF and WebP are stored as PNG. */
  readonly convert: boolean;
};

/** Of a file that is reserved and not written yet, so much at its end is zeros. */
const unwrittenShare = 1 / 16;
const leastUnwritten = 4_096;

/**
 * From the bytes of a file that has become quiet to a picture that can be stored. Its structure decides at once; where
 * that is not in order and nothing more came for a while, the decoder does, as it does in every viewer.
 */
export class PictureReader {
  readonly #options: PictureReaderOptions;

  constructor(options: PictureReaderOptions) {
    this.#options = options;
  }

  /** `isFinal`: the source's patience is over, nothing more of the file will come. `sha256`: of the file, where it is known. */
  async read(bytes: Buffer, isFinal: boolean, sha256?: string): Promise<PictureReading> {
    const inspection = inspectFile(bytes);
    const { format } = inspection;
    if (format !== null && format !== 'jpeg' && format !== 'png') {
      if (!this.#options.convert) return { kind: 'refused', reason: refusalReasons.notConverted(format) };
      return inspection.kind === 'complete'
        ? this.#convert(bytes, format, inspection, isFinal)
        : { kind: 'wait', reason: waitingReason(inspection, bytes) };
    }
    if (inspection.kind === 'complete') {
      return this.#asItIs(bytes, format === 'png' ? 'png' : 'jpeg', inspection, [], sha256);
    }
    if (format === null && inspection.kind === 'invalid') {
      return { kind: 'refused', reason: refusalReasons.notAPicture(inspection.detail) };
    }
    const reason = waitingReason(inspection, bytes);
    return isFinal && format !== null
      ? this.#judge(bytes, format, inspection.detail, reason)
      : { kind: 'wait', reason };
  }

  async #asItIs(
    bytes: Buffer,
    format: PictureFormat,
    stored: Size,
    notes: readonly Message[],
    known?: string,
  ): Promise<PictureReading> {
    const tooMany = this.#tooManyPixels(stored);
    if (tooMany !== null) return tooMany;
    const orientation = orientationOf(bytes, format);
    const sha256 = known ?? (await sha256Of(bytes));
    const file = { format, sha256 };
    const picture = {
      bytes,
      format,
      sha256,
      ...upright(stored, orientation),
      orientation,
      file,
      original: null,
      notes,
    };
    return { kind: 'picture', picture };
  }

  /** Its structure is not in order: what does a decoder make of it? */
  async #judge(bytes: Buffer, format: PictureFormat, detail: Message, reason: Reason): Promise<PictureReading> {
    const said = format === 'jpeg' ? jpegFrame(bytes) : pngSize(bytes);
    const tooMany = said === null ? null : this.#tooManyPixels(said);
    if (tooMany !== null) return tooMany;
    const reply = await this.#options.decoder.ask({ kind: 'judge', bytes: new Uint8Array(bytes), format });
    if (reply.kind === 'whole') return this.#asItIs(bytes, format, reply, [message('picture-tolerated', { detail })]);
    return reply.kind === 'uncheckable' ? undecided(reply.detail, reason) : { kind: 'refused', reason };
  }

  async #convert(bytes: Buffer, format: ConvertedFormat, stored: Size, isFinal: boolean): Promise<PictureReading> {
    const tooMany = this.#tooManyPixels(stored);
    if (tooMany !== null) return tooMany;
    const zeros = bytes.length - writtenLength(bytes);
    if (!isFinal && zeros >= leastUnwritten && zeros >= bytes.length * unwrittenShare) {
      return {
        kind: 'wait',
        reason: refusalReasons.incomplete(pictureFault(`its last ${zeros} bytes are zeros`), bytes.length),
      };
    }
    const orientation = orientationOf(bytes, format);
    const { decoder, maxImageBytes } = this.#options;
    const reply = await decoder.ask({ kind: 'convert', bytes: new Uint8Array(bytes), format, orientation });
    switch (reply.kind) {
      case 'uncheckable':
        return undecided(reply.detail, refusalReasons.notConvertible(format, 'damaged', pictureFault(reply.detail)));
      case 'unsupported':
        return { kind: 'refused', reason: refusalReasons.notConvertible(format, 'unfit', reply.detail) };
      case 'damaged':
        return isFinal
          ? { kind: 'refused', reason: refusalReasons.broken(pictureFault(reply.detail)) }
          : { kind: 'wait', reason: refusalReasons.broken(pictureFault(reply.detail)), isCostly: true };
      case 'converted':
        break;
    }
    const { png, width, height, notes } = reply;
    if (png.length > maxImageBytes) {
      return { kind: 'refused', reason: refusalReasons.tooLargeAsPng(png.length, maxImageBytes) };
    }
    const file = { format, sha256: await sha256Of(bytes) };
    const original = { ...file, bytes: bytes.length };
    const sha256 = await sha256Of(png);
    const made = { bytes: png, format: 'png', sha256, width, height, orientation, file, original, notes } as const;
    return { kind: 'picture', picture: made };
  }

  #tooManyPixels({ width, height }: Size): PictureReading | null {
    const { maxPixels } = this.#options;
    return width * height > maxPixels
      ? { kind: 'refused', reason: refusalReasons.tooManyPixels(width, height, maxPixels) }
      : null;
  }
}

type Size = { readonly width: number; readonly height: number };

const upright = ({ width, height }: Size, orientation: Orientation): Size =>
  swapsSides(orientation) ? { width: height, height: width } : { width, height };

/**
 * The decoder had trouble of its own, which may pass: the file is tried again. One that took all its time is not, for it
 * would take it from the others again and again; `reason` is then why it is listed.
 */
function undecided(detail: string, reason: Reason): PictureReading {
  if (detail === stoppedDetail) return { kind: 'stopped' };
  return { kind: 'refused', reason: detail === tooLongDetail ? reason : refusalReasons.undecided(detail) };
}

/** IHDR is the first chunk. */
const pngSize = (bytes: Buffer): Size | null =>
  bytes.length < 24 ? null : { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };

function waitingReason(inspection: Exclude<InspectionOf<FileFormat>, { kind: 'complete' }>, bytes: Buffer): Reason {
  if (inspection.kind === 'incomplete') return refusalReasons.incomplete(inspection.detail, bytes.length);
  const { format, detail } = inspection;
  // A picture's beginning with broken parts may still be a copy that is not written front to back.
  return format === null || format === 'jpeg' || format === 'png'
    ? refusalReasons.broken(detail)
    : refusalReasons.notConvertible(format, 'damaged', detail);
}
