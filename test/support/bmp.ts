/** Makes a BMP file of 24 bits a pixel, from red, green and blue samples, line by line from the top. */
export function makeBmp(width: number, height: number, rgb: Uint8Array): Buffer {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = 3 * (y * width + x);
      const to = (height - 1 - y) * stride + 3 * x;
      pixels.set([rgb[from + 2] ?? 0, rgb[from + 1] ?? 0, rgb[from] ?? 0], to);
    }
  }
  return bmpFile({ width, height, bitsPerPixel: 24, pixels });
}

export type BmpParts = {
  readonly width: number;
  /** Negative: from top to bottom. */
  readonly height: number;
  readonly bitsPerPixel: number;
  /** 0 none, 1 RLE8, 2 RLE4, 3 masks. */
  readonly compression?: number;
  /** Behind the header: masks, then the palette. */
  readonly behindHeader?: Uint8Array;
  readonly colours?: number;
  readonly pixels: Uint8Array;
};

/** A BMP file with a header of 40 bytes around parts as they are to be. */
export function bmpFile(parts: BmpParts): Buffer {
  const { width, height, bitsPerPixel, compression = 0, behindHeader = Buffer.alloc(0), colours = 0, pixels } = parts;
  const head = Buffer.alloc(54);
  head.write('BM', 0, 'latin1');
  head.writeUInt32LE(54 + behindHeader.length + pixels.length, 2);
  head.writeUInt32LE(54 + behindHeader.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bitsPerPixel, 28);
  head.writeUInt32LE(compression, 30);
  head.writeUInt32LE(pixels.length, 34);
  head.writeUInt32LE(colours, 46);
  return Buffer.concat([head, behindHeader, pixels]);
}
