import { readText } from './text.ts';

/*
 * Values of a COCO file that are no numbers are kept for messages only, and in them a list is "a list", whatever it holds:
 * as the file has them, some kilobytes could take a hundred times as much.
 */

const aList: readonly unknown[] = [];
const anObject = {};

export function shortValue(value: unknown): unknown {
  // A blank text is not the same as none.
  if (typeof value === 'string') return value === '' ? '' : (readText(value) ?? ' ');
  if (Array.isArray(value)) return aList;
  return typeof value === 'object' && value !== null ? anObject : value;
}

/** A box of four is wrong by one of its numbers, any other as a whole. */
export const shortBox = (value: unknown): unknown =>
  Array.isArray(value) && value.length === 4 ? value.map(shortValue) : shortValue(value);

/** Memory of a text's letters; those beyond Latin-1 make all of it twice as wide. */
export function bytesOf(text: string | number): number {
  if (typeof text === 'number') return 0;
  return (/[^\0-\xff]/.test(text) ? 2 : 1) * text.length;
}
