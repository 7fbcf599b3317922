/** Bytes looked at one by one before a native search starts: starting one for every `FF 00` would be slow. */
const NEAR = 24;

export const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** Index of the FF of the marker that ends the entropy data beginning at `from`, or -1 when the data has no end. */
export function endOfEntropy(bytes: Buffer, from: number): number {
  const length = bytes.length;
  let position = from;
  let since = 0;
  while (position < length) {
    if (bytes[position] !== 0xff) {
      position += 1;
      since += 1;
      if (since < NEAR) continue;
      since = 0;
      position = bytes.indexOf(0xff, position);
      if (position === -1) return -1;
    }
    const follower = bytes[position + 1];
    if (follower === undefined) return -1;
    if (follower === 0 || isRestart(follower)) {
      position += 2;
      since = 0;
    } else if (follower === 0xff) {
      position += 1;
    } else {
      return position;
    }
  }
  return -1;
}
