/**
 * A camera's registers, as GenICam sees them: bytes at addresses. GigE Vision, USB3 Vision and GenTL each bring their
 * own. Any address and length (up to 64 KiB at a time) may be asked for; the port splits and aligns where its protocol
 * wants that, and keeps the order of the calls. `readMemory` resolves with exactly `length` bytes, as they lie in the
 * camera.
 *
 * Both reject with an `Error` of any class. One with a number as its `status`, or with the code `out-of-range`, refuses
 * this one access: a listing goes on with the next feature; its `refusal`, a message, says why, where that is known.
 * Every other means that the camera can't be reached, and ends the listing.
 *
 * `order`: of the number that these bytes hold, as the description says; null, or left out, where they are none. A
 * protocol that can carry numbers as such (READREG of GigE Vision) may use it to make the bytes that are expected.
 */
export type MemoryPort = {
  readonly readMemory: (address: number, length: number, order?: ByteOrder | null) => Promise<Buffer>;
  readonly writeMemory: (address: number, data: Buffer, order?: ByteOrder | null) => Promise<void>;
};

export type ByteOrder = 'big-endian' | 'little-endian';

/** The most bytes that are asked of a port in one call. */
export const largestAccess = 65_536;

export function isRefusedAccess(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('status' in error && typeof error.status === 'number') return true;
  return 'code' in error && error.code === 'out-of-range';
}
