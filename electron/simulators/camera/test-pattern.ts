import { type Area, encodeLine } from './encode-lines.ts';
import { bytesInLine, type Channel, type PixelFormat } from './pixel-formats.ts';

/**
 * The moving diagonal ramp: every sample of every frame is known, so that a test can say which frame a picture is of
 * and whether a single byte of it is wrong.
 */

/** The colours are a third of the ramp apart, so that none can be taken for another. */
const shifts: Readonly<Record<Channel, number>> = { Y: 0, R: 0, G: 85, B: 170, A: 0, U: 85, V: 170 };
const period = 256;

/**
 * The sample as 16 bits: the upper byte is the ramp, the lower one falls as the ramp rises, so that a lost bit or a
 * wrong byte order shows. `blockId` is the frame's number on the wire; `x` and `y` are places on the sensor.
 */
export function rampSample(x: number, y: number, channel: Channel, blockId: number): number {
  return sampleOfPhase((x + y + blockId) % period, channel);
}

function sampleOfPhase(phase: number, channel: Channel): number {
  const value = (phase + shifts[channel]) % period;
  return value * 256 + (255 - value);
}

/** The ramp in one format and size. A line depends on nothing but where the ramp begins in it, so lines are kept. */
export class MovingRamp {
  readonly #format: PixelFormat;
  readonly #area: Area;
  readonly #lines = new Map<number, Buffer>();

  constructor(format: PixelFormat, area: Area) {
    this.#format = format;
    this.#area = area;
  }

  frame(blockId: number): Buffer {
    const lineBytes = bytesInLine(this.#format, this.#area.width);
    const picture = Buffer.allocUnsafe(lineBytes * this.#area.height);
    for (let line = 0; line < this.#area.height; line += 1) {
      const y = this.#area.offsetY + line;
      this.#line(y, (y + blockId) % period).copy(picture, line * lineBytes);
    }
    return picture;
  }

  #line(y: number, phase: number): Buffer {
    const key = phase * 2 + (y & 1);
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line = encodeLine(this.#format, this.#area, y, (x, _y, channel) =>
      sampleOfPhase((x + phase) % period, channel),
    );
    this.#lines.set(key, line);
    return line;
  }
}
