import { message } from '../../../../shared/messages/message.ts';
import type { BayerOrder } from '../../model/pixel-format.ts';
import { PixelsRefused } from './pixels.ts';

/**
 * Colour from a Bayer pattern: Malvar, He, Cutler, "High-quality linear interpolation for demosaicing of Bayer-patterned
 * color images" (ICASSP 2004). The missing colours are interpolated from neighbours of the same colour and corrected by
 * the gradient of the colour that is there, which halves the error of plain bilinear interpolation and its coloured
 * edges. Beyond its edges the picture is mirrored, so that the pattern goes on. Sensors see at least 2 × 2 pixels.
 */
export function demosaic<Samples extends Uint8Array | Uint16Array>(
  mosaic: Uint8Array | Uint16Array,
  { width, height, depth, order }: { width: number; height: number; depth: number; order: BayerOrder },
  out: Samples,
): Samples {
  if (width < 2 || height < 2) throw new PixelsRefused(message('frame-without-colours', { width, height }));
  // A line above and below and a column at each side: where the pattern's other lines and columns lie is then the same
  // everywhere, and no pixel needs a question about edges.
  const stride = width + 2 * margin;
  const lines: Uint16Array[] = Array.from({ length: 5 }, () => new Uint16Array(stride));
  for (let ahead = -margin; ahead < margin; ahead += 1)
    fill(lines[ahead + margin + 1] as Uint16Array, mosaic, width, mirrored(ahead, height));
  const max = 2 ** depth - 1;
  const redFirst = order === 'RG' || order === 'GR';
  const greenFirst = order === 'GR' || order === 'GB';
  for (let y = 0; y < height; y += 1) {
    lines.push(lines.shift() as Uint16Array);
    fill(lines[4] as Uint16Array, mosaic, width, mirrored(y + margin, height));
    const isRedLine = (y & 1) === 0 ? redFirst : !redFirst;
    const greenAt = ((y & 1) === 0) === greenFirst ? 0 : 1;
    developLine(lines, width, max, greenAt, isRedLine ? 0 : 2, out, y * width * 3);
  }
  return out;
}

const margin = 2;

/** Mirrors about the outermost pixel, which keeps the parity and with it the colour. */
function mirrored(index: number, length: number): number {
  const period = 2 * (length - 1);
  const within = ((index % period) + period) % period;
  return within < length ? within : period - within;
}

function fill(line: Uint16Array, mosaic: Uint8Array | Uint16Array, width: number, y: number): void {
  const from = y * width;
  for (let x = 0; x < width; x += 1) line[x + margin] = mosaic[from + x] as number;
  for (let x = 1; x <= margin; x += 1) {
    line[margin - x] = mosaic[from + mirrored(-x, width)] as number;
    line[margin + width - 1 + x] = mosaic[from + mirrored(width - 1 + x, width)] as number;
  }
}

/**
 * One line. `greenAt`: the column, 0 or 1, at which the greens begin. `own`: the place in a pixel (0 red, 2 blue) of the
 * line's other colour. Sums are sixteenths.
 */
function developLine(
  lines: readonly Uint16Array[],
  width: number,
  max: number,
  greenAt: number,
  own: number,
  out: Uint8Array | Uint16Array,
  to: number,
): void {
  const [up2, up, here, down, down2] = lines as [Uint16Array, Uint16Array, Uint16Array, Uint16Array, Uint16Array];
  const other = 2 - own;
  const end = width + margin;
  // What one pixel sees at its right the next but one sees at its left: half of the reads are saved.
  let at = to + 3 * greenAt;
  let c = greenAt + margin;
  let upLeft = up[c - 1] as number;
  let downLeft = down[c - 1] as number;
  let farLeft = here[c - 2] as number;
  let left = here[c - 1] as number;
  let center = here[c] as number;
  for (; c < end; c += 2, at += 6) {
    const upRight = up[c + 1] as number;
    const downRight = down[c + 1] as number;
    const right = here[c + 1] as number;
    const farRight = here[c + 2] as number;
    const farAcross = farLeft + farRight;
    const farDown = (up2[c] as number) + (down2[c] as number);
    const near = 10 * center - 2 * (upLeft + upRight + downLeft + downRight) + 8;
    const across = (near + 8 * (left + right) - 2 * farAcross + farDown) >> 4;
    const upDown = (near + 8 * ((up[c] as number) + (down[c] as number)) - 2 * farDown + farAcross) >> 4;
    out[at + own] = across < 0 ? 0 : across > max ? max : across;
    out[at + 1] = center;
    out[at + other] = upDown < 0 ? 0 : upDown > max ? max : upDown;
    upLeft = upRight;
    downLeft = downRight;
    farLeft = center;
    left = right;
    center = farRight;
  }
  at = to + 3 * (1 - greenAt);
  c = 1 - greenAt + margin;
  upLeft = up[c - 1] as number;
  downLeft = down[c - 1] as number;
  farLeft = here[c - 2] as number;
  left = here[c - 1] as number;
  center = here[c] as number;
  for (; c < end; c += 2, at += 6) {
    const upRight = up[c + 1] as number;
    const downRight = down[c + 1] as number;
    const right = here[c + 1] as number;
    const farRight = here[c + 2] as number;
    const far = farLeft + farRight + (up2[c] as number) + (down2[c] as number);
    const cross = left + right + (up[c] as number) + (down[c] as number);
    const green = (8 * center + 4 * cross - 2 * far + 8) >> 4;
    const opposite = (12 * center + 4 * (upLeft + upRight + downLeft + downRight) - 3 * far + 8) >> 4;
    out[at + own] = center;
    out[at + 1] = green < 0 ? 0 : green > max ? max : green;
    out[at + other] = opposite < 0 ? 0 : opposite > max ? max : opposite;
    upLeft = upRight;
    downLeft = downRight;
    farLeft = center;
    left = right;
    center = farRight;
  }
}
