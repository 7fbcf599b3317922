/**
 * Pixel formats by their PFNC code (Pixel Format Naming Convention), those that the gateway can turn into a picture.
 * Codes, names and layouts as Aravis, Wireshark and vendors' headers have them. Bits 16–23 of a code are the bits that a
 * pixel takes in memory.
 */

/**
 * How samples lie in memory. `bytes`: one each. `words`: two bytes each, little-endian unless the frame says otherwise.
 * `packed`: GigE Vision's own, two samples in three bytes. `bit-stream`: PFNC's `p`, one after another from the lowest
 * bit of the first byte on.
 */
export type Packing = 'bytes' | 'words' | 'packed' | 'bit-stream';

/** The colours of a Bayer pattern's first two pixels; the second line has the other green and the other colour. */
export type BayerOrder = 'GR' | 'RG' | 'GB' | 'BG';

/**
 * How brightness and colour differences become red, green and blue. `full`: over 0–255 with the weights of BT.601, as in
 * JPEG. The others: over the narrow range of video, with the weights that they are named for.
 */
export type YuvCoding = 'full' | 'bt601' | 'bt709' | 'bt2020';

export type PixelFormat = {
  readonly code: number;
  /** `Mono8`, `BayerRG12p`. */
  readonly name: string;
  readonly bitsPerPixel: number;
  /** Significant bits of a sample. */
  readonly depth: number;
  readonly packing: Packing;
} & (
  | { readonly family: 'mono' }
  | { readonly family: 'bayer'; readonly order: BayerOrder }
  /** Samples of a pixel, and where among them red, green and blue are. A fourth one is left out: cameras see no alpha. */
  | {
      readonly family: 'rgb';
      readonly samples: 3 | 4;
      readonly red: number;
      readonly green: number;
      readonly blue: number;
    }
  /** Pixels side by side share their colour. Where in their bytes each one's brightness and both differences are. */
  | {
      readonly family: 'yuv';
      readonly brightness: readonly number[];
      readonly u: number;
      readonly v: number;
      readonly coding: YuvCoding;
    }
);

const mono = (code: number, name: string, depth: number, packing: Packing): PixelFormat => ({
  code,
  name,
  bitsPerPixel: bitsOf(code),
  depth,
  packing,
  family: 'mono',
});

/** Four codes, in the order of the names. */
const bayer = (codes: Readonly<Record<BayerOrder, number>>, suffix: string, depth: number, packing: Packing) =>
  (Object.entries(codes) as [BayerOrder, number][]).map(
    ([order, code]): PixelFormat => ({
      code,
      name: `Bayer${order}${suffix}`,
      bitsPerPixel: bitsOf(code),
      depth,
      packing,
      family: 'bayer',
      order,
    }),
  );

const colour = (code: number, name: string, depth: number): PixelFormat => {
  const isReversed = name.startsWith('BGR');
  return {
    code,
    name,
    bitsPerPixel: bitsOf(code),
    depth,
    packing: depth === 8 ? 'bytes' : 'words',
    family: 'rgb',
    samples: name.includes('a') ? 4 : 3,
    red: isReversed ? 2 : 0,
    green: 1,
    blue: isReversed ? 0 : 2,
  };
};

/** `order`: of the bytes of the pixels that share their colour. */
const yuv = (code: number, name: string, order: string, coding: YuvCoding = 'full'): PixelFormat => ({
  code,
  name,
  bitsPerPixel: bitsOf(code),
  depth: 8,
  packing: 'bytes',
  family: 'yuv',
  brightness: [...order].flatMap((channel, place) => (channel === 'Y' ? [place] : [])),
  u: order.indexOf('U'),
  v: order.indexOf('V'),
  coding,
});

/** With each pixel's own colour, with two that share it in both orders, and with four. */
const video = (name: string, coding: YuvCoding, codes: readonly [number, number, number, number]) => [
  yuv(codes[0], `${name}_8_CbYCr`, 'UYV', coding),
  yuv(codes[1], `${name}_422_8`, 'YUYV', coding),
  yuv(codes[2], `${name}_422_8_CbYCrY`, 'UYVY', coding),
  yuv(codes[3], `${name}_411_8_CbYYCrYY`, 'UYYVYY', coding),
];

export const pixelFormats: readonly PixelFormat[] = [
  mono(0x01080001, 'Mono8', 8, 'bytes'),
  mono(0x01100003, 'Mono10', 10, 'words'),
  mono(0x010c0004, 'Mono10Packed', 10, 'packed'),
  mono(0x010a0046, 'Mono10p', 10, 'bit-stream'),
  mono(0x01100005, 'Mono12', 12, 'words'),
  mono(0x010c0006, 'Mono12Packed', 12, 'packed'),
  mono(0x010c0047, 'Mono12p', 12, 'bit-stream'),
  mono(0x01100025, 'Mono14', 14, 'words'),
  mono(0x010e0104, 'Mono14p', 14, 'bit-stream'),
  mono(0x01100007, 'Mono16', 16, 'words'),
  ...bayer({ GR: 0x01080008, RG: 0x01080009, GB: 0x0108000a, BG: 0x0108000b }, '8', 8, 'bytes'),
  ...bayer({ GR: 0x0110000c, RG: 0x0110000d, GB: 0x0110000e, BG: 0x0110000f }, '10', 10, 'words'),
  ...bayer({ GR: 0x010c0026, RG: 0x010c0027, GB: 0x010c0028, BG: 0x010c0029 }, '10Packed', 10, 'packed'),
  ...bayer({ GR: 0x010a0056, RG: 0x010a0058, GB: 0x010a0054, BG: 0x010a0052 }, '10p', 10, 'bit-stream'),
  ...bayer({ GR: 0x01100010, RG: 0x01100011, GB: 0x01100012, BG: 0x01100013 }, '12', 12, 'words'),
  ...bayer({ GR: 0x010c002a, RG: 0x010c002b, GB: 0x010c002c, BG: 0x010c002d }, '12Packed', 12, 'packed'),
  ...bayer({ GR: 0x010c0057, RG: 0x010c0059, GB: 0x010c0055, BG: 0x010c0053 }, '12p', 12, 'bit-stream'),
  ...bayer({ GR: 0x0110002e, RG: 0x0110002f, GB: 0x01100030, BG: 0x01100031 }, '16', 16, 'words'),
  colour(0x02180014, 'RGB8', 8),
  colour(0x02180015, 'BGR8', 8),
  colour(0x02200016, 'RGBa8', 8),
  colour(0x02200017, 'BGRa8', 8),
  colour(0x02300018, 'RGB10', 10),
  colour(0x02300019, 'BGR10', 10),
  colour(0x0230001a, 'RGB12', 12),
  colour(0x0230001b, 'BGR12', 12),
  colour(0x02300033, 'RGB16', 16),
  colour(0x0230004b, 'BGR16', 16),
  // GigE Vision's YUV411Packed, YUV422Packed and YUV444Packed have the codes of the first, the second and the fourth.
  yuv(0x020c001e, 'YUV411_8_UYYVYY', 'UYYVYY'),
  yuv(0x0210001f, 'YUV422_8_UYVY', 'UYVY'),
  yuv(0x02100032, 'YUV422_8', 'YUYV'),
  yuv(0x02180020, 'YUV8_UYV', 'UYV'),
  yuv(0x0218005b, 'YCbCr8', 'YUV'),
  yuv(0x0218003a, 'YCbCr8_CbYCr', 'UYV'),
  yuv(0x0210003b, 'YCbCr422_8', 'YUYV'),
  yuv(0x02100043, 'YCbCr422_8_CbYCrY', 'UYVY'),
  yuv(0x020c005a, 'YCbCr411_8', 'YYUYYV'),
  yuv(0x020c003c, 'YCbCr411_8_CbYYCrYY', 'UYYVYY'),
  ...video('YCbCr601', 'bt601', [0x0218003d, 0x0210003e, 0x02100044, 0x020c003f]),
  ...video('YCbCr709', 'bt709', [0x02180040, 0x02100041, 0x02100045, 0x020c0042]),
  ...video('YCbCr2020', 'bt2020', [0x021800f4, 0x021000fa, 0x021000fb, 0x020c00f9]),
];

const byCode: ReadonlyMap<number, PixelFormat> = new Map(pixelFormats.map((format) => [format.code, format]));
const byName: ReadonlyMap<string, PixelFormat> = new Map(
  pixelFormats.map((format) => [format.name.toLowerCase(), format]),
);

export const pixelFormatOf = (code: number): PixelFormat | null => byCode.get(code) ?? null;

/** Names as PFNC has them, in any case: some cameras write `RGBA8`. */
export const pixelFormatNamed = (name: string): PixelFormat | null => byName.get(name.toLowerCase()) ?? null;

/** `Mono8`; `0x01080002` where it is not known. */
export const pixelFormatName = (code: number): string => byCode.get(code)?.name ?? hexOf(code);

/** How many pixels side by side have one colour together: a line has a multiple of it. */
export const sharedColour = (format: PixelFormat): number => (format.family === 'yuv' ? format.brightness.length : 1);

/** Bytes of a line by itself, without padding: a last byte that is begun counts. */
export const lineBytesOf = (format: PixelFormat, width: number): number => Math.ceil((width * format.bitsPerPixel) / 8);

/**
 * Bytes of a whole frame. Lines whose bits fill no whole byte go on in the same byte (Aravis counts a frame's bytes so
 * too), unless there is padding between them. The last line needs no padding behind it.
 */
export function frameBytesOf(format: PixelFormat, width: number, height: number, linePadding = 0): number {
  if (width <= 0 || height <= 0) return 0;
  if (linePadding === 0) return Math.ceil((width * height * format.bitsPerPixel) / 8);
  const line = lineBytesOf(format, width);
  return (line + linePadding) * (height - 1) + line;
}

function bitsOf(code: number): number {
  return (code >>> 16) & 0xff;
}

function hexOf(code: number): string {
  return `0x${(code >>> 0).toString(16).padStart(8, '0').toUpperCase()}`;
}
