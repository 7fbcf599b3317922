/** S3's limit for a key, UTF-8 bytes. */
const longestKey = 1_024;

/**
 * `<prefix><imageId>_<filename>`, as Acusight names objects. The image id makes it unique and the same at every
 * attempt. A name that is too long for S3 loses its beginning: its end has the extension.
 */
export function objectKeyOf(prefix: string, imageId: string, filename: string): string {
  const head = `${prefix}${imageId}_`;
  const characters = [...wellFormed(filename)];
  let bytes = Buffer.byteLength(head) + Buffer.byteLength(characters.join(''));
  let from = 0;
  while (bytes > longestKey && from < characters.length) {
    bytes -= Buffer.byteLength(characters[from] ?? '');
    from += 1;
  }
  return `${head}${characters.slice(from).join('')}`;
}

/** Windows lets names have halves of a surrogate pair, which UTF-8 has no bytes for. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** A key as S3 signs it in a path: all but letters, digits and `-._~` encoded, with slashes kept. */
export const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, percent);

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
