import type { ConvertedFormat } from '../../../../shared/picture.ts';

/** The picture formats that are stored as they are. */
export type PictureFormat = 'jpeg' | 'png';
/** Those, and the ones that are stored losslessly as PNG. */
export type FileFormat = PictureFormat | ConvertedFormat;

/**
 * What a look at a file's structure says. `incomplete`: the same file may become a good picture once more bytes are
 * written (empty, cut off, or preallocated and still zeros). `invalid`: it cannot, whatever is appended.
 * `detail` is a sentence for a person.
 */
export type InspectionOf<Format extends FileFormat> =
  | {
      readonly kind: 'complete';
      readonly format: Format;
      /** As the picture is stored in the file, in pixels. */
      readonly width: number;
      readonly height: number;
    }
  | { readonly kind: 'incomplete'; readonly format: Format | null; readonly detail: string }
  | { readonly kind: 'invalid'; readonly format: Format | null; readonly detail: string };

export type Inspection = InspectionOf<PictureFormat>;
