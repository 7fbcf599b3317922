/*
 * Run-length data of a BMP (BI_RLE8, BI_RLE4): `count value` repeats, `0 0` ends a line, `0 1` the picture, `0 2 dx dy`
 * moves, `0 n …` is n indexes as they are, filled up to an even number of bytes. Lines run from bottom to top. What is
 * moved over stays 0.
 */
export function unpackRuns(
  data: Buffer,
  { width, height, nibbles }: { readonly width: number; readonly height: number; readonly nibbles: boolean },
): Uint8Array {
  const out = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, 0];
  const put = (index: number): void => {
    if (x < width && y < height) out[(height - 1 - y) * width + x] = index;
    x += 1;
  };
  const next = (): number => {
    const byte = data[at];
    if (byte === undefined) throw new RangeError('its picture data ends too early');
    at += 1;
    return byte;
  };
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let index = 0; index < count; index += 1) put(nibbles ? (index % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      x = 0;
      y += 1;
    } else if (value === 1) {
      return out;
    } else if (value === 2) {
      x += next();
      y += next();
    } else {
      const bytes = nibbles ? Math.ceil(value / 2) : value;
      for (let index = 0; index < bytes; index += 1) {
        const byte = next();
        put(nibbles ? byte >> 4 : byte);
        if (nibbles && 2 * index + 1 < value) put(byte & 15);
      }
      // The last fill byte may be missing at the file's end.
      if (bytes % 2 === 1 && at < data.length) at += 1;
    }
  }
  return out;
}
