import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sidecarFormats } from '../../shared/annotation.ts';
import { demoIndexSchema, readDemoBoxes } from './demo-sidecars.ts';
import { jpegSegments, pictureSize } from './picture-size.ts';

const folder = fileURLToPath(new URL('../../resources/demo/', import.meta.url));
const index = demoIndexSchema.parse(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')));

const filesBelow = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => statSync(join(folder, path)).isFile());
const isPicture = (path: string): boolean => /\.(jpg|png)$/.test(path);

/** The coordinates are rounded in the files; a thousandth of a pixel is no fault. */
const rounding = 0.001;

describe('the demo pictures', () => {
  it('are at least 24, and the index names each of them once', () => {
    const listed = index.map((entry) => entry.file);
    expect(listed.length).toBeGreaterThanOrEqual(24);
    expect([...listed].sort()).toEqual(filesBelow.filter(isPicture).sort());
  });

  it('differ from each other, so that none is a duplicate to the server', () => {
    const hashes = index.map(({ file }) =>
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    );
    expect(new Set(hashes).size).toBe(index.length);
  });

  it('show every sidecar format', () => {
    expect(new Set(index.map((entry) => entry.format))).toEqual(new Set(sidecarFormats));
  });

  it('stay below 4 MB together with their sidecars', () => {
    const total = filesBelow.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
    expect(total).toBeLessThanOrEqual(4_000_000);
  });

  it('come with no file that is neither a picture, nor its sidecar, nor about their licences', () => {
    const known = new Set([...index.flatMap((entry) => [entry.file, entry.sidecar]), 'index.json', 'LICENSES.md']);
    const others = filesBelow.filter((path) => !known.has(path) && !path.startsWith('licenses/'));
    expect(others).toEqual(['packaging/classes.txt']);
  });
});

describe.each(index)('$file', (entry) => {
  const bytes = readFileSync(join(folder, entry.file));
  const size = pictureSize(bytes);
  const boxes = readDemoBoxes(folder, entry, size);

  it('is what its name says, at most 400 KB and 1600 pixels long', () => {
    expect(size.format).toBe(entry.file.endsWith('.png') ? 'png' : 'jpeg');
    expect(bytes.length).toBeLessThanOrEqual(400_000);
    expect(Math.max(size.width, size.height)).toBeLessThanOrEqual(1600);
    expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(200);
  });

  it('carries no camera metadata, which could hold a place or a name', () => {
    if (size.format === 'png') {
      expect(bytes.includes('eXIf') || bytes.includes('tEXt') || bytes.includes('iTXt')).toBe(false);
      return;
    }
    const metadata = jpegSegments(bytes).filter(({ marker }) => marker === 0xe1 || marker === 0xed || marker === 0xfe);
    expect(metadata).toEqual([]);
  });

  it('has as many boxes in its sidecar as the index says, each labelled', () => {
    expect(boxes).toHaveLength(entry.boxes);
    for (const box of boxes) expect(box.label).toMatch(/^[a-z][a-z-]*$/);
  });

  it('has every box inside, at least three pixels wide and high', () => {
    for (const box of boxes) {
      expect(box.left).toBeGreaterThanOrEqual(-rounding);
      expect(box.top).toBeGreaterThanOrEqual(-rounding);
      expect(box.right).toBeLessThanOrEqual(size.width + rounding);
      expect(box.bottom).toBeLessThanOrEqual(size.height + rounding);
      expect(box.right - box.left).toBeGreaterThanOrEqual(3);
      expect(box.bottom - box.top).toBeGreaterThanOrEqual(3);
    }
  });

  it('has no confidence outside of 0 to 1', () => {
    for (const { confidence = 0 } of boxes) {
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it('is named with its origin and licence in LICENSES.md', () => {
    const row = readFileSync(join(folder, 'LICENSES.md'), 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`| \`${entry.file}\` |`));
    const cells = row?.split('|').map((cell) => cell.trim());
    expect(cells).toHaveLength(8);
    expect(cells?.[5]).toMatch(/^(GPL-2\.0-(only|or-later)|Apache-2\.0 AND BSD-3-Clause|CC0-1\.0|no known copyright)/);
  });
});
