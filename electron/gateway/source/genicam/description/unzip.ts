import { Unzip, UnzipInflate } from 'fflate';
import { GatewayError } from '../../../platform/errors.ts';
import { descriptionError } from '../genicam-errors.ts';

const zipSignature = [0x50, 0x4b, 0x03, 0x04] as const;
/** Packed bytes at a time. They may grow a thousandfold before their number can be looked at. */
const step = 4_096;

/**
 * The first XML file in a zipped description; what is not zipped, whatever its name says, is returned as it is. What
 * grows beyond `mostBytes` is given up on the way: the sizes that the file states are not believed. Throws a
 * `GatewayError`.
 */
export function unzipDescription(file: Uint8Array, mostBytes: number): Uint8Array {
  if (!zipSignature.every((byte, index) => file[index] === byte)) return file;
  try {
    return unpack(file, mostBytes);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw descriptionError('The camera description is not readable: its zip file is broken.', '', error);
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
      if (size > mostBytes) throw descriptionError('The camera description is too large.');
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
  throw descriptionError('The zip file with the camera description has no XML file in it.');
}
