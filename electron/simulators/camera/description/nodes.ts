import type { SimulatorOptions } from '../options.ts';

/**
 * Builders of GenICam nodes, in the order of elements that the schema wants. A feature over a register is two nodes:
 * the feature, with its range, and the register `<name>Reg`.
 */

export type Visibility = 'Beginner' | 'Expert' | 'Guru';

/** What all features may say of themselves. */
export type About = {
  readonly tooltip?: string;
  readonly visibility?: Visibility;
  /** Nodes that decide whether it is there, and whether it can be changed now. */
  readonly pIsAvailable?: string;
  readonly pIsLocked?: string;
};

/** Where a register lies. `at`: further elements of the address (`pIndex`). */
export type Place = {
  readonly address: number;
  readonly access: 'RO' | 'RW' | 'WO';
  readonly at?: string;
  readonly bytes?: number;
  readonly port?: string;
};

/** What acquisition locks. */
export const locked = { pIsLocked: 'TLParamsLocked' } as const;

/** Which node locks the start and the stop of the acquisition. */
export const commandLocks = ({
  lock,
}: Pick<SimulatorOptions, 'lock'>): { readonly start: About; readonly stop: About } => {
  const byLock = { pIsLocked: 'AcquisitionLock' };
  return { start: lock === 'none' ? {} : byLock, stop: lock === 'start-and-stop' ? byLock : {} };
};

const hex = (value: number): string => `0x${value.toString(16).toUpperCase()}`;

const element = (name: string, content: string | number | undefined): string =>
  content === undefined ? '' : `<${name}>${content}</${name}>`;

export const node = (kind: string, name: string, content: string): string =>
  `<${kind} Name="${name}" NameSpace="Custom">${content}</${kind}>`;

const featureNode = (kind: string, name: string, about: About, content: string): string =>
  `<${kind} Name="${name}" NameSpace="Standard">${[
    element('ToolTip', about.tooltip),
    element('Visibility', about.visibility ?? 'Beginner'),
    element('pIsAvailable', about.pIsAvailable),
    element('pIsLocked', about.pIsLocked),
    content,
  ].join('')}</${kind}>`;

const placed = (place: Place): string =>
  [
    element('Address', hex(place.address)),
    place.at ?? '',
    element('Length', place.bytes ?? 4),
    element('AccessMode', place.access),
    element('pPort', place.port ?? 'Device'),
    // The camera changes much of it by itself.
    element('Cachable', 'NoCache'),
  ].join('');

export const integerRegister = (name: string, place: Place): string =>
  node('IntReg', name, `${placed(place)}<Sign>Unsigned</Sign><Endianess>BigEndian</Endianess>`);

/** `lsb` and `msb` count from the most significant bit, as big-endian registers do. */
const maskedRegister = (name: string, place: Place, lsb: number, msb: number): string =>
  node(
    'MaskedIntReg',
    name,
    `${placed(place)}<LSB>${lsb}</LSB><MSB>${msb}</MSB><Sign>Unsigned</Sign><Endianess>BigEndian</Endianess>`,
  );

export type Limits = {
  readonly min?: number;
  readonly pMin?: string;
  readonly max?: number;
  readonly pMax?: string;
  readonly inc?: number;
  readonly unit?: string;
  readonly representation?: 'Linear' | 'PureNumber' | 'HexNumber' | 'IPV4Address' | 'MACAddress';
  /** Features that mean another register for each value of this one. */
  readonly selects?: readonly string[];
};

const limits = (given: Limits): string =>
  [
    element('Min', given.min),
    element('pMin', given.pMin),
    element('Max', given.max),
    element('pMax', given.pMax),
    element('Inc', given.inc),
    element('Unit', given.unit),
    element('Representation', given.representation),
    ...(given.selects ?? []).map((name) => element('pSelected', name)),
  ].join('');

/** An integer whose value is the node `pValue`. */
export const integerOver = (name: string, pValue: string, given: Limits & About = {}): string =>
  featureNode('Integer', name, given, `<pValue>${pValue}</pValue>${limits(given)}`);

export const integer = (name: string, place: Place, given: Limits & About = {}): string =>
  integerOver(name, `${name}Reg`, given) + integerRegister(`${name}Reg`, place);

export const maskedInteger = (
  name: string,
  place: Place,
  [lsb, msb]: readonly [number, number],
  given: Limits & About = {},
): string => integerOver(name, `${name}Reg`, given) + maskedRegister(`${name}Reg`, place, lsb, msb);

export const floatOver = (name: string, pValue: string, given: Limits & About = {}): string =>
  featureNode('Float', name, given, `<pValue>${pValue}</pValue>${limits(given)}`);

export const float = (name: string, place: Place, given: Limits & About = {}): string =>
  floatOver(name, `${name}Reg`, given) +
  node('FloatReg', `${name}Reg`, `${placed(place)}<Endianess>BigEndian</Endianess>`);

export const boolean = (name: string, place: Place, about: About = {}): string =>
  featureNode('Boolean', name, about, `<pValue>${name}Reg</pValue><OnValue>1</OnValue><OffValue>0</OffValue>`) +
  integerRegister(`${name}Reg`, place);

export const maskedBoolean = (name: string, place: Place, bit: number, about: About = {}): string =>
  featureNode('Boolean', name, about, `<pValue>${name}Reg</pValue><OnValue>1</OnValue><OffValue>0</OffValue>`) +
  maskedRegister(`${name}Reg`, place, bit, bit);

export const command = (name: string, address: number, value: number, about: About = {}, at = ''): string =>
  featureNode('Command', name, about, `<pValue>${name}Reg</pValue><CommandValue>${value}</CommandValue>`) +
  integerRegister(`${name}Reg`, { address, access: 'RW', at });

export type Choice = { readonly name: string; readonly value: number; readonly pIsAvailable?: string };

export const choicesOf = (names: readonly string[]): Choice[] => names.map((name, value) => ({ name, value }));

export const enumeration = (
  name: string,
  place: Place,
  choices: readonly Choice[],
  given: About & { readonly selects?: readonly string[] } = {},
): string => {
  const entries = choices.map(
    ({ name: choice, value, pIsAvailable }) =>
      `<EnumEntry Name="${choice}" NameSpace="Standard">${element('pIsAvailable', pIsAvailable)}<Value>${value}</Value></EnumEntry>`,
  );
  const selected = (given.selects ?? []).map((one) => element('pSelected', one));
  return (
    featureNode('Enumeration', name, given, [...entries, `<pValue>${name}Reg</pValue>`, ...selected].join('')) +
    integerRegister(`${name}Reg`, place)
  );
};

/** Text in a register of its own. */
export const text = (name: string, place: Place, about: About = {}): string =>
  featureNode('StringReg', name, about, placed(place));

/** `formula` is plain text; variables are names of nodes. */
export const formula = (name: string, variables: readonly string[], expression: string): string =>
  node(
    'IntSwissKnife',
    name,
    [
      ...variables.map((variable) => `<pVariable Name="${variable.toUpperCase()}">${variable}</pVariable>`),
      element('Formula', expression.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
    ].join(''),
  );

export const category = (name: string, features: readonly string[]): string =>
  `<Category Name="${name}" NameSpace="Standard">${features.map((one) => element('pFeature', one)).join('')}</Category>`;
