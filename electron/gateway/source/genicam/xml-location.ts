import { GatewayError } from '../../platform/errors.ts';
import { descriptionError, quoted } from './genicam-errors.ts';
import { largestAccess, type MemoryPort } from './memory-port.ts';
import { unzipDescription } from './unzip.ts';
import { xmlLimits } from './xml-elements.ts';

/** Where a camera says its description is: registers 0x200 and 0x400 of GigE Vision hold such a text each. */
export type XmlLocation =
  | { readonly kind: 'local'; readonly name: string; readonly address: number; readonly length: number }
  /** In a folder of this PC, where the maker's software put it. Never a path. */
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'http'; readonly url: string };

const longestLocation = 512;

/**
 * `Local:name.xml;hexAddress;hexLength`, `File:name.xml`, `http://…`, in any case. Throws a `GatewayError` for anything
 * else.
 */
export function parseXmlLocation(text: string): XmlLocation {
  const line = (text.split('\0', 1)[0] ?? '').trim().slice(0, longestLocation);
  const scheme = /^([a-z]+):/i.exec(line)?.[1]?.toLowerCase();
  const rest = line.slice((scheme?.length ?? -1) + 1);
  if (scheme === 'local') return localLocation(line, rest);
  if (scheme === 'file') return { kind: 'file', name: fileName(line, rest) };
  if ((scheme === 'http' || scheme === 'https') && URL.canParse(line)) {
    const url = new URL(line);
    // A camera has no business with names and passwords.
    if (url.username === '' && url.password === '') return { kind: 'http', url: url.href };
  }
  throw unknownLocation(line);
}

function localLocation(line: string, rest: string): XmlLocation {
  const [name = '', address = '', length = ''] = rest.split(';');
  const place = hexadecimal(address);
  // Some cameras add what looks like a query, `?SchemaVersion=1.1.0`.
  const size = hexadecimal(length.split('?', 1)[0] ?? '');
  if (place === null || size === null || size < 1) throw unknownLocation(line);
  if (size > xmlLimits.bytes) {
    throw descriptionError('The camera says that its description is too large to be one.', quoted(line));
  }
  return { kind: 'local', name: fileName(line, name), address: place, length: size };
}

function hexadecimal(text: string): number | null {
  const digits = /^\s*(?:0x)?([0-9a-f]{1,13})\s*$/i.exec(text)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

/** The last part only: the camera must not choose folders. */
function fileName(line: string, path: string): string {
  const withoutQuery = path.split(/[;?]/, 1)[0] ?? '';
  const name =
    withoutQuery
      .split(/[/\\|:]/)
      .at(-1)
      ?.trim() ?? '';
  if (!/^[\p{L}\p{N} ._()+-]{1,200}$/u.test(name) || /^\.+$/.test(name)) throw unknownLocation(line);
  return name;
}

function unknownLocation(line: string): GatewayError {
  return descriptionError('The camera does not say in a known way where its description is.', quoted(line));
}

export type XmlSources = {
  readonly port: MemoryPort;
  /** Null where there is no such file. Left out: files are not looked for. */
  readonly readFile?: (name: string) => Promise<Uint8Array | null>;
  /** Left out: nothing is downloaded. */
  readonly download?: (url: string) => Promise<Uint8Array>;
};

/** The description, unzipped. Rejects with a `GatewayError`, or with the port's own error. */
export async function fetchXml(location: XmlLocation, sources: XmlSources): Promise<Uint8Array> {
  return unzipDescription(await fetchFile(location, sources), xmlLimits.bytes);
}

async function fetchFile(location: XmlLocation, sources: XmlSources): Promise<Uint8Array> {
  if (location.kind === 'local') return readLocal(location.address, location.length, sources.port);
  if (location.kind === 'file') {
    const file = (await sources.readFile?.(location.name)) ?? null;
    if (file !== null) return file;
    throw new GatewayError({
      code: 'camera-description-file',
      operation: 'read the camera description',
      text: `The camera does not carry its description; it names the file ${quoted(location.name)}, which is not on this PC.`,
      hint: 'Get this file from the maker of the camera and put it into the folder for camera descriptions.',
      disposition: 'bury',
    });
  }
  if (sources.download === undefined) {
    throw descriptionError('The camera keeps its description on the internet, and downloads are off.', location.url);
  }
  return sources.download(location.url);
}

/** Piece by piece: what the camera claims as the length is believed only as far as it really answers. */
async function readLocal(address: number, length: number, port: MemoryPort): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < length; at += largestAccess) {
    pieces.push(await port.readMemory(address + at, Math.min(largestAccess, length - at)));
  }
  return Buffer.concat(pieces);
}
