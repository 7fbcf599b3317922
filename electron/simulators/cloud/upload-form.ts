import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { invalid } from './answers.ts';
import { type ImageInfo, ImageProbe } from './image-probe.ts';
import type { Spool } from './payload-folder.ts';
import { ConnectionLost } from './request-body.ts';

/**
 * Reads the upload's multipart form (RFC 7578) as it arrives: the picture is hashed and its header looked at while it
 * goes to the spool, so a picture of any size takes a bounded amount of memory.
 */

export type ReceivedImage = {
  readonly filename: string;
  readonly bytes: number;
  /** Null where hashing is switched off. */
  readonly sha256: string | null;
  /** Null when the content is neither a JPEG nor a PNG. */
  readonly info: ImageInfo | null;
};

export type UploadForm = { readonly image: ReceivedImage | null; readonly metadata: string | null };

export type FormRules = {
  readonly maxImageBytes: number;
  readonly hashing: boolean;
  /** Where the picture goes; null where bytes are not kept. */
  readonly spool: Spool | null;
};

const MAX_METADATA_BYTES = 1 << 20;

/** Throws a 400 for a malformed form, and ConnectionLost. An image over the limit ends one byte above it. */
export async function receiveForm(body: Readable, headers: IncomingHttpHeaders, rules: FormRules): Promise<UploadForm> {
  const parser = createParser(headers, rules.maxImageBytes);
  const images: Promise<ReceivedImage>[] = [];
  const texts: string[] = [];
  const problems: string[] = [];
  parser.on('file', (name, stream, { filename }) => {
    if (name === 'image' && images.length === 0) {
      const image = receiveImage(stream, filename ?? '', rules);
      // Looked at when the form is over; until then a failure is not an unhandled one.
      image.catch(() => undefined);
      images.push(image);
      return;
    }
    if (name === 'image') problems.push('image is given more than once');
    // A form value with a filename is a file to most servers, so its text would be lost there.
    if (name === 'metadata') problems.push('metadata must be a plain form field without a filename');
    stream.resume();
  });
  parser.on('field', (name, value, { valueTruncated }) => {
    if (name === 'image') problems.push('image must be a file with a filename');
    if (name !== 'metadata') return;
    if (valueTruncated) problems.push(`metadata is larger than ${MAX_METADATA_BYTES} bytes`);
    texts.push(value);
  });
  const [parsing, received] = await Promise.allSettled([parse(body, parser), settled(parser, images)]);
  if (parsing.status === 'rejected') throw parsing.reason;
  if (received.status === 'rejected') throw received.reason;
  if (texts.length > 1) problems.push('metadata is given more than once');
  if (problems.length > 0) throw invalid(problems.join('; '));
  return { image: received.value, metadata: texts[0] ?? null };
}

function createParser(headers: IncomingHttpHeaders, maxImageBytes: number): busboy.Busboy {
  if (!/^multipart\/form-data\s*;/i.test(headers['content-type'] ?? '')) {
    throw invalid('the Content-Type must be multipart/form-data with a boundary');
  }
  try {
    const limits = { fileSize: maxImageBytes + 1, fieldSize: MAX_METADATA_BYTES, parts: 20 };
    return busboy({ headers, limits, defParamCharset: 'utf8', fileHwm: 1 << 18 });
  } catch (error) {
    throw invalid(`the form cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Not `pipeline`: it would destroy the request, and with it the connection that the 400 must go over. */
function parse(body: Readable, parser: busboy.Busboy): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('close', resolve);
    parser.on('error', (error) => {
      body.unpipe(parser);
      body.resume();
      reject(invalid(`the form cannot be read: ${error instanceof Error ? error.message : String(error)}`));
      parser.destroy();
    });
    body.once('error', (cause) => {
      const error = new ConnectionLost('the connection ended within the form', { cause });
      reject(error);
      parser.destroy(error);
    });
    body.pipe(parser);
  });
}

/** The first image once the form is over: parts begin while it is parsed. */
function settled(parser: busboy.Busboy, images: readonly Promise<ReceivedImage>[]): Promise<ReceivedImage | null> {
  return new Promise((resolve, reject) => {
    parser.once('close', () => {
      const [image] = images;
      if (image === undefined) resolve(null);
      else image.then(resolve, reject);
    });
  });
}

function receiveImage(stream: Readable, filename: string, rules: FormRules): Promise<ReceivedImage> {
  const hash = rules.hashing ? createHash('sha256') : null;
  const probe = new ImageProbe();
  let bytes = 0;
  let failure: unknown = null;
  // Events and not `for await`: the difference shows at a thousand pictures a second.
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    hash?.update(chunk);
    probe.push(chunk);
    const writing = failure === null ? rules.spool?.add(chunk) : undefined;
    if (writing === undefined) return;
    stream.pause();
    writing
      .catch((error) => {
        // The form is read to its end all the same, so that the 500 can be answered.
        failure = error;
      })
      .finally(() => stream.resume());
  });
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('end', () => {
      if (failure !== null) return reject(failure);
      resolve({ filename, bytes, sha256: hash?.digest('hex') ?? null, info: probe.info });
    });
  });
}
