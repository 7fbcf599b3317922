import type { fileContents } from '../../../../shared/messages/codes/ingest.ts';

export type FileContent = (typeof fileContents)[number];

/** What a file that is neither JPEG nor PNG holds, by its first bytes; null when nothing known is recognised. */
export function contentKindOf(bytes: Buffer): FileContent | null {
  const head = bytes.toString('latin1', 0, 64);
  const magic = signatures.find(([signature]) => head.startsWith(signature));
  if (magic !== undefined) return magic[1];
  if (head.startsWith('RIFF')) return riffKinds[head.slice(8, 12)] ?? 'riff';
  if (head.slice(4, 8) === 'ftyp') return brandKind(head.slice(8, 12));
  if (bytes.toString('latin1', 128, 132) === 'DICM') return 'dicom';
  return textKind(bytes);
}

const signatures: readonly (readonly [signature: string, kind: FileContent])[] = [
  ['GIF8', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['II+\0', 'tiff'],
  ['MM\0+', 'tiff'],
  ['\0\0\0\x0cjP  ', 'jpeg-2000'],
  ['\xff\x4f\xff\x51', 'jpeg-2000'],
  ['\0\0\0\x0cJXL ', 'jpeg-xl'],
  ['\xff\x0a', 'jpeg-xl'],
  ['8BPS', 'photoshop'],
  ['\0\0\x01\0', 'icon'],
  ['%PDF', 'pdf'],
  ['PK\x03\x04', 'zip'],
  ['PK\x05\x06', 'zip'],
  ['Rar!', 'rar'],
  ['7z\xbc\xaf\x27\x1c', 'seven-zip'],
  ['\x1f\x8b', 'gzip'],
  ['\x1aE\xdf\xa3', 'matroska'],
  ['\xd0\xcf\x11\xe0', 'office'],
  ['SQLite format 3', 'sqlite'],
  ['MZ', 'windows-program'],
  ['\x7fELF', 'linux-program'],
];

const riffKinds: Readonly<Record<string, FileContent>> = {
  WEBP: 'webp',
  'AVI ': 'avi',
  WAVE: 'wav',
};

function brandKind(brand: string): FileContent {
  if (/^(avif|avis)$/.test(brand)) return 'avif';
  if (/^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/.test(brand)) return 'heic';
  return 'mp4';
}

const SAMPLE = 1024;

function textKind(bytes: Buffer): FileContent | null {
  const sample = bytes.subarray(0, SAMPLE);
  if ((sample[0] === 0xff && sample[1] === 0xfe) || (sample[0] === 0xfe && sample[1] === 0xff)) return 'text';
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
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) return 'html';
  if (start.startsWith('<svg')) return 'svg';
  if (start.startsWith('<?xml') || start.startsWith('<annotation')) return 'xml';
  if (start.startsWith('{') || start.startsWith('[')) return 'json';
  return 'text';
}

/** "BM" alone may begin a text, so it counts only for binary content. */
function bmpKind(sample: Buffer): FileContent | null {
  return sample[0] === 0x42 && sample[1] === 0x4d ? 'bmp' : null;
}
