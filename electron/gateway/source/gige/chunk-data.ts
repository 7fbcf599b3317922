import { u32 } from './gvsp/gvsp-packet.ts';

/**
 * The chunks of a frame: data first, then 4 bytes id and 4 bytes length, the next one behind. They are found from the
 * end. What an id means is told by the camera's description (GenICam).
 */
const tailBytes = 8;
/** Real cameras send a dozen; an empty chunk is 8 bytes long, and a hostile frame would hold a million. */
const mostChunks = 256;

/**
 * `bytes`: the whole frame, picture included; it is read, not copied. The last chunk of an id counts. `imageBytes`: of
 * the picture where it is not a chunk itself; what lies before that is never read as a chunk.
 */
export function readChunks(bytes: Uint8Array, imageBytes = 0): ReadonlyMap<number, Uint8Array> {
  const chunks = new Map<number, Uint8Array>();
  let end = bytes.length;
  for (let count = 0; count < mostChunks && end - tailBytes >= imageBytes; count += 1) {
    const id = u32(bytes, end - tailBytes);
    const length = u32(bytes, end - tailBytes + 4);
    const start = end - tailBytes - length;
    // Nothing of what lies before can be trusted once a length points out of the frame.
    if (start < 0) break;
    if (!chunks.has(id)) chunks.set(id, bytes.subarray(start, start + length));
    end = start;
  }
  return chunks;
}
