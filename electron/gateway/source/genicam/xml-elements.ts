import { SaxesParser } from 'saxes';
import { GatewayError } from '../../platform/errors.ts';
import { descriptionError } from './genicam-errors.ts';

export type XmlElement = {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of this element itself, without that of its children; trimmed. */
  readonly text: string;
};

export const xmlLimits = { bytes: 16 * 1024 * 1024, elements: 400_000, depth: 32, text: 65_536 } as const;

type Open = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string };

/**
 * The document's root element. Entities that the document declares itself are not expanded but refused, so there is no
 * bomb to defuse. Throws a `GatewayError` for what is not well-formed or larger than `xmlLimits`.
 */
export function parseXml(file: Uint8Array): XmlElement {
  if (file.byteLength > xmlLimits.bytes) throw descriptionError('The camera description is too large.');
  let root: XmlElement | null = null;
  let elements = 0;
  const open: Open[] = [];
  const parser = new SaxesParser();
  // What follows an error can't be trusted; saxes throws it out of `write`.
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    elements += 1;
    if (elements > xmlLimits.elements) throw descriptionError('The camera description has too many parts.');
    if (open.length >= xmlLimits.depth) throw descriptionError('The camera description is nested too deep.');
    open.push({ name: localName(tag.name), attributes: tag.attributes, children: [], text: '' });
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element === undefined || element.text.length >= xmlLimits.text) return;
    element.text += text.slice(0, xmlLimits.text - element.text.length);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const element: XmlElement = { ...closed, text: closed.text.trim() };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  try {
    parser.write(decoded(file)).close();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw descriptionError('The camera description is not readable: its XML is broken.', '', error);
  }
  if (root === null) throw descriptionError('The camera description is empty.');
  return root;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function decoded(file: Uint8Array): string {
  const head = Buffer.from(file.subarray(0, 200)).toString('latin1');
  const encoding = /^[^>]*\sencoding\s*=\s*["']([\w.-]{1,40})["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
  const single = encoding.startsWith('iso-8859-') || encoding.startsWith('windows-') || encoding === 'us-ascii';
  // Of UTF-16 only the byte order mark tells.
  const label =
    file[0] === 0xff && file[1] === 0xfe
      ? 'utf-16le'
      : file[0] === 0xfe && file[1] === 0xff
        ? 'utf-16be'
        : single
          ? 'windows-1252'
          : 'utf-8';
  const text = new TextDecoder(label).decode(file);
  // Cameras pad their files with zeros up to the next block.
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end -= 1;
  // The decoder took the byte order mark away; the declaration must come first in what remains.
  return text.slice(0, end).trimStart();
}
