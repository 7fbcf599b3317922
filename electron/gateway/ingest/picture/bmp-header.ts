/*
 * The headers of a BMP file (Windows BITMAPFILEHEADER and BITMAPCOREHEADER to BITMAPV5HEADER, OS/2 headers of 16 and 64
 * bytes): what the picture is, and where its parts lie. Numbers are little-endian.
 */

export type BmpCompression = 'none' | 'rle8' | 'rle4' | 'masks';

export type BmpHeader = {
  readonly width: number;
  readonly height: number;
  /** Lines are stored from top to bottom; most files begin with the bottom one. */
  readonly topDown: boolean;
  readonly bitsPerPixel: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  readonly compression: BmpCompression;
  /** Red, green, blue, alpha, for 16 and 32 bits; 0: the pixels have none. */
  readonly masks: readonly [number, number, number, number];
  readonly palette: { readonly at: number; readonly colours: number; readonly bytesPerColour: 3 | 4 };
  readonly pixelsAt: number;
  /** Bytes of a line, a multiple of 4. */
  readonly stride: number;
  /** Bytes of the picture's data; null where a compressed file does not say. */
  readonly dataBytes: number | null;
};

export const bmpHeadBytes = 34;
const headerSizes = new Set([12, 16, 40, 52, 56, 64, 108, 124]);
const bitCounts = new Set([1, 2, 4, 8, 16, 24, 32]);
const mostEdge = 1 << 24;

/** "BM" may begin a text: a header of a known size, one plane and a known number of bits must follow. */
export function isBmp(head: Buffer): boolean {
  if (head.length < bmpHeadBytes || head[0] !== 0x42 || head[1] !== 0x4d) return false;
  const size = head.readUInt32LE(14);
  if (!headerSizes.has(size)) return false;
  const planesAt = size === 12 ? 22 : 26;
  return head.readUInt16LE(planesAt) === 1 && bitCounts.has(head.readUInt16LE(planesAt + 2));
}

/** `cut`: its headers run over the file's end. `wrong`: why it is none that can be read. */
export function readBmpHeader(bytes: Buffer): BmpHeader | 'cut' | { readonly wrong: string } {
  const size = bytes.readUInt32LE(14);
  if (14 + size > bytes.length) return 'cut';
  const isOld = size === 12;
  const width = isOld ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signedHeight = isOld ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bitsPerPixel = bytes.readUInt16LE(isOld ? 24 : 28) as BmpHeader['bitsPerPixel'];
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0 || width > mostEdge || height > mostEdge)
    return { wrong: `its size is ${width} × ${height}` };
  const method = isOld || size === 16 ? 0 : bytes.readUInt32LE(30);
  const compression = compressionOf(method, bitsPerPixel);
  if (compression === null)
    return { wrong: `its compression ${method} with ${bitsPerPixel} bits a pixel is not known` };
  const topDown = signedHeight < 0;
  if (topDown && compression.startsWith('rle')) return { wrong: 'it is compressed and stored from top to bottom' };
  const masksBehind = size === 40 && compression === 'masks' ? (method === 6 ? 16 : 12) : 0;
  if (14 + size + masksBehind > bytes.length) return 'cut';
  const said = isOld || size === 16 ? 0 : bytes.readUInt32LE(46);
  const stride = Math.floor((width * bitsPerPixel + 31) / 32) * 4;
  const dataSaid = isOld || size === 16 ? 0 : bytes.readUInt32LE(34);
  const at = 14 + size + masksBehind;
  const bytesPerColour = isOld ? 3 : 4;
  const pixelsAt = bytes.readUInt32LE(10);
  if (pixelsAt < at) return { wrong: `its picture would begin at byte ${pixelsAt}, within its header` };
  const most = bitsPerPixel <= 8 ? 1 << bitsPerPixel : 0;
  const colours = Math.min(said === 0 ? most : said, most, Math.floor((pixelsAt - at) / bytesPerColour));
  return {
    width,
    height,
    topDown,
    bitsPerPixel,
    compression,
    masks: masksOf(bytes, size, compression, bitsPerPixel, method),
    palette: { at, colours, bytesPerColour },
    pixelsAt,
    stride,
    dataBytes: compression.startsWith('rle') ? dataSaid || null : stride * height,
  };
}

function compressionOf(method: number, bits: number): BmpCompression | null {
  if (method === 0) return 'none';
  if (method === 1) return bits === 8 ? 'rle8' : null;
  if (method === 2) return bits === 4 ? 'rle4' : null;
  return (method === 3 || method === 6) && (bits === 16 || bits === 32) ? 'masks' : null;
}

function masksOf(bytes: Buffer, size: number, compression: BmpCompression, bits: number, method: number) {
  if (compression !== 'masks') {
    return bits === 16 ? ([0x7c00, 0x3e0, 0x1f, 0] as const) : ([0xff0000, 0xff00, 0xff, 0] as const);
  }
  const hasAlpha = size >= 56 || method === 6;
  const mask = (index: number): number => bytes.readUInt32LE(54 + 4 * index);
  return [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0] as const;
}
