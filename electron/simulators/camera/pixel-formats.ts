/** Pixel formats (PFNC) that the simulated camera can send. */

/** How the samples of a line become bytes. */
export type Packing =
  | 'bytes'
  /** 16 bits each, the value in the low bits; byte order as the stream channel says. */
  | 'words'
  /** Two samples in three bytes, the low bits of both in the middle one (GigE Vision's own packing). */
  | 'packed-10'
  | 'packed-12'
  /** Bits without gaps, the lowest first. */
  | 'bits-10'
  | 'bits-12';

/** `Y` grey or luma, `U`/`V` chroma, `A` opacity. */
export type Channel = 'Y' | 'U' | 'V' | 'R' | 'G' | 'B' | 'A';

export type PixelFormat = {
  readonly name: string;
  /** PFNC code. */
  readonly code: number;
  readonly bits: 8 | 10 | 12 | 14 | 16;
  readonly packing: Packing;
  /**
   * Channels of the samples, in their order: of one pixel, of two (YUV 4:2:2), of four (YUV 4:1:1), or `bayer`: the two
   * lines of a 2x2 tile.
   */
  readonly samples:
    | { readonly kind: 'pixel'; readonly channels: readonly Channel[] }
    | { readonly kind: 'pair'; readonly channels: readonly Channel[] }
    | { readonly kind: 'four'; readonly channels: readonly Channel[] }
    | { readonly kind: 'bayer'; readonly tile: readonly [readonly Channel[], readonly Channel[]] };
};

const grey = { kind: 'pixel', channels: ['Y'] } as const;
const tiles = {
  GR: {
    kind: 'bayer',
    tile: [
      ['G', 'R'],
      ['B', 'G'],
    ],
  },
  RG: {
    kind: 'bayer',
    tile: [
      ['R', 'G'],
      ['G', 'B'],
    ],
  },
  GB: {
    kind: 'bayer',
    tile: [
      ['G', 'B'],
      ['R', 'G'],
    ],
  },
  BG: {
    kind: 'bayer',
    tile: [
      ['B', 'G'],
      ['G', 'R'],
    ],
  },
} as const;

const format = (
  name: string,
  code: number,
  bits: PixelFormat['bits'],
  packing: Packing,
  samples: PixelFormat['samples'],
): PixelFormat => ({ name, code, bits, packing, samples });

/** The four orders of a Bayer format have codes in a row. */
const bayer = (suffix: string, firstCode: number, bits: PixelFormat['bits'], packing: Packing): PixelFormat[] =>
  (['GR', 'RG', 'GB', 'BG'] as const).map((order, index) =>
    format(`Bayer${order}${suffix}`, firstCode + index, bits, packing, tiles[order]),
  );

const pixel = (...channels: Channel[]): PixelFormat['samples'] => ({ kind: 'pixel', channels });
const pair = (...channels: Channel[]): PixelFormat['samples'] => ({ kind: 'pair', channels });
const four = (...channels: Channel[]): PixelFormat['samples'] => ({ kind: 'four', channels });
const uyyvyy = four('U', 'Y', 'Y', 'V', 'Y', 'Y');
const uyv = pixel('U', 'Y', 'V');
const yuyv = pair('Y', 'U', 'Y', 'V');
const uyvy = pair('U', 'Y', 'V', 'Y');

export const pixelFormats: readonly PixelFormat[] = [
  format('Mono8', 0x0108_0001, 8, 'bytes', grey),
  format('Mono10', 0x0110_0003, 10, 'words', grey),
  format('Mono10Packed', 0x010c_0004, 10, 'packed-10', grey),
  format('Mono10p', 0x010a_0046, 10, 'bits-10', grey),
  format('Mono12', 0x0110_0005, 12, 'words', grey),
  format('Mono12Packed', 0x010c_0006, 12, 'packed-12', grey),
  format('Mono12p', 0x010c_0047, 12, 'bits-12', grey),
  format('Mono14', 0x0110_0025, 14, 'words', grey),
  format('Mono16', 0x0110_0007, 16, 'words', grey),
  ...bayer('8', 0x0108_0008, 8, 'bytes'),
  ...bayer('10', 0x0110_000c, 10, 'words'),
  ...bayer('12', 0x0110_0010, 12, 'words'),
  ...bayer('12Packed', 0x010c_002a, 12, 'packed-12'),
  ...bayer('16', 0x0110_002e, 16, 'words'),
  format('RGB8', 0x0218_0014, 8, 'bytes', pixel('R', 'G', 'B')),
  format('BGR8', 0x0218_0015, 8, 'bytes', pixel('B', 'G', 'R')),
  format('RGBA8', 0x0220_0016, 8, 'bytes', pixel('R', 'G', 'B', 'A')),
  format('BGRA8', 0x0220_0017, 8, 'bytes', pixel('B', 'G', 'R', 'A')),
  format('YUV411_8_UYYVYY', 0x020c_001e, 8, 'bytes', uyyvyy),
  format('YUV422_8_UYVY', 0x0210_001f, 8, 'bytes', uyvy),
  format('YUV422_8', 0x0210_0032, 8, 'bytes', yuyv),
  format('YUV8_UYV', 0x0218_0020, 8, 'bytes', uyv),
  format('YCbCr8', 0x0218_005b, 8, 'bytes', pixel('Y', 'U', 'V')),
  format('YCbCr8_CbYCr', 0x0218_003a, 8, 'bytes', uyv),
  format('YCbCr422_8', 0x0210_003b, 8, 'bytes', yuyv),
  format('YCbCr422_8_CbYCrY', 0x0210_0043, 8, 'bytes', uyvy),
  format('YCbCr411_8', 0x020c_005a, 8, 'bytes', four('Y', 'Y', 'U', 'Y', 'Y', 'V')),
  format('YCbCr411_8_CbYYCrYY', 0x020c_003c, 8, 'bytes', uyyvyy),
  format('YCbCr601_8_CbYCr', 0x0218_003d, 8, 'bytes', uyv),
  format('YCbCr601_422_8', 0x0210_003e, 8, 'bytes', yuyv),
  format('YCbCr601_422_8_CbYCrY', 0x0210_0044, 8, 'bytes', uyvy),
  format('YCbCr601_411_8_CbYYCrYY', 0x020c_003f, 8, 'bytes', uyyvyy),
  format('YCbCr709_8_CbYCr', 0x0218_0040, 8, 'bytes', uyv),
  format('YCbCr709_422_8', 0x0210_0041, 8, 'bytes', yuyv),
  format('YCbCr709_422_8_CbYCrY', 0x0210_0045, 8, 'bytes', uyvy),
  format('YCbCr709_411_8_CbYYCrYY', 0x020c_0042, 8, 'bytes', uyyvyy),
  // Made up as makers make them up: of no convention, and unknown to whoever receives them.
  format('PolarizeMono8', 0x8108_0001, 8, 'bytes', grey),
  format('VendorRaw12', 0x8110_0002, 12, 'words', grey),
];

const byName = new Map(pixelFormats.map((one) => [one.name, one]));
const byCode = new Map(pixelFormats.map((one) => [one.code, one]));

export const formatOfCode = (code: number): PixelFormat | undefined => byCode.get(code);

/** Throws for a name that is not in the list. */
export function formatOfName(name: string): PixelFormat {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`the simulated camera has no pixel format ${name}`);
  return found;
}

/** The code says how many bits a pixel takes. Widths are multiples of four, so that each line ends with a byte. */
export const bytesInLine = (pixelFormat: PixelFormat, width: number): number =>
  (width * ((pixelFormat.code >>> 16) & 0xff)) / 8;
