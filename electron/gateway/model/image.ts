import type { Annotation, ModelInfo, SidecarFormat } from '../../../shared/annotation.ts';
import type { ImageDetail } from '../../../shared/contract.ts';
import type { Message } from '../../../shared/messages/message.ts';
import type { Orientation, OriginalFile } from '../../../shared/picture.ts';
import type { FileVersion } from './file-version.ts';

export type PictureFormat = 'jpeg' | 'png';
export const extensionOf = (format: PictureFormat): string => (format === 'jpeg' ? 'jpg' : 'png');
export const contentTypeOf = (format: PictureFormat): string => (format === 'jpeg' ? 'image/jpeg' : 'image/png');

/** What the sidecar of a picture said. */
export type SidecarContent = {
  readonly annotations: readonly Annotation[];
  readonly model: ModelInfo;
  /** Where it came from; null when there was none or it could not be read. */
  readonly sidecar: { readonly format: SidecarFormat; readonly path: string } | null;
  /** The sidecar's file, relative to the source's folder, even where nothing of it could be used. */
  readonly sidecarPath: string | null;
  /** Why it, or a part of it, could not be used. */
  readonly problems: readonly Message[];
};

export const noSidecar: SidecarContent = { annotations: [], model: {}, sidecar: null, sidecarPath: null, problems: [] };

/** Where an image came from. */
export type ImageOrigin =
  | {
      readonly kind: 'file';
      readonly file: FileVersion;
      /** The original is left in its folder: nothing remains to be done about it once the image is committed. */
      readonly originalStays: boolean;
    }
  /** `facts`: those of `CameraFrame`. */
  | { readonly kind: 'camera'; readonly facts: NonNullable<ImageDetail['frame']> };

/** An image on its way into the store: its payload lies on the disk already. */
export type NewImage = {
  /** Client image id, which is the idempotency key too. */
  readonly imageId: string;
  readonly sourceId: string;
  readonly origin: ImageOrigin;
  readonly filename: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly format: PictureFormat;
  /** Of the upright picture. */
  readonly width: number;
  readonly height: number;
  /** How the file that came is to be turned to be upright; left out for a camera's frame. */
  readonly orientation?: Orientation;
  /** The file that came, where it is stored in another format (and upright). */
  readonly original?: OriginalFile;
  /** What is worth knowing of the picture. */
  readonly notes?: readonly Message[];
  readonly capturedAt: number;
  readonly captureOffsetMinutes: number | null;
  readonly capturedFrom: ImageDetail['capturedFrom'];
  readonly content: SidecarContent;
  /** The sidecar's own file, whole and of this picture alone: dealt with together with it. */
  readonly sidecarFile?: FileVersion | undefined;
  /** It is stored at once and sent only after so long: its sidecar may still come. Left out: it may go now. */
  readonly holdMilliseconds?: number | undefined;
};
