import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describeCause, errnoCode, GatewayError } from '../../platform/errors.ts';
import { descriptionError } from './genicam-errors.ts';
import { xmlLimits } from './xml-elements.ts';

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
  readonly timeoutMilliseconds: number;
  readonly fetch?: typeof fetch;
};

/** Redirections are not followed: the camera names one place. */
export function descriptionDownload(options: DownloadOptions): (url: string) => Promise<Uint8Array> {
  const request = options.fetch ?? fetch;
  return async (url) => {
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
        text: 'The camera keeps its description on the internet, and it could not be downloaded.',
        hint: 'Get the description file from the maker of the camera and put it into the folder for camera descriptions.',
        disposition: 'retry',
        technical: `${url.slice(0, 200)}: ${describeCause(error)}`,
        cause: error,
      });
    }
  };
}
