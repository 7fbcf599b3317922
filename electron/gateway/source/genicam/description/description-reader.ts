import { descriptionError } from '../genicam-errors.ts';
import { parseInteger } from '../numbers.ts';
import type { DescriptionNode, NodeKind, Operand, RegisterFacts } from './description-nodes.ts';
import {
  accessMode,
  bitRange,
  cachability,
  enumerationEntry,
  indexedValue,
  indexOffset,
  longestText,
  namedTexts,
  operand,
  portTarget,
  textOf,
  textsOf,
  visibility,
} from './element-fields.ts';
import type { XmlElement } from './xml-elements.ts';

const mostNodes = 50_000;

const valueKinds: ReadonlySet<string> = new Set<NodeKind>([
  'Category',
  'Integer',
  'Float',
  'Boolean',
  'Command',
  'Enumeration',
  'String',
  'Converter',
  'IntConverter',
  'SwissKnife',
  'IntSwissKnife',
  'Port',
]);
const registerKinds: ReadonlySet<string> = new Set<NodeKind>([
  'IntReg',
  'MaskedIntReg',
  'FloatReg',
  'StringReg',
  'Register',
  'StructReg',
]);

/** Elements to nodes. Groups are dissolved; struct entries and formulas inside of registers become nodes of their own. */
export class NodeReader {
  readonly nodes = new Map<string, DescriptionNode>();
  #unnamed = 0;

  readAll(parent: XmlElement): void {
    for (const element of parent.children) {
      if (element.name === 'Group') this.readAll(element);
      else if (valueKinds.has(element.name)) this.#add(element, element.name as NodeKind, null);
      else if (element.name === 'StructReg') this.#addStruct(element);
      else if (registerKinds.has(element.name)) this.#add(element, element.name as NodeKind, this.#register(element));
    }
  }

  #addStruct(struct: XmlElement): void {
    const shared = this.#register(struct);
    this.#add(struct, 'StructReg', shared);
    for (const entry of struct.children) {
      if (entry.name !== 'StructEntry') continue;
      this.#add(entry, 'StructEntry', entryFacts(entry, shared));
    }
  }

  /** Returns the node's name. The first of two nodes of one name counts. */
  #add(element: XmlElement, kind: NodeKind, register: RegisterFacts | null): string {
    const given = element.attributes['Name']?.trim().slice(0, longestText) ?? '';
    const name = given === '' ? this.#inventName(kind) : given;
    if (this.nodes.has(name)) return name;
    if (this.nodes.size >= mostNodes) throw descriptionError('too many settings');
    this.nodes.set(name, readNode(element, kind, name, register));
    return name;
  }

  #inventName(kind: NodeKind): string {
    this.#unnamed += 1;
    // A colon can't stand in a name of the file.
    return `unnamed:${kind}:${this.#unnamed}`;
  }

  #register(element: XmlElement): RegisterFacts {
    const addresses: Operand[] = [];
    const indexes: { node: string; offset: Operand | null }[] = [];
    for (const child of element.children) {
      if (child.name === 'Address') addresses.push({ literal: child.text });
      else if (child.name === 'pAddress') addresses.push({ node: child.text });
      else if (child.name === 'IntSwissKnife') addresses.push({ node: this.#add(child, 'IntSwissKnife', null) });
      else if (child.name === 'pIndex') indexes.push({ node: child.text, offset: indexOffset(child) });
    }
    const polling = parseInteger(textOf(element, 'PollingTime') ?? '');
    return {
      addresses,
      indexes,
      length: operand(element, 'Length'),
      access: accessMode(textOf(element, 'AccessMode')) ?? 'RO',
      port: textOf(element, 'pPort'),
      cachable: cachability(textOf(element, 'Cachable')),
      polled: polling !== null && polling > 0n,
      bigEndian: /^big/i.test(textOf(element, 'Endianess') ?? textOf(element, 'Endianness') ?? ''),
      signed: /^signed$/i.test(textOf(element, 'Sign') ?? ''),
      ...bitRange(element),
    };
  }
}

function entryFacts(entry: XmlElement, shared: RegisterFacts): RegisterFacts {
  const polling = parseInteger(textOf(entry, 'PollingTime') ?? '');
  return {
    ...shared,
    ...bitRange(entry),
    access: accessMode(textOf(entry, 'AccessMode')) ?? shared.access,
    signed: /^signed$/i.test(textOf(entry, 'Sign') ?? (shared.signed ? 'Signed' : '')),
    cachable: textOf(entry, 'Cachable') === null ? shared.cachable : cachability(textOf(entry, 'Cachable')),
    polled: shared.polled || (polling !== null && polling > 0n),
  };
}

function readNode(element: XmlElement, kind: NodeKind, name: string, register: RegisterFacts | null): DescriptionNode {
  const polling = parseInteger(textOf(element, 'PollingTime') ?? '');
  return {
    kind,
    name,
    displayName: (textOf(element, 'DisplayName') ?? '').slice(0, longestText) || name,
    tooltip: (textOf(element, 'ToolTip') ?? textOf(element, 'Description') ?? '').slice(0, longestText),
    visibility: visibility(textOf(element, 'Visibility')),
    unit: (textOf(element, 'Unit') ?? '').slice(0, 100),
    isImplemented: textOf(element, 'pIsImplemented'),
    isAvailable: textOf(element, 'pIsAvailable'),
    isLocked: textOf(element, 'pIsLocked'),
    imposedAccess: accessMode(textOf(element, 'ImposedAccessMode')),
    invalidators: textsOf(element, 'pInvalidator'),
    features: kind === 'Category' ? textsOf(element, 'pFeature') : [],
    selected: textsOf(element, 'pSelected'),
    value: operand(element, 'Value'),
    copies: textsOf(element, 'pValueCopy'),
    index: register === null ? textOf(element, 'pIndex') : null,
    indexed: element.children.flatMap((child) => indexedValue(child)),
    fallback: operand(element, 'ValueDefault'),
    minimum: operand(element, 'Min'),
    maximum: operand(element, 'Max'),
    increment: operand(element, 'Inc'),
    onValue: parseInteger(textOf(element, 'OnValue') ?? '') ?? 1n,
    offValue: parseInteger(textOf(element, 'OffValue') ?? '') ?? 0n,
    commandValue: operand(element, 'CommandValue'),
    pollingTime: polling === null ? null : Number(polling),
    entries: kind === 'Enumeration' ? element.children.flatMap((child) => enumerationEntry(child)) : [],
    formula: textOf(element, 'Formula') ?? '',
    formulaTo: textOf(element, 'FormulaTo') ?? '',
    formulaFrom: textOf(element, 'FormulaFrom') ?? '',
    varying: textOf(element, 'Slope') === 'Varying',
    variables: namedTexts(element, 'pVariable').map(({ name, text }) => ({ name, node: text })),
    constants: namedTexts(element, 'Constant'),
    expressions: namedTexts(element, 'Expression'),
    register,
    leadsTo: portTarget(element),
  };
}
