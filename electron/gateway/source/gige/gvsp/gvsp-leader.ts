import { u16, u32 } from './gvsp-packet.ts';

/**
 * What a camera says of a frame before its data. Facts from Aravis and from Wireshark's dissector; sizes that a leader
 * names are claims, which the assembler compares with what came.
 */
export const payloadType = {
  image: 1,
  raw: 2,
  file: 3,
  chunk: 4,
  extendedChunk: 5,
  jpeg: 6,
  jpeg2000: 7,
  multipart: 10,
} as const;

export const chunkBit = 0x4000;
const imageLeaderBytes = 36;
const partBytes = 48;
/** Of a part: a plane picture of one plane. The others are 3D, planes, confidence maps and chunks. */
const planeImagePart = 1;
const jpegPart = 0x0b;

export type Leader = {
  /** Without the bit for chunks; one of `payloadType`. */
  readonly payloadType: number;
  /** Chunks lie behind the picture (or are all there is, in the payload types of chunks). */
  readonly chunks: boolean;
  /** The camera's clock, ticks. */
  readonly timestamp: bigint;
  /** PFNC code; 0 where the payload type has none. */
  readonly pixelFormat: number;
  readonly width: number;
  readonly height: number;
  readonly offsetX: number;
  readonly offsetY: number;
  /** Bytes behind each line, and behind the picture. */
  readonly paddingX: number;
  readonly paddingY: number;
  /**
   * Bytes of the picture. They differ where pixels are packed and lines may be rounded up to whole bytes, and by the
   * padding behind the last line, which not every camera sends. 0 and null where the leader does not tell.
   */
  readonly leastBytes: number;
  readonly mostBytes: number | null;
  /** Of a frame in parts: which one is the picture, else null. */
  readonly part: number | null;
};

export type LeaderReading =
  | {
      readonly kind: 'leader';
      readonly leader: Leader /** Length of the leader, in packets that hold all. */;
      readonly end: number;
    }
  | { readonly kind: 'bad' }
  /** H.264, zones, GenDC, a frame of parts without a picture: nothing that this gateway could store. */
  | { readonly kind: 'unsupported' };

const bad: LeaderReading = { kind: 'bad' };
const unsupported: LeaderReading = { kind: 'unsupported' };

const noImage = {
  pixelFormat: 0,
  width: 0,
  height: 0,
  offsetX: 0,
  offsetY: 0,
  paddingX: 0,
  paddingY: 0,
  leastBytes: 0,
  mostBytes: null,
  part: null,
} as const;

/** `start`, `end`: of the body of the packet; `parts`: what its header says. Never throws. */
export function readLeader(bytes: Uint8Array, start: number, end: number, parts: number): LeaderReading {
  const length = end - start;
  if (length < 12) return bad;
  const type = u16(bytes, start + 2);
  const common = {
    payloadType: type & ~chunkBit,
    chunks: (type & chunkBit) !== 0,
    timestamp: (BigInt(u32(bytes, start + 4)) << 32n) | BigInt(u32(bytes, start + 8)),
  };
  switch (common.payloadType) {
    case payloadType.image:
    case payloadType.extendedChunk: {
      if (length < imageLeaderBytes) return bad;
      const image = readImage(bytes, start + 12, start + 16);
      if (image === null) return bad;
      const chunks = common.chunks || common.payloadType === payloadType.extendedChunk;
      // A line scan camera may not know yet how many lines there will be.
      const isOpen = chunks || image.height === 0;
      return found({ ...common, ...image, chunks, mostBytes: isOpen ? null : image.mostBytes }, imageLeaderBytes);
    }
    case payloadType.raw:
    case payloadType.file: {
      if (length < 20) return bad;
      const size = u32(bytes, start + 12) * 0x1_0000_0000 + u32(bytes, start + 16);
      if (size === 0) return bad;
      const reading = { ...common, ...noImage, leastBytes: size, mostBytes: common.chunks ? null : size };
      // A file's leader ends with its name, whose length only its end tells: of no use in a packet that holds all.
      return found(reading, common.payloadType === payloadType.file ? length : 20);
    }
    case payloadType.chunk:
      return found({ ...common, ...noImage, chunks: true }, 12);
    case payloadType.jpeg:
    case payloadType.jpeg2000:
      // The size that it names is at times the largest possible one; the end of a JPEG is marked in itself.
      return length < 32 ? bad : found({ ...common, ...noImage }, 32);
    case payloadType.multipart:
      return readParts(common, bytes, start, Math.floor((length - 12) / partBytes), parts);
    default:
      return unsupported;
  }
}

type Common = Pick<Leader, 'payloadType' | 'chunks' | 'timestamp'>;

const found = (leader: Leader, end: number): LeaderReading => ({ kind: 'leader', leader, end });

/** The first picture among the parts. */
function readParts(common: Common, bytes: Uint8Array, start: number, room: number, said: number): LeaderReading {
  const count = said === 0 ? room : Math.min(said, room);
  for (let part = 0; part < count; part += 1) {
    const at = start + 12 + part * partBytes;
    const type = u16(bytes, at);
    if (type !== planeImagePart && type !== jpegPart) continue;
    const size = u16(bytes, at + 2) * 0x1_0000_0000 + u32(bytes, at + 4);
    if (size === 0) return bad;
    // The length of a part is exact: that is how the parts are told apart.
    const exact = { leastBytes: size, mostBytes: size, part };
    if (type === jpegPart) return found({ ...common, ...noImage, ...exact }, 0);
    const image = readImage(bytes, at + 8, at + 24);
    const isPicture = image !== null && image.height > 0 && image.leastBytes <= size;
    return isPicture ? found({ ...common, ...image, ...exact }, 0) : bad;
  }
  return unsupported;
}

/** `format`: where the pixel format lies; `area`: where width, height, their offsets and paddings lie. */
function readImage(bytes: Uint8Array, format: number, area: number): Omit<Leader, keyof Common> | null {
  const pixelFormat = u32(bytes, format);
  const bitsPerPixel = (pixelFormat >>> 16) & 0xff;
  const width = u32(bytes, area);
  const height = u32(bytes, area + 4);
  const paddingX = u16(bytes, area + 16);
  const paddingY = u16(bytes, area + 18);
  if (bitsPerPixel === 0 || width === 0) return null;
  return {
    pixelFormat,
    width,
    height,
    offsetX: u32(bytes, area + 8),
    offsetY: u32(bytes, area + 12),
    paddingX,
    paddingY,
    ...pictureBytes({ pixelFormat, width, height, paddingX, paddingY }),
    part: null,
  };
}

type Area = Pick<Leader, 'pixelFormat' | 'width' | 'height' | 'paddingX' | 'paddingY'>;

/** Of a picture of this size; both 0 where it has no lines. */
export function pictureBytes({ pixelFormat, width, height, paddingX, paddingY }: Area) {
  const bitsPerPixel = (pixelFormat >>> 16) & 0xff;
  if (height === 0) return { leastBytes: 0, mostBytes: 0 };
  const line = Math.ceil((width * bitsPerPixel) / 8);
  return {
    leastBytes: paddingX > 0 ? (line + paddingX) * (height - 1) + line : Math.ceil((width * height * bitsPerPixel) / 8),
    mostBytes: (line + paddingX) * height + paddingY,
  };
}
