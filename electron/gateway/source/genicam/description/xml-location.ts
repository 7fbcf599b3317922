import { GatewayError } from '../../../platform/errors.ts';
import { accessRefused, descriptionError, quoted } from '../genicam-errors.ts';
import { isRefusedAccess, largestAccess, type MemoryPort } from '../memory-port.ts';
import { unzipDescription } from './unzip.ts';
import { xmlLimits } from './xml-elements.ts';

/** Where a camera says its description is: registers 0x200 and 0x400 of GigE Vision hold such a text each. */
export type XmlLocation =
  | { readonly kind: 'local'; readonly address: number; readonly length: number }
  /** In a folder of this PC, where the maker's software put it. Never a path. */
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'http'; readonly url: string };

const longestLocation = 512;

/**
 * `Local:name.xml;hexAddress;hexLength`, `File:name.xml`, `http://…`, in any case. The name of a local one is of no use
 * to anybody: it may be any text, or none. Throws a `GatewayError` for anything else.
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

/** From the end: the name may have semicolons too. Some cameras add what looks like a query, `?SchemaVersion=1.1.0`. */
const placed = /^(?:.*?;)?\s*(?:0x)?([0-9a-f]{1,13})\s*;\s*(?:0x)?([0-9a-f]{1,13})\s*;?\s*(?:\?.*)?$/i;

function localLocation(line: string, rest: string): XmlLocation {
  const [, address = '', length = ''] = placed.exec(rest) ?? [];
  const [place, size] = [Number.parseInt(address, 16), Number.parseInt(length, 16)];
  // NaN, too.
  if (!(size >= 1 && place >= 0)) throw unknownLocation(line);
  // More than a description has can't be of use, and some cameras name all the memory that they have.
  return { kind: 'local', address: place, length: Math.min(size, xmlLimits.bytes) };
}

/** The last part only: the camera must not choose folders. */
function fileName(line: string, path: string): string {
  const name = lastPart(path.split(/[;?]/, 1)[0] ?? '');
  if (!isFileName(name)) throw unknownLocation(line);
  return name;
}

const isFileName = (name: string): boolean =>
  /^[\p{L}\p{N} ._()+&,'[\]#@%=~!{}$^-]{1,200}$/u.test(name) && !/^\.+$/.test(name);

const lastPart = (path: string): string =>
  path
    .split(/[/\\|:]/)
    .at(-1)
    ?.trim() ?? '';

/** The name that the file of this address has in the folder for descriptions: as a browser saves it. */
export function fileNameIn(url: string): string {
  const encoded = lastPart(new URL(url).pathname);
  try {
    const name = decodeURIComponent(encoded);
    return isFileName(name) ? name : encoded;
  } catch {
    return encoded;
  }
}

function unknownLocation(line: string): GatewayError {
  const where = line === '' ? 'It names no place.' : `It names ${quoted(line)}.`;
  return descriptionError(`The camera does not say in a known way where its description is. ${where}`, quoted(line));
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
      hint: 'Get this file from the maker of the camera and put it into the folder cameras/descriptions of the data folder.',
      disposition: 'bury',
    });
  }
  // Where a person has put the file, nobody needs to be asked for it.
  const present = await sources.readFile?.(fileNameIn(location.url));
  if (present !== undefined && present !== null) return present;
  if (sources.download === undefined) {
    const text = `The camera says that its description is at ${quoted(location.url)}, and downloads are off.`;
    throw descriptionError(text, location.url);
  }
  return sources.download(location.url);
}

/** Every camera takes that many bytes in one access. */
const leastAccess = 512;

/**
 * Piece by piece, to the end of the file: what the camera claims as the length is believed only as far as it really
 * answers. Where it refuses what lies behind, what came before may be the whole description.
 */
async function readLocal(address: number, length: number, port: MemoryPort): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let step = largestAccess;
  for (let at = 0; at < length && !isWhole(pieces); ) {
    try {
      const piece = await port.readMemory(address + at, Math.min(step, length - at));
      pieces.push(piece);
      at += piece.byteLength;
    } catch (error) {
      if (!isRefusedAccess(error)) throw error;
      if (step > leastAccess) step = leastAccess;
      else if (pieces.length > 0) break;
      else throw accessRefused(error);
    }
  }
  return Buffer.concat(pieces);
}

/** The end of a document that is not zipped is among the last two pieces. */
const isWhole = (pieces: readonly Buffer[]): boolean =>
  /<\/(?:[\w.-]{1,40}:)?RegisterDescription\s*>/.test(Buffer.concat(pieces.slice(-2)).toString('latin1'));
