import { parseInteger } from '../numbers.ts';
import type {
  AccessMode,
  DescriptionNode,
  EnumerationEntry,
  Operand,
  PortTarget,
  RegisterFacts,
} from './description-nodes.ts';
import type { XmlElement } from './xml-elements.ts';

/** The single facts that the children of a node's element state. */

export const longestText = 2_000;

export function textOf(element: XmlElement, name: string): string | null {
  return element.children.find((child) => child.name === name)?.text ?? null;
}

export function textsOf(element: XmlElement, name: string): readonly string[] {
  return element.children.filter((child) => child.name === name).map((child) => child.text);
}

export function namedTexts(element: XmlElement, name: string): readonly { name: string; text: string }[] {
  return element.children
    .filter((child) => child.name === name)
    .map((child) => ({ name: child.attributes['Name'] ?? '', text: child.text }));
}

/** `<Name>literal</Name>` or `<pName>node</pName>`. */
export function operand(element: XmlElement, name: string): Operand | null {
  const node = textOf(element, `p${name}`);
  if (node !== null) return { node };
  const literal = textOf(element, name);
  return literal === null ? null : { literal };
}

export function indexOffset(index: XmlElement): Operand | null {
  const node = index.attributes['pOffset'];
  if (node !== undefined) return { node: node.trim() };
  const literal = index.attributes['Offset'];
  return literal === undefined ? null : { literal };
}

export function indexedValue(child: XmlElement): { index: bigint; value: Operand }[] {
  if (child.name !== 'ValueIndexed' && child.name !== 'pValueIndexed') return [];
  const index = parseInteger(child.attributes['Index'] ?? '');
  if (index === null) return [];
  return [{ index, value: child.name === 'ValueIndexed' ? { literal: child.text } : { node: child.text } }];
}

export function enumerationEntry(child: XmlElement): EnumerationEntry[] {
  const name = child.attributes['Name']?.trim() ?? '';
  const value = parseInteger(textOf(child, 'Value') ?? '');
  if (child.name !== 'EnumEntry' || name === '' || value === null) return [];
  // The name has to be unique in some files; the symbol is then what people and standards call the choice.
  const symbol = (textOf(child, 'Symbolic') ?? '') || name;
  return [
    {
      name: symbol.slice(0, longestText),
      displayName: (textOf(child, 'DisplayName') || symbol).slice(0, longestText),
      value,
      isImplemented: textOf(child, 'pIsImplemented'),
      isAvailable: textOf(child, 'pIsAvailable'),
    },
  ];
}

export function accessMode(text: string | null): AccessMode | null {
  if (text === 'RW' || text === 'RO' || text === 'WO') return text;
  // Seen in files in the field.
  return text === 'R' ? 'RO' : text === 'W' ? 'WO' : null;
}

export function cachability(text: string | null): RegisterFacts['cachable'] {
  return text === 'NoCache' || text === 'WriteAround' ? text : 'WriteThrough';
}

export function visibility(text: string | null): DescriptionNode['visibility'] {
  if (text === 'Expert') return 'expert';
  if (text === 'Guru') return 'guru';
  return text === 'Invisible' ? 'invisible' : 'beginner';
}

/** Of a port. One whose id can't be read leads nowhere that could be read; never to the camera's registers. */
export function portTarget(element: XmlElement): PortTarget {
  if (operand(element, 'EventID') !== null) return { kind: 'event' };
  const id = operand(element, 'ChunkID');
  if (id === null) return { kind: 'camera' };
  if ('node' in id) return { kind: 'chunk', id };
  // Hexadecimal, with or without saying so.
  const digits = /^(?:0x)?([0-9a-f]{1,8})$/i.exec(id.literal)?.[1];
  return { kind: 'chunk', id: { number: digits === undefined ? Number.NaN : Number.parseInt(digits, 16) } };
}

export function bitRange(element: XmlElement): { lsb: number | null; msb: number | null } {
  const bit = (name: string): number | null => {
    const value = parseInteger(textOf(element, name) ?? '');
    return value === null ? null : Number(value);
  };
  const single = bit('Bit');
  return { lsb: single ?? bit('LSB'), msb: single ?? bit('MSB') };
}
