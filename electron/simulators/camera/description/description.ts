import type { SimulatorOptions } from '../options.ts';
import { acquisitionNodes } from './acquisition-nodes.ts';
import { deviceNodes } from './device-nodes.ts';
import { eventNodes } from './event-nodes.ts';
import { imageNodes } from './image-nodes.ts';
import { category } from './nodes.ts';
import { zipOfOne } from './zip.ts';

const categories = [
  'DeviceControl',
  'ImageFormatControl',
  'AcquisitionControl',
  'AnalogControl',
  'ChunkDataControl',
  'EventControl',
  'TransportLayerControl',
  'UserSetControl',
];

/** The camera's description of itself (GenICam), as XML. */
export function descriptionXml(options: SimulatorOptions): string {
  // Under 1.1, registers of four bytes are read one by one and in network order.
  const schema = options.oldSchema ? { minor: 0, name: '1_0' } : { minor: 1, name: '1_1' };
  const attributes = {
    ModelName: options.model,
    VendorName: options.vendor,
    ToolTip: 'A simulated camera',
    StandardNameSpace: 'GEV',
    SchemaMajorVersion: '1',
    SchemaMinorVersion: String(schema.minor),
    SchemaSubMinorVersion: '0',
    MajorVersion: '1',
    MinorVersion: '0',
    SubMinorVersion: '0',
    ProductGuid: '5d0c3a52-0f0e-4f5c-9d0e-2f6c1a7b9e31',
    VersionGuid: '0a3f4c6e-77b2-4f1f-8a65-6d1f8f1f2b10',
    xmlns: `http://www.genicam.org/GenApi/Version_${schema.name}`,
  };
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${attributeText(value)}"`);
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<RegisterDescription ${written.join(' ')}>`,
    category('Root', categories),
    deviceNodes(options),
    imageNodes(options),
    acquisitionNodes(options),
    eventNodes(),
    '<Port Name="Device" NameSpace="Standard"/>',
    '</RegisterDescription>',
    '',
  ].join('\n');
}

const attributeText = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** As it lies in the camera's memory. */
export function descriptionFile(options: SimulatorOptions): Buffer {
  const xml = Buffer.from(descriptionXml(options), 'utf8');
  return Buffer.concat([options.zippedDescription ? zipOfOne('simulator.xml', xml) : xml, options.descriptionTail]);
}
