/** The picture formats that the gateway takes. */
export type PictureFormat = 'jpeg' | 'png';

/**
 * What a look at a file's structure says. `incomplete`: the same file may become a good picture once more bytes are
 * written (empty, cut off, or preallocated and still zeros). `invalid`: it cannot, whatever is appended.
 * `detail` is a sentence for a person.
 */
export type Inspection =
  | {
      readonly kind: 'complete';
      readonly format: PictureFormat;
      readonly width: number;
      readonly height: number;
    }
  | { readonly kind: 'incomplete'; readonly format: PictureFormat | null; readonly detail: string }
  | { readonly kind: 'invalid'; readonly format: PictureFormat | null; readonly detail: string };
