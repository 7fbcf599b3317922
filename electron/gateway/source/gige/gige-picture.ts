import type { FeatureValue } from '../../../../shared/camera.ts';
import type { EncodedPicture, RawPicture } from '../../model/frame.ts';
import { type Leader, payloadType } from './gvsp/gvsp-leader.ts';
import { u32 } from './gvsp/gvsp-packet.ts';
import type { ArrivedFrame } from './gvsp/stream.ts';

/**
 * The chunks of a frame: data first, then 4 bytes id and 4 bytes length, the next one behind. They are found from the
 * end. What an id means is told by the camera's description (GenICam).
 */
const tailBytes = 8;
/** Real cameras send a dozen; an empty chunk is 8 bytes long, and a hostile frame would hold a million. */
const mostChunks = 256;

/**
 * `bytes`: the whole frame, picture included; it is read, not copied. The last chunk of an id counts. `imageBytes`: of
 * the picture where it is not a chunk itself; what lies before that is never read as a chunk.
 */
export function readChunks(bytes: Uint8Array, imageBytes = 0): ReadonlyMap<number, Uint8Array> {
  const chunks = new Map<number, Uint8Array>();
  let end = bytes.length;
  for (let count = 0; count < mostChunks && end - tailBytes >= imageBytes; count += 1) {
    const id = u32(bytes, end - tailBytes);
    const length = u32(bytes, end - tailBytes + 4);
    const start = end - tailBytes - length;
    // Nothing of what lies before can be trusted once a length points out of the frame.
    if (start < 0) break;
    if (!chunks.has(id)) chunks.set(id, bytes.subarray(start, start + length));
    end = start;
  }
  return chunks;
}

/** What the camera is set to, for payloads whose leader does not say it. */
export type ImageSettings = {
  readonly width: number;
  readonly height: number;
  /** PFNC code. */
  readonly pixelFormat: number;
  /** Pixels of more than 8 bits are most significant byte first. */
  readonly bigEndian: boolean;
};

export type PictureParts = {
  readonly picture: RawPicture | EncodedPicture;
  /** By their ids; empty where there are none. */
  readonly chunks: ReadonlyMap<number, Uint8Array>;
};

/** A view of the frame's data as a picture; null where it holds none that could be stored. */
export function pictureOf({ leader, data, bytes }: ArrivedFrame, settings: ImageSettings): PictureParts | null {
  const all = new Uint8Array(data, 0, Math.min(bytes, data.byteLength));
  if (leader.payloadType === payloadType.jpeg || (leader.pixelFormat === 0 && isJpeg(all)))
    return jpegPicture(all, leader, settings);
  if (leader.payloadType === payloadType.chunk) return chunkPicture(all, settings);
  if (leader.width === 0 || leader.height === 0 || leader.pixelFormat === 0) return null;
  const chunks = leader.chunks ? readChunks(all, leader.leastBytes) : new Map<number, Uint8Array>();
  // What a leader does not tell where chunks follow: the picture ends where the first of them begins. In some cameras
  // the picture is a chunk as well.
  const starts = [...chunks.values()].map(({ byteOffset }) => byteOffset).filter((at) => at >= leader.leastBytes);
  const end = Math.min(all.length, leader.mostBytes ?? all.length, ...starts);
  const { width, height, pixelFormat, paddingX: linePadding } = leader;
  const { bigEndian } = settings;
  const picture: RawPicture = {
    kind: 'raw',
    pixelFormat,
    width,
    height,
    linePadding,
    bigEndian,
    data: all.subarray(0, end),
  };
  return { picture, chunks };
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

function jpegPicture(all: Uint8Array, leader: Leader, { width, height }: ImageSettings): PictureParts | null {
  if (!isJpeg(all)) return null;
  const chunks = leader.chunks ? readChunks(all) : new Map<number, Uint8Array>();
  // Cameras round the size up, and chunks follow: the picture ends with its end marker.
  const end = lastEndMarker(all);
  const data = end === null ? all : all.subarray(0, end);
  return { picture: { kind: 'encoded', format: 'jpeg', width, height, data }, chunks };
}

function lastEndMarker(bytes: Uint8Array): number | null {
  for (let at = bytes.length - 2; at >= 2; at -= 1) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return at + 2;
  return null;
}

/** The picture is a chunk among others: the longest. What it looks like, only the settings tell. */
function chunkPicture(all: Uint8Array, { width, height, pixelFormat, bigEndian }: ImageSettings): PictureParts | null {
  const chunks = readChunks(all);
  let data: Uint8Array = new Uint8Array(0);
  for (const chunk of chunks.values()) if (chunk.length > data.length) data = chunk;
  const bits = (pixelFormat >>> 16) & 0xff;
  if (width === 0 || height === 0 || data.length * 8 < width * height * bits || bits === 0) return null;
  return { picture: { kind: 'raw', pixelFormat, width, height, linePadding: 0, bigEndian, data }, chunks };
}

/** A feature's value as a number that makes sense; null for any other. */
export function positive(value: FeatureValue | null): number | null {
  const number = typeof value === 'boolean' || value === null ? Number.NaN : Number(value);
  return Number.isFinite(number) && number > 0 ? number : null;
}
