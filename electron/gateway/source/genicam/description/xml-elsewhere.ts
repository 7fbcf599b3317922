import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describeCause, errnoCode, GatewayError } from '../../../platform/errors.ts';
import { descriptionError, quoted } from '../genicam-errors.ts';
import { xmlLimits } from './xml-elements.ts';
import { fileNameIn } from './xml-location.ts';

/** Descriptions that are not in the camera: `XmlSources` for files of one folder, and for the web. */

/** `name` has no folder in it; links and anything but plain files are passed over. */
export function descriptionFolder(folder: string): (name: string) => Promise<Uint8Array | null> {
  return async (name) => {
    const path = join(folder, name);
    try {
      if (name !== '' && /^[^/\\:]+$/.test(name) && (await lstat(path)).isFile()) return await readBounded(path);
    } catch (error) {
      if (errnoCode(error) !== 'ENOENT') {
        throw descriptionError('The file with the camera description could not be read.', '', error);
      }
    }
    return null;
  };
}

async function readBounded(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > xmlLimits.bytes) throw descriptionError('The camera description is too large.');
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export type DownloadOptions = {
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
      throw new GatewayError({
        code: 'camera-description-download',
        operation: 'download the camera description',
        text: `The camera says that its description is at ${quoted(url)}, and it could not be fetched from there.`,
        hint: `Check that this PC reaches ${new URL(url).host}, or ${getItYourself(url)}`,
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

const getItYourself = (url: string): string =>
  `get the file ${quoted(fileNameIn(url))} from the maker of the camera and put it into the folder cameras/descriptions of the data folder.`;

function notAllowed(url: string): GatewayError {
  return new GatewayError({
    code: 'camera-description-not-allowed',
    operation: 'download the camera description',
    text: `The camera says that its description is at ${quoted(url)}. Nothing is fetched from an address that a camera names unless this site allows it.`,
    hint: `If you trust this address, add "${new URL(url).host}" to descriptionHosts of this camera in the configuration. Or ${getItYourself(url)}`,
    disposition: 'bury',
    technical: url.slice(0, 200),
  });
}
