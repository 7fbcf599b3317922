import type { PictureFormat } from '../model/image.ts';

/** What main and the decode worker say to each other. */
export type DecodeRequest = {
  readonly id: number;
  readonly path: string;
  readonly format: PictureFormat;
  /** Where the preview goes; written under a temporary name first. */
  readonly previewPath: string;
};

export type DecodeReply =
  | { readonly id: number; readonly kind: 'sound' }
  | { readonly id: number; readonly kind: 'damaged'; readonly detail: string }
  /** The picture could not be looked at for a reason that lies with us: memory, a missing file. */
  | { readonly id: number; readonly kind: 'uncheckable'; readonly detail: string };
