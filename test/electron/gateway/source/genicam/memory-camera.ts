import { readFile } from 'node:fs/promises';
import { parseDescription } from '../../../../../electron/gateway/source/genicam/description/description.ts';
import type { MemoryPort } from '../../../../../electron/gateway/source/genicam/memory-port.ts';
import { NodeMap } from '../../../../../electron/gateway/source/genicam/node-map.ts';
import { type Message, message, type ParamsOf } from '../../../../../shared/messages/message.ts';

export const difficultXml = await readFile(new URL('./difficult-camera.xml', import.meta.url));

/** A camera that is nothing but its memory, and counts how it is asked. */
export class MemoryCamera implements MemoryPort {
  readonly memory = Buffer.alloc(0x1000);
  readonly reads: number[] = [];
  readonly writes: number[] = [];
  /** Called after each write, for a camera that reacts. */
  onWrite: (address: number) => void = () => undefined;
  fault: ((address: number) => Error | null) | null = null;

  constructor() {
    this.memory.writeUInt32BE(640, 0x100);
    this.memory.writeUInt32BE(2_000, 0x104);
    this.memory.writeUInt16LE(1, 0x108);
    this.memory.writeUInt32BE(0x01080001, 0x10c);
    this.memory.writeUInt32BE(640 * 480, 0x110);
    this.memory.writeUInt32BE(0x55, 0x270);
    this.memory.writeUInt32BE(40_000, 0x264);
  }

  readMemory = async (address: number, length: number): Promise<Buffer> => {
    this.reads.push(address);
    const fault = this.fault?.(address);
    if (fault) throw fault;
    return Buffer.from(this.memory.subarray(address, address + length));
  };

  writeMemory = async (address: number, data: Buffer): Promise<void> => {
    this.writes.push(address);
    const fault = this.fault?.(address);
    if (fault) throw fault;
    data.copy(this.memory, address);
    this.onWrite(address);
  };
}

/** What GVCP's errors look like from here. */
export class Refused extends Error {
  readonly status = 0x8006;
  readonly refusal: Message;

  constructor(context: ParamsOf<'camera-register-refused'>['context']) {
    super('refused');
    this.refusal = message('camera-register-refused', { context });
  }
}

export function openDifficult(): { camera: MemoryCamera; map: NodeMap } {
  const camera = new MemoryCamera();
  return { camera, map: NodeMap.open(parseDescription(difficultXml), camera) };
}

/** A description with these nodes and a port, all of them in the category `Root`. */
export function describing(nodes: string): Buffer {
  const names = [...nodes.matchAll(/^<\w+ Name="(\w+)"/gm)].map((match) => `<pFeature>${match[1]}</pFeature>`);
  return Buffer.from(
    `<RegisterDescription SchemaMajorVersion="1" SchemaMinorVersion="1" SchemaSubMinorVersion="0">
     <Category Name="Root">${names.join('')}</Category>${nodes}<Port Name="Device"/></RegisterDescription>`,
  );
}
