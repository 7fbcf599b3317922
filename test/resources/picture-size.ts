/** Pixels of a JPEG or PNG, read from its header alone. Throws where the bytes are neither. */
export interface PictureSize {
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Start-of-frame markers (ITU-T T.81, table B.1) without DHT, JPG and DAC, which share their range. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Marker segments before the picture's data, each with the offset of its length field. */
export function jpegSegments(bytes: Buffer): readonly { readonly marker: number; readonly at: number }[] {
  const segments: { marker: number; at: number }[] = [];
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new Error(`no marker at byte ${at}`);
    const marker = bytes.readUInt8(at + 1);
    segments.push({ marker, at: at + 2 });
    if (marker === 0xda) return segments;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw new Error('the picture ends before its data');
}

export function pictureSize(bytes: Buffer): PictureSize {
  if (bytes.subarray(0, 8).equals(pngSignature)) {
    return { format: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (bytes.readUInt16BE(0) !== 0xffd8) throw new Error('neither JPEG nor PNG');
  const frame = jpegSegments(bytes).find((segment) => isStartOfFrame(segment.marker));
  if (frame === undefined) throw new Error('no start of frame');
  return { format: 'jpeg', width: bytes.readUInt16BE(frame.at + 5), height: bytes.readUInt16BE(frame.at + 3) };
}
