import { SaxesParser } from 'saxes';
import { OperatorError } from '../../../platform/errors.ts';
import { descriptionError } from '../genicam-errors.ts';

export type XmlElement = {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of this element itself, without that of its children; trimmed. */
  readonly text: string;
};

export const xmlLimits = { bytes: 16 * 1024 * 1024, elements: 400_000, depth: 32, text: 65_536 } as const;

/** What is wrong in one text only: it is taken as it stands, and everything around it is whole. */
const ofOneText = /: (?:undefined entity|disallowed character)\.$/;

type Open = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string };

/** The root element is closed: what follows is whatever lies in the camera's memory there. */
class DocumentEnd extends Error {}

/**
 * The document's root element; what is before and behind the document is passed over. Entities that the document
 * declares itself are not expanded but refused, so there is no bomb to defuse. Throws a `OperatorError` for what is not
 * well-formed or larger than `xmlLimits`.
 */
export function parseXml(file: Uint8Array): XmlElement {
  if (file.byteLength > xmlLimits.bytes) throw descriptionError('too large');
  let root: XmlElement | null = null;
  let elements = 0;
  const open: Open[] = [];
  const parser = new SaxesParser();
  let isDeclaring = false;
  parser.on('doctype', () => {
    isDeclaring = true;
  });
  // What follows any other error can't be trusted; saxes throws it out of `write`.
  parser.on('error', (error) => {
    if (isDeclaring || !ofOneText.test(error.message)) throw error;
  });
  parser.on('opentag', (tag) => {
    elements += 1;
    if (elements > xmlLimits.elements) throw descriptionError('too many parts');
    if (open.length >= xmlLimits.depth) throw descriptionError('nested too deep');
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
    if (parent !== undefined) return void parent.children.push(element);
    root = element;
    throw new DocumentEnd();
  });
  try {
    parser.write(decoded(file)).close();
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    if (root !== null && error instanceof DocumentEnd) return root;
    throw descriptionError('its XML is broken', error);
  }
  throw descriptionError('empty');
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const headBytes = 4_096;
/** Of a document: its declaration, a comment before it, or its root element. */
const firstMark = /<(?:\?xml\s|!--|!DOCTYPE\s|[A-Za-z_])/;

function decoded(file: Uint8Array): string {
  const head = Buffer.from(file.subarray(0, headBytes)).toString('latin1');
  const declared = /<\?xml\s[^>]{0,200}\sencoding\s*=\s*["']([\w.-]{1,40})["']/.exec(` ${head}`)?.[1];
  const encoding = declared?.toLowerCase() ?? 'utf-8';
  const single = encoding.startsWith('iso-8859-') || encoding.startsWith('windows-') || encoding === 'us-ascii';
  // Of UTF-16 the byte order mark tells, or the zeros beside the first signs.
  const label =
    head.startsWith('\xff\xfe') || head.startsWith('<\0')
      ? 'utf-16le'
      : head.startsWith('\xfe\xff') || head.startsWith('\0<')
        ? 'utf-16be'
        : single
          ? 'windows-1252'
          : 'utf-8';
  const text = new TextDecoder(label).decode(file);
  // The declaration must come first.
  const beginning = text.slice(0, headBytes);
  const start = Math.max(beginning.indexOf('<?xml '), 0) || beginning.search(firstMark);
  return start < 0 ? '' : text.slice(start);
}
