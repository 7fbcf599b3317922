import type { RegisterFacts } from './description/description-nodes.ts';

type Layout = Pick<RegisterFacts, 'bigEndian' | 'signed' | 'lsb' | 'msb'>;

export type BitField = { readonly shift: bigint; readonly width: number };

export const longestInteger = 8;

/**
 * Where a masked value lies in its register of `length` bytes; null for bits that it does not have. Bits of a
 * big-endian register are counted from its most significant one.
 */
export function bitField(layout: Layout, length: number): BitField | null {
  const bits = length * 8;
  const place = (bit: number): number => (layout.bigEndian ? bits - 1 - bit : bit);
  const low = place(layout.lsb ?? (layout.bigEndian ? bits - 1 : 0));
  const high = place(layout.msb ?? (layout.bigEndian ? 0 : bits - 1));
  const [first, last] = low <= high ? [low, high] : [high, low];
  if (!Number.isInteger(first) || first < 0 || last >= bits) return null;
  return { shift: BigInt(first), width: last - first + 1 };
}

export function decodeInteger(bytes: Uint8Array, layout: Layout, field: BitField): bigint {
  const value = (unsignedOf(bytes, layout.bigEndian) >> field.shift) & maskOf(field);
  // GenICam knows 64-bit signed integers only: an unsigned one of 64 bits wraps.
  return layout.signed ? BigInt.asIntN(field.width, value) : BigInt.asIntN(64, value);
}

/** `before`: the register's bytes now, of which those outside of the field are kept. */
export function encodeInteger(value: bigint, before: Uint8Array, layout: Layout, field: BitField): Buffer {
  const mask = maskOf(field) << field.shift;
  const kept = unsignedOf(before, layout.bigEndian) & ~mask;
  let rest = kept | ((value << field.shift) & mask);
  const bytes = Buffer.alloc(before.byteLength);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[layout.bigEndian ? bytes.length - 1 - index : index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

export function integerRange(signed: boolean, width: number): { minimum: bigint; maximum: bigint } {
  if (signed) return { minimum: -(1n << BigInt(width - 1)), maximum: (1n << BigInt(width - 1)) - 1n };
  return { minimum: 0n, maximum: (1n << BigInt(Math.min(width, 63))) - 1n };
}

/** Four or eight bytes; NaN for any other number of them. */
export function decodeFloat(bytes: Uint8Array, bigEndian: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength === 4) return view.getFloat32(0, !bigEndian);
  return bytes.byteLength === 8 ? view.getFloat64(0, !bigEndian) : Number.NaN;
}

export function encodeFloat(value: number, length: 4 | 8, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  if (length === 4) view.setFloat32(0, value, !bigEndian);
  else view.setFloat64(0, value, !bigEndian);
  return bytes;
}

/** Up to the first zero. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function unsignedOf(bytes: Uint8Array, bigEndian: boolean): bigint {
  const ordered = bigEndian ? bytes : Uint8Array.from(bytes).reverse();
  return bytes.byteLength === 0 ? 0n : BigInt(`0x${Buffer.from(ordered).toString('hex')}`);
}

function maskOf(field: BitField): bigint {
  return (1n << BigInt(field.width)) - 1n;
}
