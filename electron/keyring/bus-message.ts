/**
 * The little of D-Bus' wire format that questions with words and answers with a word or a yes need, in the byte order of
 * every PC that this runs on (D-Bus specification, "Message Format").
 */
export type BusCall = {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly words: readonly string[];
};

export type BusReply = {
  readonly answers: number;
  readonly isError: boolean;
  /** Null where it is something else. */
  readonly value: string | boolean | null;
};

const littleEndian = 0x6c;
const kinds = { call: 1, reply: 2, error: 3 } as const;
/** Nobody is to be started to answer. */
const noAutoStart = 2;
const fields = { path: 1, interface: 2, member: 3, replySerial: 5, destination: 6, signature: 8 } as const;
const fixedBytes = 16;
/** Far above any answer that is asked for here. */
const mostBytes = 1 << 20;

class Writer {
  #bytes: number[] = [];

  align(to: number): void {
    while (this.#bytes.length % to !== 0) this.#bytes.push(0);
  }
  byte(...values: number[]): void {
    this.#bytes.push(...values);
  }
  number(value: number): void {
    this.align(4);
    this.byte(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff);
  }
  word(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.number(bytes.length);
    this.byte(...bytes, 0);
  }
  signature(text: string): void {
    this.byte(text.length, ...Buffer.from(text, 'latin1'), 0);
  }
  done(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

export function encodeCall(serial: number, call: BusCall): Buffer {
  const body = new Writer();
  for (const word of call.words) body.word(word);
  const content = body.done();

  const head = new Writer();
  const field = (code: number, type: string, write: () => void): void => {
    head.align(8);
    head.byte(code);
    head.signature(type);
    write();
  };
  // The array's own alignment: its first field begins at byte 16, as in the message.
  field(fields.path, 'o', () => head.word(call.path));
  field(fields.interface, 's', () => head.word(call.interface));
  field(fields.member, 's', () => head.word(call.member));
  field(fields.destination, 's', () => head.word(call.destination));
  if (call.words.length > 0) field(fields.signature, 'g', () => head.signature('s'.repeat(call.words.length)));
  const listed = head.done();

  const message = new Writer();
  message.byte(littleEndian, kinds.call, noAutoStart, 1);
  message.number(content.length);
  message.number(serial);
  message.number(listed.length);
  message.byte(...listed);
  message.align(8);
  return Buffer.concat([message.done(), content]);
}

/** The first message; null while it is not all there. Throws for what is no message of this byte order. */
export function decodeMessage(bytes: Buffer): { readonly reply: BusReply | null; readonly length: number } | null {
  if (bytes.length < fixedBytes) return null;
  if (bytes[0] !== littleEndian) throw new RangeError('a message in another byte order');
  const listed = bytes.readUInt32LE(12);
  const from = aligned(fixedBytes + listed, 8);
  const length = from + bytes.readUInt32LE(4);
  if (length > mostBytes) throw new RangeError('a message too long');
  if (bytes.length < length) return null;
  const kind = bytes[1];
  if (kind !== kinds.reply && kind !== kinds.error) return { reply: null, length };
  const { answers, signature } = readFields(bytes.subarray(0, fixedBytes + listed));
  const isError = kind === kinds.error;
  return { reply: { answers, isError, value: isError ? null : readValue(bytes, from, signature) }, length };
}

const aligned = (at: number, to: number): number => Math.ceil(at / to) * to;

function readFields(bytes: Buffer): { readonly answers: number; readonly signature: string } {
  let answers = 0;
  let signature = '';
  let at = fixedBytes;
  while (at < bytes.length) {
    at = aligned(at, 8);
    const code = bytes.readUInt8(at);
    const type = readSignature(bytes, at + 1);
    at += 3 + type.length;
    if (type === 'g') {
      const text = readSignature(bytes, at);
      if (code === fields.signature) signature = text;
      at += text.length + 2;
    } else {
      at = aligned(at, 4);
      const value = bytes.readUInt32LE(at);
      if (code === fields.replySerial) answers = value;
      at += type === 'u' ? 4 : 4 + value + 1;
    }
  }
  return { answers, signature };
}

const readSignature = (bytes: Buffer, at: number): string =>
  bytes.toString('latin1', at + 1, at + 1 + bytes.readUInt8(at));

function readValue(bytes: Buffer, from: number, signature: string): string | boolean | null {
  switch (signature) {
    case 's':
    case 'o': {
      const at = aligned(from, 4);
      return bytes.toString('utf8', at + 4, at + 4 + bytes.readUInt32LE(at));
    }
    case 'b':
      return bytes.readUInt32LE(aligned(from, 4)) === 1;
    case 'v': {
      const inner = readSignature(bytes, from);
      return inner === 'v' ? null : readValue(bytes, from + inner.length + 2, inner);
    }
    default:
      return null;
  }
}
