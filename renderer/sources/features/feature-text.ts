import type { Feature } from '../../../shared/camera.ts';
import { isolated } from '../../../shared/isolated.ts';

/** Values, ranges and access of a camera's settings in words. */

const figures = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 15, useGrouping: false });

/** A number as a person reads and types it: at most seven figures of a float, all of an integer. */
export const formatNumber = (value: number): string =>
  Number.isInteger(value) ? figures.format(value) : figures.format(Number(value.toPrecision(7)));

/** What a person typed as a number: `12`, `0.5`, `0,5`, `0x1F`; null where it is none. */
export function parseNumber(text: string): number | null {
  const plain = text
    .trim()
    .replace(/\u202f/g, '')
    .replace(/\u2212/g, '-')
    .replace(',', '.');
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$|^0x[\da-f]{1,13}$/i.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

/** The same in running text: a narrow space between thousands, for a comma or point could be typed as a fraction's. */
function spaced(value: number): string {
  const [whole = '', ...rest] = formatNumber(value).split('.');
  const parted = Math.abs(value) < 10_000 ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
  return [parted, ...rest].join('.');
}

const withUnit = (text: string, unit: string): string => (unit === '' ? text : `${text} ${isolated(unit)}`);

/** `1 to 100 µs, in steps of 2`; empty where nothing bounds it. */
export function rangeWords({ kind, minimum, maximum, increment, unit }: Feature): string {
  if (kind !== 'integer' && kind !== 'float') return '';
  const bounds =
    minimum !== null && maximum !== null
      ? withUnit(`${spaced(minimum)} to ${spaced(maximum)}`, unit)
      : minimum !== null
        ? withUnit(`At least ${spaced(minimum)}`, unit)
        : maximum !== null
          ? withUnit(`At most ${spaced(maximum)}`, unit)
          : '';
  const plain = increment === null || increment === 0 || (kind === 'integer' && increment === 1);
  const steps = plain ? '' : `in steps of ${formatNumber(increment)}`;
  return [bounds, steps].filter((part) => part !== '').join(', ');
}

/** The value as it is now. */
export function valueWords(feature: Feature): string {
  const { value, kind, unit, choices } = feature;
  if (value === null) return kind === 'command' ? '' : 'Not readable';
  if (typeof value === 'boolean') return value ? 'On' : 'Off';
  if (typeof value === 'number') return withUnit(spaced(value), unit);
  if (kind === 'enumeration') return choices.find(({ name }) => name === value)?.displayName || value;
  return value === '' ? 'Empty' : value;
}

export const canWrite = ({ access, kind }: Pick<Feature, 'access' | 'kind'>): boolean =>
  (access === 'write' || access === 'read-write') && kind !== 'register';

/** Empty where a setting can be read and changed, as most can. */
export function accessWords({ access, kind }: Pick<Feature, 'access' | 'kind'>): string {
  if (kind === 'register') return 'Raw bytes: not shown here';
  switch (access) {
    case 'none':
      return 'Not available now';
    case 'read':
      return 'Read only';
    case 'write':
      return kind === 'command' ? '' : 'Can be set, not read';
    case 'read-write':
      return '';
  }
}

/** How far one press of − or + goes: the camera's own step, or about a tenth of the value's size, in round figures. */
function stepOf({ kind, value, minimum, maximum, increment }: Feature): number {
  if (increment !== null && increment > 0) return increment;
  if (kind === 'integer') return 1;
  const size = Math.abs(typeof value === 'number' && value !== 0 ? value : ((maximum ?? 10) - (minimum ?? 0)) / 10);
  return size > 0 && Number.isFinite(size) ? 10 ** (Math.floor(Math.log10(size)) - 1) : 0.1;
}

/** One step up or down from `from`, within the range, without the noise of binary fractions. */
export function stepped(feature: Feature, from: number, direction: 1 | -1): number {
  const next = Number((from + direction * stepOf(feature)).toPrecision(12));
  return Math.min(feature.maximum ?? next, Math.max(feature.minimum ?? next, next));
}

/** `ImageFormatControl` -> `Image format control`; abbreviations stay: `GigE Vision`, `LUTControl` -> `LUT control`. */
export function categoryWords(name: string): string {
  if (/\s/.test(name)) return name;
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .replace(/\bGig E\b/g, 'GigE')
    .split(' ');
  return words.map((word, at) => (at === 0 || !/^[A-Z][a-z]+$/.test(word) ? word : word.toLowerCase())).join(' ');
}
