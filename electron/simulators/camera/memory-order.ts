import { bootstrap, descriptionAddress } from './addresses.ts';
import type { SimulatorOptions } from './options.ts';

/** Our own registers begin here. */
export const firstFeature = 0xa000;

const texts: readonly (readonly [from: number, to: number])[] = [
  [bootstrap.vendor, bootstrap.userName + 16],
  [bootstrap.descriptionUrl, bootstrap.secondDescriptionUrl + 512],
];

/**
 * The words of registers, which are kept most significant byte first, as they lie in a memory of that order; and back.
 * Texts and the description have no order.
 */
export function orderedBytes(bytes: Buffer, address: number, order: SimulatorOptions['memoryOrder']): Buffer {
  if (order === 'big-endian' || address >= descriptionAddress) return bytes;
  const ordered = Buffer.from(bytes);
  for (let at = 0; at < bytes.length; at += 4) {
    const isText = texts.some(([from, to]) => address + at >= from && address + at < to);
    if (!isText) ordered.subarray(at, at + 4).reverse();
  }
  return ordered;
}
