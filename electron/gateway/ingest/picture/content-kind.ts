/**
 * Names what a file that is neither JPEG nor PNG holds ("a BMP picture"), from its first bytes, or null when nothing
 * known is recognised. For messages only: nothing is decided on it.
 */
export function describeContent(bytes: Buffer): string | null {
  const head = bytes.toString('latin1', 0, 64);
  const magic = signatures.find(([signature]) => head.startsWith(signature));
  if (magic !== undefined) return magic[1];
  if (head.startsWith('RIFF')) return riffKinds[head.slice(8, 12)] ?? 'a RIFF file';
  if (head.slice(4, 8) === 'ftyp') return brandKind(head.slice(8, 12));
  if (bytes.toString('latin1', 128, 132) === 'DICM') return 'a DICOM file';
  return describeText(bytes);
}

const signatures: readonly (readonly [signature: string, kind: string])[] = [
  ['GIF8', 'a GIF picture'],
  ['II*\0', 'a TIFF picture'],
  ['MM\0*', 'a TIFF picture'],
  ['II+\0', 'a TIFF picture'],
  ['MM\0+', 'a TIFF picture'],
  ['\0\0\0\x0cjP  ', 'a JPEG 2000 picture'],
  ['\xff\x4f\xff\x51', 'a JPEG 2000 picture'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL picture'],
  ['\xff\x0a', 'a JPEG XL picture'],
  ['8BPS', 'a Photoshop picture'],
  ['\0\0\x01\0', 'an icon file'],
  ['%PDF', 'a PDF document'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['PK\x05\x06', 'a ZIP archive'],
  ['Rar!', 'a RAR archive'],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive'],
  ['\x1f\x8b', 'a gzip archive'],
  ['\x1aE\xdf\xa3', 'a Matroska video'],
  ['\xd0\xcf\x11\xe0', 'an Office document'],
  ['SQLite format 3', 'a SQLite database'],
  ['MZ', 'a Windows program'],
  ['\x7fELF', 'a Linux program'],
];

const riffKinds: Readonly<Record<string, string>> = {
  WEBP: 'a WebP picture',
  'AVI ': 'an AVI video',
  WAVE: 'a WAV sound',
};

function brandKind(brand: string): string {
  if (/^(avif|avis)$/.test(brand)) return 'an AVIF picture';
  if (/^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/.test(brand)) return 'a HEIC picture';
  return 'an MP4 video';
}

const SAMPLE = 1024;

function describeText(bytes: Buffer): string | null {
  const sample = bytes.subarray(0, SAMPLE);
  if ((sample[0] === 0xff && sample[1] === 0xfe) || (sample[0] === 0xfe && sample[1] === 0xff)) return 'a text file';
  let text: string;
  try {
    // `stream` forgives a character that the sample cuts in two.
    text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
  } catch {
    return bmpKind(sample);
  }
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13) return bmpKind(sample);
  }
  const start = text.trimStart().toLowerCase();
  if (start === '') return null;
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) return 'a web page (HTML)';
  if (start.startsWith('<svg')) return 'an SVG drawing';
  if (start.startsWith('<?xml') || start.startsWith('<annotation')) return 'an XML file';
  if (start.startsWith('{') || start.startsWith('[')) return 'a JSON file';
  return 'a text file';
}

/** "BM" alone may begin a text, so it counts only for binary content. */
function bmpKind(sample: Buffer): string | null {
  return sample[0] === 0x42 && sample[1] === 0x4d ? 'a BMP picture' : null;
}
