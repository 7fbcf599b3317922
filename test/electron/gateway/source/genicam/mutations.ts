import { nodeKinds } from '../../../../../electron/gateway/source/genicam/description/description-nodes.ts';

/** What hurts where a number, a name or a formula is expected. */
const morsels = [
  '',
  '0',
  '-1',
  '1',
  '4',
  '8',
  '0x7FFFFFFFFFFFFFFF',
  '0xFFFFFFFFFFFFFFFF',
  '65536',
  '99999999999999999999',
  '1e308',
  'NaN',
  'INF',
  'Width',
  'Root',
  'Device',
  'TO',
  'FROM',
  'TO * FROM',
  '1/0',
  '1 << 99999',
  '2 ** 2 ** 99',
  '((((',
  'A.Max',
  '&amp;',
  'RO',
  'WO',
  'RW',
  'BigEndian',
  'Signed',
  'NoCache',
  'WriteAround',
];
/** What no XML parser takes in such a place, or reads as something else. */
const poison = ['&unknown;', '<Group>', '</Group>', '<![CDATA[', ']]>', '<!--', '\0', '\u{10FFFF}'];
const elements = [
  ...nodeKinds,
  'Group',
  'Address',
  'Length',
  'pValue',
  'pMin',
  'pMax',
  'pInc',
  'pIsAvailable',
  'pIsImplemented',
  'pIsLocked',
  'pAddress',
  'pIndex',
  'pLength',
  'pInvalidator',
  'pSelected',
  'pVariable',
  'Formula',
  'FormulaTo',
  'FormulaFrom',
  'Bit',
  'LSB',
  'MSB',
  'Value',
];

/** One to eight changes: most keep the XML well-formed, so that they reach what is behind the parser. */
export function mutated(xml: string, random: () => number): string {
  let text = xml;
  const below = (limit: number): number => Math.floor(random() * limit);
  const any = (list: readonly string[]): string => list[below(list.length)] ?? '';
  for (let change = 1 + below(8); change > 0; change -= 1) {
    switch (below(40)) {
      case 0: {
        const at = below(text.length);
        text = text.slice(0, at) + String.fromCharCode(below(300)) + text.slice(at + below(3));
        break;
      }
      case 1:
        text = text.slice(0, below(text.length));
        break;
      case 2:
        text = changeNth(text, />[^<>]+</g, below, () => `>${any(poison)}<`);
        break;
      case 4:
      case 5:
      case 6:
      case 7:
      case 8:
      case 9:
        text = renameElement(text, any(elements), below);
        break;
      case 10:
      case 11: {
        const from = Math.max(text.lastIndexOf('\n', below(text.length)), 0);
        const to = text.indexOf('\n', from + 1 + below(400));
        text = text.slice(0, Math.max(to, from)) + text.slice(from);
        break;
      }
      case 12:
      case 13:
      case 14:
      case 15:
      case 16:
      case 17: {
        const texts = text.match(/>[^<>\s][^<>]*</g) ?? [''];
        text = changeNth(text, />[^<>\s][^<>]*</g, below, () => any(texts));
        break;
      }
      default:
        text = changeNth(text, />[^<>\s][^<>]*</g, below, () => `>${any(morsels)}<`);
    }
    if (text.length > 500_000) break;
  }
  return text;
}

function changeNth(text: string, pattern: RegExp, below: (limit: number) => number, make: () => string): string {
  const places = [...text.matchAll(pattern)];
  const place = places[below(places.length)];
  if (place === undefined) return text;
  return text.slice(0, place.index) + make() + text.slice(place.index + place[0].length);
}

/** Both of its tags, where it is a leaf or has no element of its own name in it. */
function renameElement(text: string, name: string, below: (limit: number) => number): string {
  const opening = [...text.matchAll(/<([A-Za-z]+)/g)];
  const chosen = opening[below(opening.length)];
  if (chosen?.[1] === undefined) return text;
  const after = chosen.index + chosen[0].length;
  const end = text.indexOf(`</${chosen[1]}>`, after);
  const rest =
    end < 0 ? text.slice(after) : `${text.slice(after, end)}</${name}>${text.slice(end + chosen[1].length + 3)}`;
  return `${text.slice(0, chosen.index)}<${name}${rest}`;
}
