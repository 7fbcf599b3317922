/** What ITU-T T.81 (JPEG) lists: tables of its annex K, the zigzag order, and the segments around a coded picture. */

/** Steps of the quantisation at quality 50, by row (K.1, K.2). */
const lumaSteps = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();
const chromaSteps = [
  [17, 18, 24, 47, 99, 99, 99, 99],
  [18, 21, 26, 66, 99, 99, 99, 99],
  [24, 26, 56, 99, 99, 99, 99, 99],
  [47, 66, 99, 99, 99, 99, 99, 99],
  ...Array.from({ length: 4 }, () => Array<number>(8).fill(99)),
].flat();

/** Codes by their length, 1 to 16 bits, and what they stand for in this order (K.3). */
type HuffmanTable = { readonly lengths: readonly number[]; readonly symbols: readonly number[] };

const bytesOf = (hex: string): readonly number[] => hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
const sizes = Array.from({ length: 12 }, (_, size) => size);

const dcTables: readonly HuffmanTable[] = [
  { lengths: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: sizes },
  { lengths: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: sizes },
];
const acTables: readonly HuffmanTable[] = [
  {
    lengths: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    symbols: bytesOf(
      [
        '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435',
        '363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798',
        '999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4',
        'f5f6f7f8f9fa',
      ].join(''),
    ),
  },
  {
    lengths: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    symbols: bytesOf(
      [
        '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a',
        '35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a9293949596',
        '9798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4',
        'f5f6f7f8f9fa',
      ].join(''),
    ),
  },
];

/** Rows and columns in the order in which coefficients are written (T.81 figure 5). */
export const zigzagOrder: readonly { readonly row: number; readonly column: number }[] = Array.from(
  { length: 15 },
  (_, diagonal) =>
    Array.from({ length: 8 }, (__, index) => (diagonal % 2 === 0 ? 7 - index : index))
      .map((row) => ({ row, column: diagonal - row }))
      .filter(({ column }) => column >= 0 && column < 8),
).flat();

export type Steps = readonly number[];

/**
 * Steps of the quantisation by row, luma and chroma. `quality`: 1 to 100 as libjpeg has it, which all programs follow.
 */
export function stepsFor(quality: number): readonly [luma: Steps, chroma: Steps] {
  const percent = quality < 50 ? Math.floor(5_000 / quality) : 200 - 2 * quality;
  const scaled = (steps: Steps): Steps =>
    steps.map((step) => Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))));
  return [scaled(lumaSteps), scaled(chromaSteps)];
}

/** `code << 8 | length` by symbol; 0 where a symbol has none. */
function codesOf({ lengths, symbols }: HuffmanTable): Uint32Array {
  const codes = new Uint32Array(256);
  let code = 0;
  let next = 0;
  for (const [index, count] of lengths.entries()) {
    for (const symbol of symbols.slice(next, next + count)) {
      codes[symbol] = (code << 8) | (index + 1);
      code += 1;
    }
    next += count;
    code <<= 1;
  }
  return codes;
}

/** Luma, then chroma: 16 codes of DC sizes and 256 of AC symbols each. */
export const huffmanCodes: readonly { readonly dc: Uint32Array; readonly ac: Uint32Array }[] = [0, 1].map((kind) => ({
  dc: codesOf(dcTables[kind]!).subarray(0, 16),
  ac: codesOf(acTables[kind]!),
}));

const word = (value: number): readonly number[] => [value >> 8, value & 255];
const segment = (marker: number, bytes: readonly number[]): readonly number[] => [
  0xff,
  marker,
  ...word(bytes.length + 2),
  ...bytes,
];

/**
 * Everything before the coded picture: JFIF 1.01, the tables, a frame of three components, luma with twice the samples
 * of chroma each way. `width` and `height`: 1 to 65,535 pixels.
 */
export function pictureHead(width: number, height: number, [luma, chroma]: readonly [Steps, Steps]): Uint8Array {
  const inOrder = (steps: Steps): readonly number[] => zigzagOrder.map(({ row, column }) => steps[row * 8 + column]!);
  const huffman = (kind: number, { lengths, symbols }: HuffmanTable): readonly number[] =>
    segment(0xc4, [kind, ...lengths, ...symbols]);
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, ...word(1), ...word(1), 0, 0]),
    ...segment(0xdb, [0, ...inOrder(luma)]),
    ...segment(0xdb, [1, ...inOrder(chroma)]),
    ...segment(0xc0, [8, ...word(height), ...word(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]),
    ...dcTables.flatMap((table, kind) => huffman(kind, table)),
    ...acTables.flatMap((table, kind) => huffman(0x10 | kind, table)),
    ...segment(0xda, [3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]),
  ]);
}

export const pictureEnd: Uint8Array = Uint8Array.of(0xff, 0xd9);
