/**
 * The two IPC channels and the custom schemes. Apart from the contract so that the sandboxed preload script can
 * import it without pulling in the schema library.
 */
export const INVOKE_CHANNEL = 'gateway:invoke';
export const SNAPSHOT_CHANNEL = 'gateway:snapshot';

/** The window's own origin: a standard, secure custom scheme instead of `file:`. */
export const APP_SCHEME = 'acusight-gateway';
export const APP_ORIGIN = `${APP_SCHEME}://app`;

/** Pictures by image id: `acusight-image://preview/<imageId>` and `acusight-image://original/<imageId>`. */
export const IMAGE_SCHEME = 'acusight-image';
export type ImageRendition = 'preview' | 'original';
export const imageUrl = (rendition: ImageRendition, imageId: string): string =>
  `${IMAGE_SCHEME}://${rendition}/${encodeURIComponent(imageId)}`;

/** Of a preview's address: it is what a person looks at, and is made before those in lists. */
export const LOOKED = '?looked';
export const lookedPreviewUrl = (imageId: string): string => `${imageUrl('preview', imageId)}${LOOKED}`;
