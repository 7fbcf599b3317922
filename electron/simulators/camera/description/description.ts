import { crc32, deflateRawSync } from 'node:zlib';
import type { SimulatorOptions } from '../options.ts';
import { acquisitionNodes } from './acquisition-nodes.ts';
import { deviceNodes } from './device-nodes.ts';
import { imageNodes } from './image-nodes.ts';
import { category, integerOver, integerRegister, node } from './nodes.ts';

const deflated = 8;
/** The first day that a ZIP can name: the description is the same whenever it is made. */
const date = 0x0021;
const versionNeeded = 20;

/** A ZIP archive of one file. */
export function zipOfOne(name: string, content: Buffer): Buffer {
  const fileName = Buffer.from(name, 'latin1');
  const compressed = deflateRawSync(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(versionNeeded, 0);
  common.writeUInt16LE(deflated, 4);
  common.writeUInt16LE(date, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(compressed.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(fileName.length, 22);

  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, fileName, compressed]);

  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(versionNeeded, 0);
  // Comment, disk, attributes and the place of the file, which is the beginning: all zero.
  const entry = Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, common, Buffer.alloc(14), fileName]);

  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

/** What the camera would tell with an event: there is no register of the camera behind it. */
function eventNodes(): string {
  return [
    category('EventControl', ['EventExposureEndTimestamp', 'EventExposureEndFrameID']),
    node('Port', 'ExposureEndEventPort', '<EventID>9001</EventID>'),
    // As in real descriptions, where they begin again at zero: the camera has registers at these addresses.
    ...(['Timestamp', 'FrameID'] as const).map(
      (name, index) =>
        integerOver(`EventExposureEnd${name}`, `EventExposureEnd${name}Reg`) +
        integerRegister(`EventExposureEnd${name}Reg`, {
          address: 8 * index,
          access: 'RO',
          bytes: 8,
          port: 'ExposureEndEventPort',
        }),
    ),
  ].join('\n');
}

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
