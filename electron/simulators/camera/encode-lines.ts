import { bytesInLine, type Channel, type Packing, type PixelFormat } from './pixel-formats.ts';

/** A sample of 16 bits; formats of fewer take its upper ones. `x` and `y` in pixels of the sensor. */
export type SampleAt = (x: number, y: number, channel: Channel) => number;

export type Area = {
  readonly offsetX: number;
  readonly offsetY: number;
  readonly width: number;
  readonly height: number;
};

/** One line of the area as the camera sends it; words are little-endian. `y` in lines of the sensor. */
export function encodeLine(format: PixelFormat, area: Area, y: number, sampleAt: SampleAt): Buffer {
  const { channelsAt, columnAt, samplesInPixel } = sampleOrder(format, y);
  const count = area.width * samplesInPixel;
  const values = new Uint16Array(count);
  for (let index = 0; index < count; index += 1) {
    const column = columnAt(index);
    const channel = channelsAt(index, area.offsetX + column);
    values[index] = sampleAt(area.offsetX + column, y, channel) >>> (16 - format.bits);
  }
  const line = Buffer.alloc(bytesInLine(format, area.width));
  pack[format.packing](values, line);
  return line;
}

type SampleOrder = {
  /** `index` counts the samples of the line, `x` is the pixel's place on the sensor. */
  readonly channelsAt: (index: number, x: number) => Channel;
  /** Which pixel of the line a sample is of; colours that pixels share are the first one's. */
  readonly columnAt: (index: number) => number;
  readonly samplesInPixel: number;
};

function sampleOrder(format: PixelFormat, y: number): SampleOrder {
  const { samples } = format;
  switch (samples.kind) {
    case 'pixel': {
      const { channels } = samples;
      return {
        channelsAt: (index) => channels[index % channels.length]!,
        columnAt: (index) => Math.floor(index / channels.length),
        samplesInPixel: channels.length,
      };
    }
    case 'pair':
      return shared(samples.channels, 2);
    case 'four':
      return shared(samples.channels, 4);
    case 'bayer': {
      const channels = samples.tile[y & 1]!;
      return { channelsAt: (_index, x) => channels[x & 1]!, columnAt: (index) => index, samplesInPixel: 1 };
    }
  }
}

/** So many pixels share their colour. */
function shared(channels: readonly Channel[], pixels: number): SampleOrder {
  let grey = 0;
  const columns = channels.map((channel) => (channel === 'Y' ? grey++ : 0));
  const count = channels.length;
  return {
    channelsAt: (index) => channels[index % count]!,
    columnAt: (index) => Math.floor(index / count) * pixels + columns[index % count]!,
    samplesInPixel: count / pixels,
  };
}

const pack: Readonly<Record<Packing, (values: Uint16Array, into: Buffer) => void>> = {
  bytes: (values, into) => into.set(values),
  words: (values, into) => {
    for (let index = 0; index < values.length; index += 1) into.writeUInt16LE(values[index]!, index * 2);
  },
  'packed-10': (values, into) => packPairs(values, into, 2),
  'packed-12': (values, into) => packPairs(values, into, 4),
  'bits-10': (values, into) => packBits(values, into, 10),
  'bits-12': (values, into) => packBits(values, into, 12),
};

/** Upper eight bits of the first, the low bits of both (the second's in the upper half), upper eight of the second. */
function packPairs(values: Uint16Array, into: Buffer, lowBits: 2 | 4): void {
  const low = (1 << lowBits) - 1;
  for (let index = 0, at = 0; index + 1 < values.length; index += 2, at += 3) {
    const first = values[index]!;
    const second = values[index + 1]!;
    into[at] = first >>> lowBits;
    into[at + 1] = (first & low) | ((second & low) << 4);
    into[at + 2] = second >>> lowBits;
  }
}

function packBits(values: Uint16Array, into: Buffer, bits: number): void {
  let held = 0;
  let heldBits = 0;
  let at = 0;
  for (const value of values) {
    held |= value << heldBits;
    heldBits += bits;
    while (heldBits >= 8) {
      into[at] = held & 0xff;
      at += 1;
      held >>>= 8;
      heldBits -= 8;
    }
  }
}
