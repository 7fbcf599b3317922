import {
  bootstrap,
  chunkBytes,
  chunkNames,
  chunkTailBytes,
  feature,
  firstChunkId,
  imageChunkId,
  testPatterns,
} from './addresses.ts';
import { bigEndianBit, extendedIdsBit } from './bootstrap-registers.ts';
import type { CameraClock } from './camera-clock.ts';
import type { Area } from './encode-lines.ts';
import type { Faults } from './faults.ts';
import type { FrameContent } from './frame-packets.ts';
import type { SimulatorOptions } from './options.ts';
import { bytesInLine, formatOfCode, type PixelFormat } from './pixel-formats.ts';
import type { RegisterMap } from './register-map.ts';
import { MovingRamp } from './test-pattern.ts';
import {
  bytesInPacket,
  type Chunk,
  chunkLayout,
  imageLeader,
  jpegLeader,
  payloadTypes,
  trailer,
  withChunks,
} from './wire/gvsp.ts';

/** What a compressed picture may take beyond one byte a pixel: small pictures have large headers. */
const jpegMargin = 65_536;

/** Makes frames of what the registers say. One for each time that the camera is switched on. */
export class FrameMaker {
  readonly #map: RegisterMap;
  readonly #options: SimulatorOptions;
  readonly #clock: CameraClock;
  #ramp: { readonly key: string; readonly ramp: MovingRamp } | null = null;

  constructor(map: RegisterMap, options: SimulatorOptions, clock: CameraClock) {
    this.#map = map;
    this.#options = options;
    this.#clock = clock;
  }

  /** Bytes of the largest frame with the settings of now. */
  payloadSize(): number {
    const { width, height } = this.#area();
    const { surplusBytes, paddingX, paddingY, lines } = this.#options;
    const most = Math.max(height, ...lines);
    const pixels = (bytesInLine(this.#format(), width) + paddingX) * most + paddingY + surplusBytes;
    const picture = this.#isCompressed() ? width * height + jpegMargin : pixels;
    if (this.#map.get(feature.chunkModeActive) === 0) return picture;
    return picture + chunkTailBytes + this.#chunksEnabled().length * (chunkBytes + chunkTailBytes);
  }

  extended(faults: Faults): boolean {
    return faults.extendedIds || this.#map.get(bootstrap.streamConfiguration) === extendedIdsBit;
  }

  /** `frameNumber`: since the acquisition began, from 1; `blockId` is what the packets say. */
  frame(blockId: number, frameNumber: number, faults: Faults): FrameContent {
    const timestamp = this.#clock.now();
    const announced = this.#area();
    const { lines, announcesLines, surplusBytes } = this.#options;
    const area = { ...announced, height: lines[(frameNumber - 1) % lines.length] ?? announced.height };
    const chunked = this.#map.get(feature.chunkModeActive) === 1;
    const isCompressed = this.#isCompressed();
    const picture =
      this.#options.jpeg !== null && isCompressed ? this.#options.jpeg(blockId) : this.#picture(blockId, area);
    const kind = isCompressed ? payloadTypes.jpeg : payloadTypes.image;
    const payloadType = chunked ? kind | withChunks : kind;
    const payload = chunked ? chunkLayout(this.#chunks(picture, timestamp, frameNumber)) : picture;
    const extended = this.extended(faults);
    const packetSize = this.#map.get(bootstrap.packetSize) & 0xffff;
    const surplus =
      (isCompressed || chunked ? 0 : surplusBytes) + faults.extraPayloadPackets * bytesInPacket(packetSize, extended);
    const extra = Buffer.alloc(surplus, 0x55);
    const { paddingX, paddingY } = this.#options;
    const wholeTrailer = trailer(payloadType, faults.trailer === 'silent' ? 0 : area.height + faults.extraTrailerLines);
    const leaderArea = { ...announced, height: announcesLines ? announced.height : 0, paddingX, paddingY };
    return {
      blockId,
      extended,
      packetSize,
      leader: isCompressed
        ? jpegLeader(payloadType, timestamp, payload.length, this.#clock.frequency)
        : imageLeader({ payloadType, timestamp, pixelFormat: this.#format().code, ...leaderArea }),
      payload: extra.length === 0 ? payload : Buffer.concat([payload, extra]),
      trailer: faults.trailer === 'torn' ? wholeTrailer.subarray(0, 3) : wholeTrailer,
    };
  }

  #format(): PixelFormat {
    const format = formatOfCode(this.#map.get(feature.pixelFormat));
    if (format === undefined) throw new Error('the registers name no known pixel format');
    return format;
  }

  #area(): Area {
    return {
      width: this.#map.get(feature.width),
      height: this.#map.get(feature.height),
      offsetX: this.#map.get(feature.offsetX),
      offsetY: this.#map.get(feature.offsetY),
    };
  }

  #isCompressed(): boolean {
    return this.#options.jpeg !== null && this.#map.get(feature.compression) === 1;
  }

  #picture(blockId: number, area: Area): Buffer {
    const format = this.#format();
    const picture = this.#padded(this.#scene(blockId, area, format), area.height);
    const isBigEndian = (this.#map.get(bootstrap.packetSize) & bigEndianBit) !== 0;
    // A copy is turned: a provider may show the same picture again.
    return isBigEndian && format.packing === 'words' ? Buffer.from(picture).swap16() : picture;
  }

  /** With the padding that the leader names. */
  #padded(picture: Buffer, lines: number): Buffer {
    const { paddingX, paddingY } = this.#options;
    if (paddingX === 0 && paddingY === 0) return picture;
    const line = picture.length / lines;
    const padded = Buffer.alloc((line + paddingX) * lines + paddingY, 0xaa);
    for (let y = 0; y < lines; y += 1) picture.copy(padded, y * (line + paddingX), y * line, (y + 1) * line);
    return padded;
  }

  #scene(blockId: number, area: Area, format: PixelFormat): Buffer {
    const bytes = bytesInLine(format, area.width) * area.height;
    const pattern = testPatterns[this.#map.get(feature.testPattern)];
    if (pattern === 'Black') return Buffer.alloc(bytes);
    if (pattern === 'White') return Buffer.alloc(bytes, 0xff);
    if (pattern !== 'Off' || this.#options.picture === null) return this.#movingRamp(format, area).frame(blockId);
    const { sensorWidth, sensorHeight } = this.#options;
    const picture = this.#options.picture({ blockId, format, area, sensorWidth, sensorHeight });
    if (picture.length !== bytes)
      throw new Error(`a picture of ${bytes} bytes was asked for, not of ${picture.length}`);
    return picture;
  }

  #movingRamp(format: PixelFormat, area: Area): MovingRamp {
    const key = [format.name, ...Object.values(area)].join();
    if (this.#ramp?.key !== key) this.#ramp = { key, ramp: new MovingRamp(format, area) };
    return this.#ramp.ramp;
  }

  #chunksEnabled(): (typeof chunkNames)[number][] {
    return chunkNames.filter((_, index) => this.#map.get(feature.chunkEnable + index * 4) === 1);
  }

  #chunks(picture: Buffer, timestamp: bigint, frameNumber: number): Chunk[] {
    const values = this.#chunksEnabled().map((name) => {
      const data = Buffer.alloc(chunkBytes);
      if (name === 'Timestamp') data.writeBigUInt64BE(timestamp);
      if (name === 'ExposureTime') data.writeDoubleBE(this.#map.getFloat(feature.exposureTime));
      if (name === 'FrameID') data.writeBigUInt64BE(BigInt(frameNumber));
      return { id: firstChunkId + chunkNames.indexOf(name), data };
    });
    return [{ id: imageChunkId, data: picture }, ...values];
  }
}
