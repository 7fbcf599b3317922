import { lstat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureOf } from '../../../../electron/gateway/ingest/capture.ts';
import { exifBlock, withExif } from '../../../support/exif.ts';
import { openIntake } from '../../../support/intake.ts';
import { makeJpeg } from '../../../support/pictures.ts';
import { said } from '../../../support/spoken.ts';

const jpeg = await makeJpeg({ width: 64, height: 48, seed: 1 });
const day = 24 * 60 * 60 * 1_000;

describe('the time of a file', () => {
  it.each([
    ['1970, a clock without a battery', 0],
    ['1970, a moment after', 86_400_000],
    ['1980-01-01, where FAT begins', Date.UTC(1980, 0, 1)],
    ['the last moment of 1989', Date.UTC(1990, 0, 1) - 1],
    ['2100', Date.UTC(2100, 0, 1)],
  ])('of %s is not sent as the time of capture: that is now, and said as such', async (_, modifiedMs) => {
    const { root, put, offer, images, clock } = await openIntake({ sidecarWaitMilliseconds: 0 });
    await put('a.jpg', jpeg);
    await utimes(join(root, 'a.jpg'), modifiedMs / 1_000, modifiedMs / 1_000);
    expect((await lstat(join(root, 'a.jpg'))).mtimeMs).toBe(modifiedMs);
    expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(images()).toMatchObject([
      {
        capturedAt: clock.now(),
        capturedFrom: 'received',
        captureOffsetMinutes: null,
        notes: [expect.stringMatching(/^The file’s own time \(\d{4}-\d\d-\d\d\) makes no sense; the time when/)],
      },
    ]);
  });

  it.each([
    ['the first moment of 1990', () => Date.UTC(1990, 0, 1)],
    ['a day ahead, as a wrong zone makes it', (now: number) => now + day],
  ])('of %s is sent as it is', async (_, modified) => {
    const { root, put, offer, images, clock } = await openIntake({ sidecarWaitMilliseconds: 0 });
    const modifiedMs = modified(clock.now());
    await put('a.jpg', jpeg);
    await utimes(join(root, 'a.jpg'), modifiedMs / 1_000, modifiedMs / 1_000);
    expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(images()).toMatchObject([{ capturedAt: modifiedMs, capturedFrom: 'file', notes: [] }]);
  });

  it('that makes no sense matters to no picture that has its own', async () => {
    const { root, put, offer, images } = await openIntake({ sidecarWaitMilliseconds: 0 });
    await put('a.jpg', withExif(jpeg, exifBlock({ fields: { 36867: '2025:03:04 05:06:07', 36881: 'Z' } })));
    await utimes(join(root, 'a.jpg'), 0, 0);
    expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(images()).toMatchObject([{ capturedAt: Date.UTC(2025, 2, 4, 5, 6, 7), capturedFrom: 'exif', notes: [] }]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 8.64e15 + 1])(
    'of %d is none',
    (modifiedMs) => {
      const now = Date.UTC(2026, 0, 5);
      const capture = captureOf(jpeg, 'jpeg', modifiedMs, now);
      expect(capture).toMatchObject({ capturedAt: now, capturedFrom: 'received' });
      expect(said(capture.note).text).toMatch(/^The file’s own time \((?:none|1969-12-31)\) makes no sense/);
    },
  );
});
