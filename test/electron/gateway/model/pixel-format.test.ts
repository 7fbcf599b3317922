import { expect, it } from 'vitest';
import {
  frameBytesOf,
  lineBytesOf,
  pixelFormatName,
  pixelFormatNamed,
  pixelFormatOf,
  pixelFormats,
} from '../../../../electron/gateway/model/pixel-format.ts';
import { formatNamed } from '../../../support/raw-frames.ts';

it('every format is found by its code and by its name, and no two share either', () => {
  expect(new Set(pixelFormats.map(({ code }) => code)).size).toBe(pixelFormats.length);
  expect(new Set(pixelFormats.map(({ name }) => name)).size).toBe(pixelFormats.length);
  for (const format of pixelFormats) {
    expect(pixelFormatOf(format.code)).toBe(format);
    expect(pixelFormatNamed(format.name.toUpperCase())).toBe(format);
  }
});

it('the bits in a code are those that its layout takes', () => {
  for (const { name, bitsPerPixel, depth, packing, ...format } of pixelFormats) {
    const samples =
      format.family === 'rgb' ? format.samples : format.family === 'yuv' ? 1 + 2 / format.brightness.length : 1;
    const bits = { bytes: 8, words: 16, packed: 12, 'bit-stream': depth }[packing] * samples;
    expect(bitsPerPixel, name).toBe(bits);
  }
});

it('codes are those of the naming convention', () => {
  const codes = { Mono8: 0x01080001, BayerRG8: 0x01080009, BayerBG12p: 0x010c0053, BayerGR10Packed: 0x010c0026 };
  for (const [name, code] of Object.entries(codes)) expect(pixelFormatName(code)).toBe(name);
  expect(formatNamed('RGBA8')).toMatchObject({ code: 0x02200016, samples: 4 });
});

it('an unknown code is named by its number', () => {
  expect(pixelFormatOf(0x01080002)).toBeNull();
  expect(pixelFormatName(0x01080002)).toBe('0x01080002');
  expect(pixelFormatName(-1)).toBe('0xFFFFFFFF');
});

it('bytes of lines and frames count bits that fill no byte as one', () => {
  const p = formatNamed('Mono10p');
  expect(lineBytesOf(p, 5)).toBe(7);
  expect(frameBytesOf(p, 5, 3)).toBe(19);
  expect(frameBytesOf(p, 5, 3, 2)).toBe(25);
  expect(frameBytesOf(formatNamed('RGB8'), 3, 2)).toBe(18);
  expect(frameBytesOf(p, 0, 3)).toBe(0);
});
