import { randomUUID } from 'node:crypto';

/** The two ends of a multipart/form-data body (RFC 7578) around a picture's bytes, and its content type. */
export type MultipartFrame = { readonly head: Buffer; readonly tail: Buffer; readonly contentType: string };

/** `metadata` first, so that a server can look at it while the picture is still on its way; then the file `image`. */
export function multipartFrame(metadata: string, filename: string, imageType: string): MultipartFrame {
  const boundary = `acusight-${randomUUID()}`;
  const head = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="metadata"',
    '',
    metadata,
    `--${boundary}`,
    `Content-Disposition: form-data; name="image"; filename="${escapeName(filename)}"`,
    `Content-Type: ${imageType}`,
    '',
    '',
  ].join('\r\n');
  return {
    head: Buffer.from(head, 'utf8'),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`, 'utf8'),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

/**
 * As browsers do it (HTML Standard, multipart/form-data encoding): UTF-8, with quote and line breaks escaped. Escaped
 * too are the backslash, which many parsers take for the beginning of an escape, and control characters, which no
 * header may hold. The metadata has the name as it is.
 */
const escapeName = (name: string): string =>
  name.replace(
    /["\\\p{Cc}]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
