import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { levels } from '../../shared/messages/param-kinds.ts';
import { pictureSize } from './picture-size.ts';

const folder = fileURLToPath(new URL('../../resources/icons/', import.meta.url));
const read = (name: string): Buffer => readFileSync(join(folder, name));

describe('the icons', () => {
  it.each([16, 24, 32, 48, 64, 128, 256, 512])('have an app icon of %i pixels', (pixels) => {
    expect(pictureSize(read(`${pixels}x${pixels}.png`))).toEqual({ format: 'png', width: pixels, height: pixels });
  });

  it.each(levels)('have a tray icon for the level "%s" in three sizes', (level) => {
    const widths = ['', '-22', '@2x'].map((suffix) => pictureSize(read(`tray-${level}${suffix}.png`)).width);
    expect(widths).toEqual([16, 22, 32]);
  });

  it('differ from level to level', () => {
    const pictures = new Set(levels.map((level) => read(`tray-${level}.png`).toString('base64')));
    expect(pictures.size).toBe(levels.length);
  });

  it('have an .ico whose first picture is 256 pixels wide, as the Windows packager demands', () => {
    const ico = read('icon.ico');
    expect(ico.readUInt16LE(2)).toBe(1);
    // A width of 256 is written as 0.
    expect(ico.readUInt8(6)).toBe(0);
    const offset = ico.readUInt32LE(6 + 12);
    expect(pictureSize(ico.subarray(offset))).toEqual({ format: 'png', width: 256, height: 256 });
  });
});
