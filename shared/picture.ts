import { z } from 'zod';

/**
 * How a stored picture is to be turned so that it is upright, as EXIF and TIFF number it: 1 as it is; 2 mirrored;
 * 3 by half a turn; 4 upside down mirrored; 5 along its diagonal; 6 a quarter turn clockwise; 7 along its other
 * diagonal; 8 a quarter turn anticlockwise. From 5 on, width and height change places.
 */
export const orientationSchema = z.union([
  z.literal(1),
  z.literal(2),
  z.literal(3),
  z.literal(4),
  z.literal(5),
  z.literal(6),
  z.literal(7),
  z.literal(8),
]);
export type Orientation = z.infer<typeof orientationSchema>;

export const swapsSides = (orientation: Orientation): boolean => orientation >= 5;

/** Formats that are stored losslessly as PNG. */
export const convertedFormats = ['bmp', 'tiff', 'webp'] as const;
export type ConvertedFormat = (typeof convertedFormats)[number];

/** The file that came, where the picture was stored in another format. */
export const originalFileSchema = z.object({
  /** Without its folder; the picture is sent under the same name with the extension of what it is. */
  filename: z.string(),
  format: z.enum(convertedFormats),
  bytes: z.int().min(0),
  /** Lower-case hex. */
  sha256: z.string(),
});
export type OriginalFile = Readonly<z.infer<typeof originalFileSchema>>;
