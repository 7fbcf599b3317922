import Vips from 'wasm-vips';

export type VipsModule = Awaited<ReturnType<typeof Vips>>;

/** An image library of its own. Whoever opens it calls its `shutdown`, or the process does not end. */
export const openVips = (): Promise<VipsModule> =>
  Vips({ dynamicLibraries: [], print: () => undefined, printErr: () => undefined });

/** Runs `use` with an image library of its own, which is shut down afterwards. */
export async function withVips<T>(use: (vips: VipsModule) => T): Promise<T> {
  const vips = await openVips();
  try {
    return use(vips);
  } finally {
    vips.shutdown();
  }
}

/** A picture with smooth areas, an edge and grain, so that coders have work: three bands, 8 bits. */
export function testImage(vips: VipsModule, width: number, height: number) {
  const position = vips.Image.xyz(width, height);
  const ramp = position.extractBand(0).multiply(160 / width);
  const grain = vips.Image.gaussnoise(width, height, { sigma: 18, mean: 40, seed: 7 }).gaussblur(0.8);
  const edge = position
    .extractBand(1)
    .moreEq(height / 2)
    .multiply(0.2);
  return ramp
    .add(grain)
    .bandjoin([grain.add(edge).add(60), ramp.invert().add(grain)])
    .cast('uchar')
    .copy({ interpretation: 'srgb' });
}

export type JpegWish = {
  readonly width: number;
  readonly height: number;
  /** Two pictures of different seeds differ in their bytes (in a comment, not in their pixels). */
  readonly seed: number;
  /** Exact length of the file. */
  readonly targetBytes?: number;
};

/** The pixels of one size, coded at each quality, the best first. */
const codings = new Map<string, Promise<readonly Buffer[]>>();
const qualities = [90, 75, 50, 25, 5];

/**
 * A real JPEG, cheap to make by the thousand: the pixels are coded once for each size, the rest is a comment segment.
 * With `targetBytes` the coded picture is as large as fits at one of a few qualities, and comments fill it up.
 */
export async function makeJpeg({ width, height, seed, targetBytes }: JpegWish): Promise<Buffer> {
  const key = `${width}x${height}`;
  let coding = codings.get(key);
  if (coding === undefined) {
    coding = withVips((vips) => {
      const image = testImage(vips, width, height).copyMemory();
      return qualities.map((Q) => Buffer.from(image.jpegsaveBuffer({ Q, keep: 'none' })));
    });
    codings.set(key, coding);
  }
  const room = targetBytes === undefined ? Number.POSITIVE_INFINITY : targetBytes - SEGMENT_BYTES - MARK_BYTES;
  const coded = (await coding).find(({ length }) => length <= room);
  if (coded === undefined) throw new Error(`A JPEG of ${key} does not fit into ${targetBytes} bytes`);
  const mark = Buffer.from(`seed ${seed}`.padEnd(MARK_BYTES), 'latin1');
  const missing = targetBytes === undefined ? 0 : room - coded.length;
  // Behind the first segment, so that the file begins like any other.
  const at = 2 + 2 + coded.readUInt16BE(4);
  return Buffer.concat([coded.subarray(0, at), ...comments(mark, missing), coded.subarray(at)]);
}

const MARK_BYTES = 24;
const SEGMENT_BYTES = 4;
const MAX_BODY = 65_533;

/** COM segments that hold `mark` and `missing` more bytes in all, their own headers included. */
function comments(mark: Buffer, missing: number): Buffer[] {
  // Fewer than four bytes cannot be a segment: the first comment takes them.
  const extra = missing % (MAX_BODY + SEGMENT_BYTES) < SEGMENT_BYTES ? missing % (MAX_BODY + SEGMENT_BYTES) : 0;
  const segments = [comment(Buffer.concat([mark, Buffer.alloc(extra, '.')]))];
  for (let left = missing - extra; left > 0; ) {
    const body = Math.min(left - SEGMENT_BYTES, MAX_BODY);
    segments.push(comment(Buffer.alloc(body, '.')));
    left -= body + SEGMENT_BYTES;
  }
  return segments;
}

const comment = (body: Buffer): Buffer => jpegSegment(0xfe, body);

/** `FF marker length body`. */
export function jpegSegment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
