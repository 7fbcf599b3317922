import { crc32 } from 'node:zlib';
import { jpegSegment } from './pictures.ts';

/** Text fields of the EXIF directory by tag number, and what the block should look like. */
export type ExifWish = {
  readonly fields: Readonly<Record<number, string>>;
  readonly bigEndian?: boolean;
  /** A JPEG that becomes the embedded thumbnail. */
  readonly thumbnail?: Buffer;
};

/** A TIFF structure as EXIF uses it: a first directory that points to the EXIF directory, and one for a thumbnail. */
export function exifBlock({ fields, bigEndian = false, thumbnail }: ExifWish): Buffer {
  const u16 = (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    if (bigEndian) bytes.writeUInt16BE(value);
    else bytes.writeUInt16LE(value);
    return bytes;
  };
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (bigEndian) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  };
  const entry = (tag: number, type: number, count: number, value: Buffer): Buffer =>
    Buffer.concat([u16(tag), u16(type), u32(count), Buffer.concat([value, Buffer.alloc(4)]).subarray(0, 4)]);
  const directory = (entries: readonly Buffer[], next: number): Buffer =>
    Buffer.concat([u16(entries.length), ...entries, u32(next)]);

  const list = Object.entries(fields).sort(([first], [second]) => Number(first) - Number(second));
  const exifAt = 8 + 2 + 12 + 4;
  const textsAt = exifAt + 2 + 12 * list.length + 4;
  const texts: Buffer[] = [];
  let at = textsAt;
  const entries = list.map(([tag, text]) => {
    const bytes = Buffer.from(`${text}\0`, 'latin1');
    if (bytes.length <= 4) return entry(Number(tag), 2, bytes.length, bytes);
    const made = entry(Number(tag), 2, bytes.length, u32(at));
    texts.push(bytes);
    at += bytes.length;
    return made;
  });
  const parts = [
    Buffer.from(bigEndian ? 'MM' : 'II', 'latin1'),
    u16(42),
    u32(8),
    directory([entry(0x8769, 4, 1, u32(exifAt))], thumbnail === undefined ? 0 : at),
    directory(entries, 0),
    ...texts,
  ];
  if (thumbnail !== undefined) {
    const imageAt = at + 2 + 12 * 2 + 4;
    parts.push(
      directory([entry(0x0201, 4, 1, u32(imageAt)), entry(0x0202, 4, 1, u32(thumbnail.length))], 0),
      thumbnail,
    );
  }
  return Buffer.concat(parts);
}

/** The JPEG with the block as its APP1 segment, right behind SOI. */
export const withExif = (jpeg: Buffer, block: Buffer): Buffer =>
  Buffer.concat([
    jpeg.subarray(0, 2),
    jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block])),
    jpeg.subarray(2),
  ]);

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** The PNG with the block as its eXIf chunk, right behind IHDR. */
export const withPngExif = (png: Buffer, block: Buffer): Buffer =>
  Buffer.concat([png.subarray(0, 33), pngChunk('eXIf', block), png.subarray(33)]);

/** A TIFF structure whose first directory holds nothing but SHORT fields: `[tag, value]`, in this order. */
export function shortFieldsBlock(
  fields: readonly (readonly [tag: number, value: number])[],
  bigEndian = false,
): Buffer {
  const block = Buffer.alloc(8 + 2 + 12 * fields.length + 4);
  const u16 = (value: number, at: number) =>
    bigEndian ? block.writeUInt16BE(value, at) : block.writeUInt16LE(value, at);
  const u32 = (value: number, at: number) =>
    bigEndian ? block.writeUInt32BE(value, at) : block.writeUInt32LE(value, at);
  block.write(bigEndian ? 'MM' : 'II', 0, 'latin1');
  u16(42, 2);
  u32(8, 4);
  u16(fields.length, 8);
  fields.forEach(([tag, value], index) => {
    const entry = 10 + 12 * index;
    u16(tag, entry);
    u16(3, entry + 2);
    u32(1, entry + 4);
    u16(value, entry + 8);
  });
  return block;
}

/** EXIF that says how the picture is to be turned. */
export const orientationBlock = (orientation: number, bigEndian = false): Buffer =>
  shortFieldsBlock([[0x0112, orientation]], bigEndian);
