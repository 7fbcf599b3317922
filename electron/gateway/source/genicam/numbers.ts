/** Numbers as they stand in descriptions and configurations; null for anything else. */

const longestNumber = 80;

/** `12`, `-3`, `+4`, `0x1F`, `-0x10`; hexadecimal beyond 2^63 is the negative number of the same bits. */
export function parseInteger(text: string): bigint | null {
  const word = text.trim();
  if (word.length > longestNumber) return null;
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(word);
  if (match === null) return null;
  const magnitude = BigInt(match[2] ?? '');
  return BigInt.asIntN(64, match[1] === '-' ? -magnitude : magnitude);
}

/** As `parseInteger`, and `1.5`, `.5`, `1e-3`, `INF`, `-INF`. */
export function parseFloatText(text: string): number | null {
  const word = text.trim();
  if (word.length > longestNumber) return null;
  if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(word)) return Number(word);
  if (/^[+-]?INF$/i.test(word)) return word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const integer = parseInteger(word);
  return integer === null ? null : Number(integer);
}
