/** What a camera says of itself in its GenICam file, as plain data. Links are names of other nodes, not yet resolved. */

export const nodeKinds = [
  'Category',
  'Integer',
  'IntReg',
  'MaskedIntReg',
  'Float',
  'FloatReg',
  'Boolean',
  'Command',
  'Enumeration',
  'String',
  'StringReg',
  'Register',
  'StructReg',
  'StructEntry',
  'Converter',
  'IntConverter',
  'SwissKnife',
  'IntSwissKnife',
  'Port',
] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** A value that stands in the file itself (`<Min>5</Min>`), or that another node gives (`<pMin>Node</pMin>`). */
export type Operand = { readonly literal: string } | { readonly node: string };

export type AccessMode = 'RO' | 'WO' | 'RW';

export type NamedText = { readonly name: string; readonly text: string };
export type IndexedValue = { readonly index: bigint; readonly value: Operand };

export type EnumerationEntry = {
  readonly name: string;
  readonly displayName: string;
  readonly value: bigint;
  readonly isImplemented: string | null;
  readonly isAvailable: string | null;
};

export type RegisterFacts = {
  /** Added up. */
  readonly addresses: readonly Operand[];
  /** `node` times `offset` is added to the address; without an offset, times the register's length. */
  readonly indexes: readonly { readonly node: string; readonly offset: Operand | null }[];
  readonly length: Operand | null;
  readonly access: AccessMode;
  readonly port: string | null;
  readonly cachable: 'NoCache' | 'WriteThrough' | 'WriteAround';
  /** Its value changes by itself: it is read afresh each time. */
  readonly polled: boolean;
  readonly bigEndian: boolean;
  readonly signed: boolean;
  /** Of masked registers and struct entries, as they stand in the file. */
  readonly lsb: number | null;
  readonly msb: number | null;
};

/** The camera's registers; a part of a picture's chunk data, by its id; or what comes with an event of the camera. */
export type PortTarget =
  | { readonly kind: 'camera' }
  | { readonly kind: 'chunk'; readonly id: { readonly number: number } | { readonly node: string } }
  | { readonly kind: 'event' };

export type DescriptionNode = {
  readonly kind: NodeKind;
  readonly name: string;
  readonly displayName: string;
  readonly tooltip: string;
  readonly visibility: 'beginner' | 'expert' | 'guru' | 'invisible';
  readonly unit: string;
  readonly isImplemented: string | null;
  readonly isAvailable: string | null;
  readonly isLocked: string | null;
  readonly imposedAccess: AccessMode | null;
  readonly invalidators: readonly string[];
  /** Of a category. */
  readonly features: readonly string[];
  /** What this node selects: their values change when it does. */
  readonly selected: readonly string[];
  readonly value: Operand | null;
  /** They are written whenever this node is. */
  readonly copies: readonly string[];
  /** Chooses among `indexed`; `fallback` where none fits. */
  readonly index: string | null;
  readonly indexed: readonly IndexedValue[];
  readonly fallback: Operand | null;
  readonly minimum: Operand | null;
  readonly maximum: Operand | null;
  readonly increment: Operand | null;
  readonly onValue: bigint;
  readonly offValue: bigint;
  readonly commandValue: Operand | null;
  /** Milliseconds; a command that has one can be asked whether it is done. */
  readonly pollingTime: number | null;
  readonly entries: readonly EnumerationEntry[];
  readonly formula: string;
  readonly formulaTo: string;
  readonly formulaFrom: string;
  /** Of a converter: its formulas both rise and fall, so that the ends of one range are not those of the other. */
  readonly varying: boolean;
  readonly variables: readonly { readonly name: string; readonly node: string }[];
  readonly constants: readonly NamedText[];
  readonly expressions: readonly NamedText[];
  readonly register: RegisterFacts | null;
  /** Of a port: what it leads to. */
  readonly leadsTo: PortTarget;
};
