import { crc32, deflateRawSync } from 'node:zlib';

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
