import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PictureChecker } from '../../../electron/gateway/ingest/codec/picture-checker.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../../electron/gateway/platform/logger.ts';
import { openIntake } from '../../support/intake.ts';
import { makeOddPictures } from '../../support/odd-pictures.ts';
import { decodeWorker } from '../../support/workers.ts';

/*
 * What becomes of each odd picture when nothing more of it comes. The truth beside it was found out with Pillow 9.4
 * (`Image.load`) and Chromium 156 (`createImageBitmap`, `img.decode`) on such pictures, in November 2026:
 * whatever both open is taken, and none is called damaged whose pixels are all there.
 */
/** Neither opens it, or one of them does not: it need not be taken, and is not unless it is whole. */
const refused: Readonly<Record<string, string>> = {
  'ascii-mode.png': 'not-a-picture',
  'empty.jpg': 'empty',
  // Pillow: "image file is truncated"; Chromium draws the half that is there.
  'half.jpg': 'truncated',
  'html.jpg': 'not-a-picture',
  'leading-bom.jpg': 'not-a-picture',
  'leading-newline.jpg': 'not-a-picture',
  'zeros.jpg': 'truncated',
  // Both open it; it is not among the formats that are taken.
  'gif.png': 'not-a-picture',
};

/** Taken only once the decoder has found it whole: the picture says so. */
const tolerated = [
  'jpeg-eoi-then-half-ff.jpg',
  'jpeg-exif-short-length-25.jpg',
  'jpeg-ff00-header.jpg',
  'jpeg-gap-17-after-app0.jpg',
  'jpeg-gap-40-after-app0.jpg',
  'jpeg-no-eoi.jpg',
  'jpeg-prog-gap17-between-scans.jpg',
  'jpeg-progressive-no-eoi.jpg',
  'png-badcrc-IEND.png',
  'png-badcrc-gAMA.png',
  'png-badcrc-iCCP.png',
  'png-badcrc-pHYs.png',
  'png-badcrc-tEXt.png',
  'png-badcrc-tIME.png',
  'png-iend-cut4.png',
  'png-no-iend.png',
];

const checks: Readonly<Record<string, string>> = {
  // Both viewers draw these without a word; a part of the picture is broken or missing, and it is right to say so.
  'jpeg-entropy-damaged.jpg': 'damaged',
  'jpeg-half-then-eoi.jpg': 'damaged',
  // Neither opens it.
  'png-idat-short.png': 'damaged',
  'jpeg-dnl-height0.jpg': 'uncheckable',
};

const converted: Readonly<Record<string, string>> = { 'bmp.jpg': 'bmp', 'tiff.jpg': 'tiff', 'webp.jpg': 'webp' };

it('each odd picture that viewers open is taken, and what is said of it is so', async () => {
  const pictures = await makeOddPictures();
  expect(pictures.size).toBe(80);
  const { put, offer, listed, images, store } = await openIntake({ sidecarWaitMilliseconds: 0 });
  for (const [name, bytes] of pictures) await put(name, bytes);
  for (const name of pictures.keys())
    expect((await offer(name)).kind, name).toBe(name in refused ? 'refused' : 'stored');
  expect(Object.fromEntries(listed().map(({ path, code }) => [path, code]))).toEqual(refused);

  const checker = new PictureChecker({
    workerPath: decodeWorker,
    previewRoot: join(store.root, 'previews'),
    catalogue: store.catalogue,
    payloads: store.payloads,
    clock: systemClock,
    logger: silentLogger,
    busy: () => false,
    onChange: () => undefined,
  });
  onTestFinished(() => checker.stop());
  for (const { sha256, format, orientation } of images()) await checker.preview(sha256, format, orientation);
  const taken = images();
  expect(taken).toHaveLength(80 - Object.keys(refused).length);
  expect(
    taken
      .filter(({ notes }) => notes.length > 0)
      .map(({ originalPath }) => originalPath)
      .sort(),
  ).toEqual(tolerated);
  for (const { originalPath, check, checkDetail, original, width, height, orientation, notes } of taken) {
    const expected = checks[originalPath] ?? 'sound';
    expect({ check, detail: checkDetail }, originalPath).toEqual({
      check: expected,
      detail: expected === 'sound' ? '' : expect.stringMatching(/\w{4}/),
    });
    expect(original?.format, originalPath).toBe(converted[originalPath]);
    if (originalPath.startsWith('orient/')) {
      expect(orientation, originalPath).toBe(Number(originalPath.at(-5)));
      expect([width, height], originalPath).toEqual(orientation >= 5 ? [200, 300] : [300, 200]);
    }
    for (const note of notes) expect(note, originalPath).toMatch(/the whole picture is in it/);
  }
});

it('is not taken before the source’s patience is over: more of it may still come', async () => {
  const pictures = await makeOddPictures();
  const { put, offer, listed } = await openIntake({ sidecarWaitMilliseconds: 0 });
  for (const name of [...tolerated, 'half.jpg']) {
    await put(name, pictures.get(name) ?? Buffer.alloc(0));
    expect(await offer(name, 20_000), name).toMatchObject({ kind: 'not-yet', why: 'incomplete' });
  }
  expect(listed()).toEqual([]);
});
