import { describe, expect, it } from 'vitest';
import { encodeLine } from '../../../../electron/simulators/camera/encode-lines.ts';
import { picturesInTurn } from '../../../../electron/simulators/camera/pictures.ts';
import {
  bytesInLine,
  formatOfCode,
  formatOfName,
  pixelFormats,
} from '../../../../electron/simulators/camera/pixel-formats.ts';
import { MovingRamp, rampSample } from '../../../../electron/simulators/camera/test-pattern.ts';

const area = { offsetX: 0, offsetY: 0, width: 4, height: 2 };
/** 16-bit samples 0x1234, 0x5678, 0x9ABC, 0xDEF0. */
const known = (x: number): number => [0x1234, 0x5678, 0x9abc, 0xdef0][x]!;
const line = (name: string): string => encodeLine(formatOfName(name), area, 0, known).toString('hex');

describe('the pixels of the simulated camera', () => {
  it('lie in bytes as each format wants it', () => {
    expect(line('Mono8')).toBe('12569ade');
    expect(line('Mono16')).toBe('34127856bc9af0de');
    // 0x123, 0x567, 0x9AB, 0xDEF
    expect(line('Mono12')).toBe('23016705ab09ef0d');
    expect(line('Mono12Packed')).toBe('1273569afbde');
    expect(line('Mono12p')).toBe('237156abf9de');
    // 0x048, 0x159, 0x26A, 0x37B
    expect(line('Mono10')).toBe('480059016a027b03');
    expect(line('Mono10Packed')).toBe('1210569a32de');
    expect(line('Mono10p')).toBe('4864a5e6de');
  });

  it('have the size that the code of their format says', () => {
    for (const format of pixelFormats) {
      expect(encodeLine(format, area, 0, known)).toHaveLength(bytesInLine(format, area.width));
      expect(formatOfCode(format.code)).toBe(format);
    }
    expect(new Set(pixelFormats.map(({ code }) => code)).size).toBe(pixelFormats.length);
  });

  it('show a ramp that moves by one with each frame, in each format', () => {
    const odd = { offsetX: 4, offsetY: 2, width: 8, height: 4 };
    for (const format of pixelFormats) {
      const ramp = new MovingRamp(format, odd);
      for (const blockId of [1, 2, 65_535]) {
        const lines = Array.from({ length: odd.height }, (_, index) =>
          encodeLine(format, odd, odd.offsetY + index, (x, y, channel) => rampSample(x, y, channel, blockId)),
        );
        expect(ramp.frame(blockId).equals(Buffer.concat(lines)), `${format.name} ${blockId}`).toBe(true);
      }
    }
    expect(rampSample(3, 4, 'Y', 10)).toBe(17 * 256 + 238);
  });

  it('show pictures of files in turn, stretched over the sensor, with each colour in its place', () => {
    const red = { width: 1, height: 1, channels: 3, data: Uint8Array.of(200, 100, 50) } as const;
    const grey = { width: 2, height: 1, channels: 1, data: Uint8Array.of(10, 20) } as const;
    const provider = picturesInTurn([red, grey]);
    const show = (blockId: number, name: string): number[] => [
      ...provider({ blockId, format: formatOfName(name), area, sensorWidth: 4, sensorHeight: 2 }),
    ];
    expect(show(1, 'RGB8').slice(0, 3)).toEqual([200, 100, 50]);
    expect(show(1, 'BGRA8').slice(0, 4)).toEqual([50, 100, 200, 255]);
    expect(show(1, 'BayerRG8')).toEqual([200, 100, 200, 100, 100, 50, 100, 50]);
    expect(show(2, 'Mono8')).toEqual([10, 10, 20, 20, 10, 10, 20, 20]);
    expect(show(3, 'BayerGB8')).toEqual([100, 50, 100, 50, 200, 100, 200, 100]);
    expect(show(1, 'YUV422_8_UYVY').slice(0, 4)).toEqual([86, 124, 182, 124]);
  });
});
