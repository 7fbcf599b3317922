import { type Area, encodeLine } from './encode-lines.ts';
import type { Channel, PixelFormat } from './pixel-formats.ts';

/** What the camera is asked to see. */
export type PictureRequest = {
  /** Number of the frame on the wire, from 1. */
  readonly blockId: number;
  readonly format: PixelFormat;
  readonly area: Area;
  readonly sensorWidth: number;
  readonly sensorHeight: number;
};

/** What stands before the lens: bytes of exactly the size that format and area need, words little-endian. */
export type PictureProvider = (request: PictureRequest) => Buffer;

/** JPEG files that a compressing camera would send, by the number of the frame. */
export type JpegProvider = (blockId: number) => Buffer;

/** A decoded picture: 8-bit samples without gaps, grey (1 channel) or RGB (3). */
export type DecodedPicture = {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
};

/** At most this many encoded pictures are kept, for the camera shows the same few again and again. */
const keptPictures = 32;

/** Shows the pictures in turn, each stretched over the whole sensor. Throws where there are none. */
export function picturesInTurn(pictures: readonly DecodedPicture[]): PictureProvider {
  if (pictures.length === 0) throw new Error('no pictures to show');
  for (const { width, height, channels, data } of pictures) {
    if (data.length !== width * height * channels) throw new Error('a picture has not the bytes that its size needs');
  }
  const kept = new Map<string, Buffer>();
  return ({ blockId, format, area, sensorWidth, sensorHeight }) => {
    const index = (blockId - 1) % pictures.length;
    const key = [index, format.name, ...Object.values(area), sensorWidth, sensorHeight].join();
    const known = kept.get(key);
    if (known !== undefined) return known;
    const picture = pictures[index]!;
    const sampleAt = (x: number, y: number, channel: Channel): number => {
      const column = Math.min(picture.width - 1, Math.floor((x * picture.width) / sensorWidth));
      const line = Math.min(picture.height - 1, Math.floor((y * picture.height) / sensorHeight));
      return sampleOf(picture, column, line, channel) * 257;
    };
    const lines = Array.from({ length: area.height }, (_, line) =>
      encodeLine(format, area, area.offsetY + line, sampleAt),
    );
    const encoded = Buffer.concat(lines);
    if (kept.size >= keptPictures) kept.clear();
    kept.set(key, encoded);
    return encoded;
  };
}

function sampleOf(picture: DecodedPicture, x: number, y: number, channel: Channel): number {
  const at = (y * picture.width + x) * picture.channels;
  const red = picture.data[at]!;
  const green = picture.channels === 1 ? red : picture.data[at + 1]!;
  const blue = picture.channels === 1 ? red : picture.data[at + 2]!;
  switch (channel) {
    case 'R':
      return red;
    case 'G':
      return green;
    case 'B':
      return blue;
    case 'A':
      return 255;
    // Full-range BT.601, the weights that JPEG uses.
    case 'Y':
      return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    case 'U':
      return clampByte(128 - 0.168_736 * red - 0.331_264 * green + 0.5 * blue);
    case 'V':
      return clampByte(128 + 0.5 * red - 0.418_688 * green - 0.081_312 * blue);
  }
}

const clampByte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
