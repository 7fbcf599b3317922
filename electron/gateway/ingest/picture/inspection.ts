import { type Message, message } from '../../../../shared/messages/message.ts';
import type { ConvertedFormat } from '../../../../shared/picture.ts';

/** The picture formats that are stored as they are. */
export type PictureFormat = 'jpeg' | 'png';
/** Those, and the ones that are stored losslessly as PNG. */
export type FileFormat = PictureFormat | ConvertedFormat;

/**
 * What a look at a file's structure says. `incomplete`: the same file may become a good picture once more bytes are
 * written (empty, cut off, or preallocated and still zeros). `invalid`: it cannot, whatever is appended.
 * `detail`: a part of a sentence.
 */
export type InspectionOf<Format extends FileFormat> =
  | {
      readonly kind: 'complete';
      readonly format: Format;
      /** As the picture is stored in the file, in pixels. */
      readonly width: number;
      readonly height: number;
    }
  | { readonly kind: 'incomplete'; readonly format: Format | null; readonly detail: Message }
  | { readonly kind: 'invalid'; readonly format: Format | null; readonly detail: Message };

export type Inspection = InspectionOf<PictureFormat>;

/** A fault that whoever reads such files has words for: what a look at its structure shows, or a decoder says. */
export const pictureFault = (technical: string): Message => message('picture-fault', { technical });
