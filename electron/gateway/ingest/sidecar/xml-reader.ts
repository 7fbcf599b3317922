/*
 * Reads the small part of XML 1.0 that annotation files use: elements, text, CDATA, character references and the five
 * predefined entities. Attributes, comments, processing instructions and the document type are skipped: no entity is
 * ever defined or fetched, so that neither external entities nor entity bombs can do anything. Linear in the length,
 * without recursion, bounded in depth and number of elements.
 */

export type XmlElement = {
  readonly name: string;
  /** All text directly inside the element, in order, trimmed. */
  readonly text: string;
  readonly children: readonly XmlElement[];
};

export type ParsedXml = { readonly ok: true; readonly root: XmlElement } | { readonly ok: false; readonly why: string };

type OpenElement = { readonly name: string; readonly parts: string[]; readonly children: XmlElement[] };

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 500_000;

class XmlFault extends Error {}

export function parseXml(text: string): ParsedXml {
  try {
    return { ok: true, root: parseDocument(text) };
  } catch (error) {
    if (error instanceof XmlFault) return { ok: false, why: error.message };
    throw error;
  }
}

function parseDocument(text: string): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | null = null;
  let elements = 0;
  let position = 0;

  const fault = (at: number, what: string): XmlFault => new XmlFault(`line ${lineOf(text, at)}: ${what}`);
  /** Index after the next `mark`. */
  const after = (mark: string, from: number, what: string): number => {
    const found = text.indexOf(mark, from);
    if (found === -1) throw fault(position, `${what} is not closed`);
    return found + mark.length;
  };
  const close = (element: OpenElement): void => {
    const closed: XmlElement = { name: element.name, text: element.parts.join('').trim(), children: element.children };
    const parent = open.at(-1);
    if (parent === undefined) root = closed;
    else parent.children.push(closed);
  };

  while (position < text.length) {
    const current = open.at(-1);
    const tag = text.indexOf('<', position);
    const end = tag === -1 ? text.length : tag;
    if (end > position) {
      const between = text.slice(position, end);
      if (current !== undefined) current.parts.push(decodeReferences(between));
      else if (/[^\s\ufeff]/.test(between)) throw fault(position, 'there is text outside of the elements');
      position = end;
      continue;
    }
    if (text.startsWith('<!--', tag)) {
      position = after('-->', tag + 4, 'a comment');
    } else if (text.startsWith('<![CDATA[', tag)) {
      const stop = after(']]>', tag + 9, 'a CDATA section');
      current?.parts.push(text.slice(tag + 9, stop - 3));
      position = stop;
    } else if (text.startsWith('<?', tag)) {
      position = after('?>', tag + 2, 'a processing instruction');
    } else if (text.startsWith('<!', tag)) {
      position = endOfDocumentType(text, tag);
      if (position === -1) throw fault(tag, 'the document type is not closed');
    } else if (text.startsWith('</', tag)) {
      const stop = after('>', tag, 'a tag');
      const name = text.slice(tag + 2, stop - 1).trim();
      if (current === undefined || name !== current.name) throw fault(tag, `</${name.slice(0, 40)}> closes nothing`);
      open.pop();
      close(current);
      position = stop;
    } else {
      const stop = endOfTag(text, tag);
      if (stop === -1) throw fault(tag, 'a tag is not closed');
      const isEmpty = text[stop - 2] === '/';
      const name = /^[^\s/>]+/.exec(text.slice(tag + 1, Math.min(stop - 1, tag + 101)))?.[0];
      if (name === undefined) throw fault(tag, 'a tag has no name');
      if (root !== null && current === undefined) throw fault(tag, 'there is a second root element');
      elements += 1;
      if (open.length >= MAX_DEPTH || elements > MAX_ELEMENTS) throw fault(tag, 'there are too many elements');
      const element: OpenElement = { name, parts: [], children: [] };
      if (isEmpty) close(element);
      else open.push(element);
      position = stop;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw fault(text.length, `it stops inside <${unclosed.name.slice(0, 40)}>`);
  if (root === null) throw fault(0, 'there is no element');
  return root;
}

/** Index after the `>` that ends the tag at `from`, past quoted attribute values; -1 when it does not end. */
function endOfTag(text: string, from: number): number {
  for (let index = from + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '>') return index + 1;
    if (character === '<') return -1;
    if (character === '"' || character === "'") {
      index = text.indexOf(character, index + 1);
      if (index === -1) return -1;
    }
  }
  return -1;
}

/** Index after the document type at `from`, past its internal subset in brackets; -1 when it does not end. */
function endOfDocumentType(text: string, from: number): number {
  let inQuotes = '';
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (inQuotes !== '') {
      if (character === inQuotes) inQuotes = '';
    } else if (character === '"' || character === "'") {
      inQuotes = character;
    } else if (text.startsWith('<!--', index)) {
      const end = text.indexOf('-->', index + 4);
      if (end === -1) return -1;
      index = end + 2;
    } else if (character === '[' || character === '<') {
      depth += 1;
    } else if (character === ']' || character === '>') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return -1;
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Character references and predefined entities; anything else stays as written. */
function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/g, (whole, name, decimal, hex) => {
    if (typeof name === 'string') return predefined[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code === 0 || code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index !== -1 && index < at; index = text.indexOf('\n', index + 1)) line += 1;
  return line;
}
