import { linksOf } from '../dependents.ts';
import { descriptionError } from '../genicam-errors.ts';
import { parseInteger } from '../numbers.ts';
import type { DescriptionNode } from './description-nodes.ts';
import { NodeReader } from './description-reader.ts';
import { parseXml } from './xml-elements.ts';

export type SchemaVersion = { readonly major: number; readonly minor: number; readonly subMinor: number };

export type Description = {
  readonly vendor: string;
  readonly model: string;
  readonly schemaVersion: SchemaVersion;
  readonly nodes: ReadonlyMap<string, DescriptionNode>;
};

/** Reads a whole GenICam file (XML, unzipped). Unknown elements are passed over. Throws a `OperatorError`. */
export function parseDescription(file: Uint8Array): Description {
  const root = parseXml(file);
  if (root.name !== 'RegisterDescription') {
    throw descriptionError(`not a description: the root element is ${root.name.slice(0, 80)}`);
  }
  const reader = new NodeReader();
  reader.readAll(root);
  if (reader.nodes.size === 0) throw descriptionError('no settings in it');
  if (lacksLock(reader.nodes)) reader.readAll(parseXml(Buffer.from(usualLock)));
  const version = (part: string): number => Number(parseInteger(root.attributes[part] ?? '') ?? 0n);
  return {
    vendor: (root.attributes['VendorName'] ?? '').slice(0, 200),
    model: (root.attributes['ModelName'] ?? '').slice(0, 200),
    schemaVersion: {
      major: version('SchemaMajorVersion'),
      minor: version('SchemaMinorVersion'),
      subMinor: version('SchemaSubMinorVersion'),
    },
    nodes: reader.nodes,
  };
}

/**
 * Some descriptions lock their features by `TLParamsLocked` and leave it to the program to have such a node, which then
 * is a value without a register. Source: Aravis, which adds it too.
 */
const usualLock = '<Group><Integer Name="TLParamsLocked"><Value>0</Value><Min>0</Min><Max>1</Max></Integer></Group>';

function lacksLock(nodes: ReadonlyMap<string, DescriptionNode>): boolean {
  return !nodes.has('TLParamsLocked') && [...nodes.values()].some((node) => linksOf(node).includes('TLParamsLocked'));
}

/** Written for ports that access four bytes as one number, most significant byte first whatever the camera's order. */
export function isLegacySchema(version: SchemaVersion): boolean {
  return version.major < 1 || (version.major === 1 && version.minor < 1);
}
