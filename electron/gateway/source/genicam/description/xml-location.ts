import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Unzip, UnzipInflate } from 'fflate';
import { message } from '../../../../../shared/messages/message.ts';
import { describeCause, errnoCode, OperatorError } from '../../../platform/errors.ts';
import { accessRefused, descriptionError, oneLine, quoted } from '../genicam-errors.ts';
import { isRefusedAccess, largestAccess, type MemoryPort } from '../memory-port.ts';
import { xmlLimits } from './xml-elements.ts';

/** Descriptions that are not in the camera: `XmlSources` for files of one folder, and for the web. */

/** `name` has no folder in it; links and anything but plain files are passed over. */
export function descriptionFolder(folder: string): (name: string) => Promise<Uint8Array | null> {
  return async (name) => {
    const path = join(folder, name);
    try {
      if (name !== '' && /^[^/\\:]+$/.test(name) && (await lstat(path)).isFile()) return await readBounded(path);
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      if (errnoCode(error) !== 'ENOENT') throw unreadFile(name, error);
    }
    return null;
  };
}

function unreadFile(name: string, cause: unknown): OperatorError {
  return new OperatorError(message('camera-description-unread', { file: oneLine(name) }), {
    operation: 'read the camera description',
    disposition: 'bury',
    cause,
  });
}

async function readBounded(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > xmlLimits.bytes) throw descriptionError('too large');
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

type DownloadOptions = {
  /** `host`, or `host:port` where the port is not the usual one. Nothing else is asked for anything. */
  readonly allowedHosts: readonly string[];
  readonly timeoutMilliseconds: number;
  readonly fetch?: typeof fetch;
};

/**
 * Any device that answers as a camera names an address, of this PC or of the plant's network too, and has it asked at each
 * connection: only what the site allows is fetched. Redirections are not followed, for they could lead elsewhere.
 */
export function descriptionDownload(options: DownloadOptions): (url: string) => Promise<Uint8Array> {
  const request = options.fetch ?? fetch;
  return async (url) => {
    if (!options.allowedHosts.some((host) => isHostOf(host, url))) throw notAllowed(url);
    try {
      const signal = AbortSignal.timeout(options.timeoutMilliseconds);
      const answer = await request(url, { signal, redirect: 'error', credentials: 'omit' });
      if (!answer.ok || answer.body === null) throw new Error(`HTTP ${answer.status}`);
      const pieces: Uint8Array[] = [];
      let size = 0;
      for await (const piece of answer.body) {
        size += piece.byteLength;
        if (size > xmlLimits.bytes) throw new Error('the answer is too large');
        pieces.push(piece);
      }
      return Buffer.concat(pieces);
    } catch (error) {
      throw new OperatorError(message('camera-description-download', written(url)), {
        operation: 'download the camera description',
        disposition: 'retry',
        technical: `${url.slice(0, 200)}: ${describeCause(error)}`,
        cause: error,
      });
    }
  };
}

/** As a URL has it: in lower case, and without a port that is the usual one. */
function isHostOf(host: string, url: string): boolean {
  const { protocol, host: wanted } = new URL(url);
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === wanted;
}

/** Where the camera says that its description is, and which file a person can put in its place. */
const written = (url: string) => ({ url: oneLine(url), host: new URL(url).host, file: oneLine(fileNameIn(url)) });

function notAllowed(url: string): OperatorError {
  return new OperatorError(message('camera-description-not-allowed', written(url)), {
    operation: 'download the camera description',
    disposition: 'bury',
    technical: url.slice(0, 200),
  });
}

const zipSignature = [0x50, 0x4b, 0x03, 0x04] as const;
/** Packed bytes at a time. They may grow a thousandfold before their number can be looked at. */
const step = 4_096;

/**
 * The first XML file in a zipped description; what is not zipped, whatever its name says, is returned as it is. What
 * grows beyond `mostBytes` is given up on the way: the sizes that the file states are not believed. Throws a
 * `OperatorError`.
 */
export function unzipDescription(file: Uint8Array, mostBytes: number): Uint8Array {
  if (!zipSignature.every((byte, index) => file[index] === byte)) return file;
  try {
    return unpack(file, mostBytes);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw descriptionError('its zip file is broken', error);
  }
}

function unpack(file: Uint8Array, mostBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let state: 'searching' | 'unpacking' | 'whole' = 'searching';
  const unzip = new Unzip((entry) => {
    if (state !== 'searching' || !entry.name.toLowerCase().endsWith('.xml')) return;
    state = 'unpacking';
    entry.ondata = (error, piece, final) => {
      if (error !== null) throw error;
      size += piece.byteLength;
      if (size > mostBytes) throw descriptionError('too large');
      pieces.push(piece);
      if (!final) return;
      if (entry.originalSize !== undefined && entry.originalSize !== size) throw new Error('the size is wrong');
      state = 'whole';
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  // Asked by a function, for it changes in the callbacks.
  const isWhole = (): boolean => state === 'whole';
  for (let at = 0; at < file.byteLength && !isWhole(); at += step) {
    unzip.push(file.subarray(at, at + step), at + step >= file.byteLength);
  }
  if (isWhole()) return Buffer.concat(pieces);
  if (pieces.length > 0) throw new Error('the file ends too early');
  throw descriptionError('its zip file has no XML file in it');
}

/** Where a camera says its description is: registers 0x200 and 0x400 of GigE Vision hold such a text each. */
export type XmlLocation =
  | { readonly kind: 'local'; readonly address: number; readonly length: number }
  /** In a folder of this PC, where the maker's software put it. Never a path. */
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'http'; readonly url: string };

const longestLocation = 512;

/**
 * `Local:name.xml;hexAddress;hexLength`, `File:name.xml`, `http://…`, in any case. The name of a local one is of no use
 * to anybody: it may be any text, or none. Throws a `OperatorError` for anything else.
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

function unknownLocation(line: string): OperatorError {
  const context = line === '' ? 'none' : 'named';
  return new OperatorError(message('camera-description-place', { context, place: oneLine(line) }), {
    operation: 'read the camera description',
    disposition: 'bury',
    technical: quoted(line),
  });
}

export type XmlSources = {
  readonly port: MemoryPort;
  /** Null where there is no such file. Left out: files are not looked for. */
  readonly readFile?: (name: string) => Promise<Uint8Array | null>;
  /** Left out: nothing is downloaded. */
  readonly download?: (url: string) => Promise<Uint8Array>;
};

/** The description, unzipped. Rejects with a `OperatorError`, or with the port's own error. */
export async function fetchXml(location: XmlLocation, sources: XmlSources): Promise<Uint8Array> {
  return unzipDescription(await fetchFile(location, sources), xmlLimits.bytes);
}

async function fetchFile(location: XmlLocation, sources: XmlSources): Promise<Uint8Array> {
  if (location.kind === 'local') return readLocal(location.address, location.length, sources.port);
  if (location.kind === 'file') {
    const file = (await sources.readFile?.(location.name)) ?? null;
    if (file !== null) return file;
    throw new OperatorError(message('camera-description-file', { file: oneLine(location.name) }), {
      operation: 'read the camera description',
      disposition: 'bury',
    });
  }
  // Where a person has put the file, nobody needs to be asked for it.
  const present = await sources.readFile?.(fileNameIn(location.url));
  if (present !== undefined && present !== null) return present;
  if (sources.download === undefined) {
    throw descriptionError(`it is at ${location.url.slice(0, 200)}, and downloads are off`);
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
