import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PictureChecker } from '../../../../../electron/gateway/ingest/codec/picture-checker.ts';
import { inspectPicture } from '../../../../../electron/gateway/ingest/picture/inspect.ts';
import type { PictureFormat } from '../../../../../electron/gateway/model/image.ts';
import { systemClock } from '../../../../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../../../../electron/gateway/platform/logger.ts';
import { orientationBlock, pngChunk, withPngExif } from '../../../../support/exif.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { makeJpeg, testImage, withVips } from '../../../../support/pictures.ts';
import { newImage, openStore, sha256, type TestStore, temporaryFolder } from '../../../../support/store.ts';
import { decodeWorker } from '../../../../support/workers.ts';

const fixture = (name: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, '../../../../fixtures/pictures', name));

type CheckerWish = { readonly workerPath?: string; readonly clock?: typeof systemClock; readonly busy?: () => boolean };

async function openChecker({ workerPath = decodeWorker, clock = systemClock, busy = () => false }: CheckerWish = {}) {
  const store = await openStore();
  let changes = 0;
  const checker = new PictureChecker({
    workerPath,
    previewRoot: join(store.root, 'previews'),
    catalogue: store.catalogue,
    payloads: store.payloads,
    clock,
    logger: silentLogger,
    busy,
    onChange: () => {
      changes += 1;
    },
  });
  onTestFinished(() => checker.stop());
  return { store, checker, changes: () => changes };
}

async function put(store: TestStore, name: string, bytes: Uint8Array, format: PictureFormat = 'jpeg') {
  const image = { ...newImage({ name, bytes }).image, format };
  await store.payloads.publish([await store.payloads.stage(image.sha256, format, bytes)]);
  store.outbox.enqueue([image], 1_000);
  return image;
}

const checkOf = (store: TestStore, imageId: string): { check: string; checkDetail: string } => {
  const detail = store.catalogue.detail(imageId);
  if (detail === null) throw new Error('no such image');
  const { check, checkDetail } = detail;
  return { check, checkDetail };
};

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 20_000) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A worker with a mind of its own, for what the real one is not easily brought to do. */
async function workerThat(script: string): Promise<string> {
  const path = join(await temporaryFolder(), 'worker.mjs');
  await writeFile(path, `import { parentPort } from 'node:worker_threads';\n${script}`);
  return path;
}

const jpeg = await makeJpeg({ width: 1_024, height: 768, seed: 1 });
/** Whole by its structure, with an end marker, but a part of the coded picture is missing. */
const cutInside = Buffer.concat([jpeg.subarray(0, jpeg.length - 2_000), jpeg.subarray(-2)]);

describe('a check with the real decoder', () => {
  it('finds whole pictures sound and makes previews that fit in 320 × 320', async () => {
    const { store, checker, changes } = await openChecker();
    const images = [
      await put(store, 'a.jpg', jpeg),
      await put(store, 'tall.jpg', await makeJpeg({ width: 200, height: 900, seed: 1 })),
      await put(store, 'b.png', await fixture('gray16.png'), 'png'),
      await put(store, 'c.png', await fixture('palette.png'), 'png'),
    ];
    checker.start();
    await until(() => store.catalogue.nextUnchecked() === null);
    for (const { imageId, filename } of images)
      expect(checkOf(store, imageId), filename).toEqual({ check: 'sound', checkDetail: '' });
    const sizes = await Promise.all(
      images.map(async ({ sha256: hash }) => inspectPicture(await readFile(checker.previewPath(hash)))),
    );
    expect(sizes).toMatchObject([
      { kind: 'complete', format: 'jpeg', width: 320, height: 240 },
      { width: 71, height: 320 },
      // Never made larger than the picture.
      { width: 48, height: 32 },
      { width: 48, height: 32 },
    ]);
    expect(changes()).toBe(4);
    expect(store.totals().damaged).toBe(0);
  });

  it('finds damage that the structure does not show, says it, counts it, and goes on', async () => {
    const { store, checker } = await openChecker();
    const rgb = await fixture('rgb.png');
    const noise = Buffer.from(jpeg);
    for (let at = jpeg.length >> 1; at < (jpeg.length >> 1) + 400; at += 1)
      noise[at] = noise[at] === 0xff ? 0xff : 0x55;
    // Every chunk's checksum is right; what is compressed inside is not.
    const wrongAdler = deflateSync(Buffer.alloc(32 * (1 + 48 * 3), 9));
    wrongAdler[wrongAdler.length - 1] = (wrongAdler.at(-1) ?? 0) ^ 0xff;
    const headOfPng = rgb.subarray(0, 33);
    const end = pngChunk('IEND', Buffer.alloc(0));
    const wrong = [
      await put(store, 'cut.jpg', cutInside),
      await put(store, 'noise.jpg', noise),
      await put(store, 'adler.png', Buffer.concat([headOfPng, pngChunk('IDAT', wrongAdler), end]), 'png'),
      await put(
        store,
        'short.png',
        Buffer.concat([headOfPng, pngChunk('IDAT', deflateSync(Buffer.alloc(99))), end]),
        'png',
      ),
      await put(store, 'no deflate.png', Buffer.concat([headOfPng, pngChunk('IDAT', Buffer.alloc(99, 7)), end]), 'png'),
    ];
    expect(inspectPicture(cutInside).kind).toBe('complete');
    const good = await put(store, 'good.jpg', jpeg);
    checker.start();
    await until(() => store.catalogue.nextUnchecked() === null);
    for (const { imageId, filename } of wrong) {
      const { check, checkDetail } = checkOf(store, imageId);
      expect(check, filename).toBe('damaged');
      expect(checkDetail, filename).toMatch(/\w{3}/);
      expect(checkDetail, filename).not.toMatch(/vips::Error|unable to call/);
    }
    expect(checkOf(store, good.imageId).check).toBe('sound');
    expect(store.totals().damaged).toBe(wrong.length);
    // A damaged picture is still delivered: what to do about it is for people.
    expect(store.totals().pending).toBe(wrong.length + 1);
    expect(await checker.preview(wrong[0]?.sha256 ?? '', 'jpeg')).toBeNull();
  });

  it('finds a picture damaged of which only the very last bytes are missing, and not for stray bytes at its end', async () => {
    const { store, checker } = await openChecker();
    const end = jpeg.subarray(-2);
    const cut = await put(store, 'cut.jpg', Buffer.concat([jpeg.subarray(0, -22), end]));
    const stray = await put(
      store,
      'stray.jpg',
      Buffer.concat([jpeg.subarray(0, -2), Buffer.from([0x55, 0x55, 0x55]), end]),
    );
    for (const { sha256: hash } of [cut, stray]) await checker.preview(hash, 'jpeg');
    expect(checkOf(store, cut.imageId)).toMatchObject({
      check: 'damaged',
      checkDetail: expect.stringContaining('premature end'),
    });
    expect(checkOf(store, stray.imageId).check).toBe('sound');
  });

  it('makes a preview on demand, once for all who ask', async () => {
    const { store, checker, changes } = await openChecker();
    const image = await put(store, 'a.jpg', jpeg);
    const paths = await Promise.all([1, 2, 3].map(() => checker.preview(image.sha256, 'jpeg')));
    expect(new Set(paths)).toEqual(new Set([checker.previewPath(image.sha256)]));
    expect(changes()).toBe(1);
    expect(checkOf(store, image.imageId).check).toBe('sound');
    await rm(checker.previewPath(image.sha256));
    expect(await checker.preview(image.sha256, 'jpeg')).toBe(checker.previewPath(image.sha256));
  });

  it('judges the same bytes once for every image that has them', async () => {
    const { store, checker } = await openChecker();
    const images = [await put(store, 'a.jpg', cutInside), await put(store, 'b.jpg', cutInside)];
    await checker.preview(sha256(cutInside), 'jpeg');
    for (const { imageId } of images) expect(checkOf(store, imageId).check).toBe('damaged');
    expect(store.totals().damaged).toBe(2);
  });

  it('does not call a picture damaged that it can’t read, and takes no earlier answer back', async () => {
    const { store, checker } = await openChecker();
    const image = await put(store, 'a.jpg', cutInside);
    await checker.preview(image.sha256, 'jpeg');
    await rm(store.payloads.pathOf(image.sha256, 'jpeg'));
    expect(await checker.preview(image.sha256, 'jpeg')).toBeNull();
    expect(checkOf(store, image.imageId).check).toBe('damaged');
    const gone = await put(store, 'gone.jpg', jpeg);
    await rm(store.payloads.pathOf(gone.sha256, 'jpeg'));
    expect(await checker.preview(gone.sha256, 'jpeg')).toBeNull();
    expect(checkOf(store, gone.imageId)).toMatchObject({
      check: 'uncheckable',
      checkDetail: expect.stringContaining('ENOENT'),
    });
  });

  it('calls a picture sound or unchecked, never damaged, when only its preview could not be written', async () => {
    const { store, checker } = await openChecker();
    const image = await put(store, 'a.jpg', jpeg);
    await mkdir(`${checker.previewPath(image.sha256)}.part`, { recursive: true });
    expect(await checker.preview(image.sha256, 'jpeg')).toBeNull();
    expect(checkOf(store, image.imageId).check).toBe('uncheckable');
    await rm(`${checker.previewPath(image.sha256)}.part`, { recursive: true });
    expect(await checker.preview(image.sha256, 'jpeg')).not.toBeNull();
    expect(checkOf(store, image.imageId).check).toBe('sound');
  });
});

/** The JPEG with its frame header changed: what it is by that, whatever its data. */
function withFrame(change: (file: Buffer, frame: number) => void): Buffer {
  const file = Buffer.from(jpeg);
  change(file, file.indexOf(Buffer.from([0xff, 0xc0])));
  return file;
}

describe('a sound picture', () => {
  it('of one pixel in width or height has a preview, and is not called damaged', async () => {
    const { store, checker } = await openChecker();
    const sizes = [1, 2, 3, 7].flatMap((edge) => [
      { width: edge, height: 2_600 },
      { width: 2_600, height: edge },
    ]);
    const files = await withVips((vips) =>
      sizes.flatMap(({ width, height }) => {
        const image = testImage(vips, width, height);
        return [
          { format: 'jpeg' as const, bytes: Buffer.from(image.jpegsaveBuffer()) },
          { format: 'png' as const, bytes: Buffer.from(image.pngsaveBuffer()) },
          { format: 'png' as const, bytes: Buffer.from(image.pngsaveBuffer({ interlace: true })) },
        ];
      }),
    );
    for (const [index, { format, bytes }] of files.entries()) {
      const { sha256: hash, imageId } = await put(store, `${index}`, bytes, format);
      expect(await checker.preview(hash, format), `${index}`).toBe(checker.previewPath(hash));
      expect(checkOf(store, imageId), `${index}`).toEqual({ check: 'sound', checkDetail: '' });
    }
  });

  it('with stray bytes before any of its markers is sound', async () => {
    const { store, checker } = await openChecker();
    for (
      let position = 2, count = 1;
      jpeg[position + 1] !== 0xda;
      position += 2 + jpeg.readUInt16BE(position + 2), count += 1
    ) {
      const stray = Buffer.concat([jpeg.subarray(0, position), Buffer.alloc(count, 0x5a), jpeg.subarray(position)]);
      const { sha256: hash, imageId } = await put(store, `${position}`, stray);
      expect(await checker.preview(hash, 'jpeg'), `${position}`).toBe(checker.previewPath(hash));
      expect(checkOf(store, imageId), `${position}`).toEqual({ check: 'sound', checkDetail: '' });
    }
  });

  it('whose preview is turned has it upright, whichever way', async () => {
    const { store, checker } = await openChecker();
    // Dark, but for its upper left corner.
    const stored = await withVips((vips) => {
      const corner = vips.Image.xyz(90, 60);
      const isCorner = corner.extractBand(0).less(20).multiply(corner.extractBand(1).less(20)).cast('uchar');
      return Buffer.from(isCorner.bandjoin([isCorner, isCorner]).copy({ interpretation: 'srgb' }).pngsaveBuffer());
    });
    const corners = { 1: 'tl', 2: 'tr', 3: 'br', 4: 'bl', 5: 'tl', 6: 'tr', 7: 'br', 8: 'bl' } as const;
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
      const bytes = withPngExif(stored, orientationBlock(orientation));
      const { sha256: hash } = await put(store, `${orientation}.png`, bytes, 'png');
      const path = await checker.preview(hash, 'png', orientation);
      const seen = await readFile(path ?? '').then((preview) =>
        withVips((vips) => {
          const image = vips.Image.newFromBuffer(preview);
          const { width, height } = image;
          const at = (x: number, y: number): number =>
            image.getpoint(Math.round(x * (width - 1)), Math.round(y * (height - 1)))[0] ?? 0;
          const all = { tl: at(0.1, 0.1), tr: at(0.9, 0.1), bl: at(0.1, 0.9), br: at(0.9, 0.9) };
          const [brightest] = Object.entries(all).sort(([, one], [, other]) => other - one);
          return { width, height, corner: brightest?.[0] };
        }),
      );
      const size = orientation >= 5 ? { width: 60, height: 90 } : { width: 90, height: 60 };
      expect(seen, `${orientation}`).toEqual({ ...size, corner: corners[orientation] });
    }
  });
});

describe('a picture that can’t be shown here', () => {
  it.each([
    ['of 12 bits a sample', withFrame((file, frame) => file.writeUInt8(12, frame + 4))],
    [
      'of 12 bits, extended',
      withFrame(
        (file, frame) =>
          void file.fill(Buffer.from([0xc1, file[frame + 2] ?? 0, file[frame + 3] ?? 0, 12]), frame + 1, frame + 5),
      ),
    ],
    ['lossless', withFrame((file, frame) => file.writeUInt8(0xc3, frame + 1))],
    ['hierarchical', withFrame((file, frame) => file.writeUInt8(0xc5, frame + 1))],
  ])('a JPEG that is %s, is not called damaged, and the reason is said', async (_, bytes) => {
    const { store, checker } = await openChecker();
    const { sha256: hash, imageId } = await put(store, 'a.jpg', bytes);
    expect(await checker.preview(hash, 'jpeg')).toBeNull();
    const { check, checkDetail } = checkOf(store, imageId);
    expect(check).toBe('uncheckable');
    expect(checkDetail).toMatch(/^it is a .*JPEG.*, which can’t be shown here$/);
  });
});

it('a damaged picture is called so in spite of stray bytes, which are all that a decoder notes', {
  timeout: 60_000,
}, async () => {
  const { store, checker } = await openChecker();
  const tables = cutInside.indexOf(Buffer.from([0xff, 0xdb]));
  const stray = Buffer.concat([cutInside.subarray(0, tables), Buffer.alloc(5, 0x5a), cutInside.subarray(tables)]);
  const { sha256: hash, imageId } = await put(store, 'a.jpg', stray);
  expect(await checker.preview(hash, 'jpeg')).toBeNull();
  const { check, checkDetail } = checkOf(store, imageId);
  expect({ check, checkDetail }).toEqual({ check: 'damaged', checkDetail: expect.stringMatching(/premature end/) });
});

it('no verdict but a good one is without a reason, whatever bytes of a PNG are changed', {
  timeout: 120_000,
}, async () => {
  const { store, checker } = await openChecker();
  const rgb = await fixture('rgb.png');
  for (let at = 8; at < rgb.length; at += 97) {
    const file = Buffer.from(rgb);
    file[at] = (file[at] ?? 0) ^ 0x41;
    const { sha256: hash, imageId } = await put(store, `${at}`, file, 'png');
    await checker.preview(hash, 'png');
    const { check, checkDetail } = checkOf(store, imageId);
    expect(check === 'sound' || checkDetail.length > 5, `${at}: ${check} "${checkDetail}"`).toBe(true);
  }
});

describe('a worker that goes wrong', () => {
  it('leaves the picture that ended it uncheckable, and a new one takes the others', async () => {
    const workerPath = await workerThat(`
      parentPort.on('message', ({ id, path, previewPath }) => {
        if (path.includes(${JSON.stringify(sha256(Buffer.from('kills')))})) process.exit(7);
        if (path.includes(${JSON.stringify(sha256(Buffer.from('throws')))})) throw new Error('trapped');
        parentPort.postMessage({ id, kind: 'sound' });
      });`);
    const { store, checker } = await openChecker({ workerPath });
    const images = new Map<string, string>();
    for (const name of ['before', 'kills', 'between', 'throws', 'after'])
      images.set(name, (await put(store, name, Buffer.from(name))).imageId);
    // All at once: those that wait behind a picture must not share its fate.
    await Promise.all([...images.keys()].map((name) => checker.preview(sha256(Buffer.from(name)), 'jpeg')));
    const verdicts = [...images].map(([name, imageId]) => [name, checkOf(store, imageId).check]);
    expect(verdicts).toEqual([
      ['before', 'sound'],
      ['kills', 'uncheckable'],
      ['between', 'sound'],
      ['throws', 'uncheckable'],
      ['after', 'sound'],
    ]);
    expect(checkOf(store, images.get('throws') ?? '').checkDetail).toContain('trapped');
  });

  it('is replaced when it takes too long, and only the picture it hung on is given up', async () => {
    const workerPath = await workerThat(`
      parentPort.on('message', ({ id, path }) => {
        if (path.includes(${JSON.stringify(sha256(Buffer.from('hangs')))})) for (;;);
        parentPort.postMessage({ id, kind: 'sound' });
      });`);
    const clock = new FakeClock();
    const { store, checker } = await openChecker({ workerPath, clock });
    const hangs = await put(store, 'hangs', Buffer.from('hangs'));
    const waits = await put(store, 'waits', Buffer.from('waits'));
    const asked = [checker.preview(hangs.sha256, 'jpeg')];
    // Not before the first has the decoder: which of two would come first is for the file system to say.
    await until(() => clock.timers > 0);
    asked.push(checker.preview(waits.sha256, 'jpeg'));
    clock.advance(179_999);
    expect(checkOf(store, hangs.imageId).check).toBe('unchecked');
    clock.advance(1);
    await Promise.all(asked);
    expect(checkOf(store, hangs.imageId)).toEqual({ check: 'uncheckable', checkDetail: 'decoding took too long' });
    expect(checkOf(store, waits.imageId).check).toBe('sound');
    expect(clock.timers).toBe(0);
  });

  it('that can’t start at all condemns nothing as damaged', async () => {
    const { store, checker } = await openChecker({ workerPath: '/no/such/worker.mjs' });
    const image = await put(store, 'a.jpg', jpeg);
    expect(await checker.preview(image.sha256, 'jpeg')).toBeNull();
    expect(checkOf(store, image.imageId).check).toBe('uncheckable');
  });

  it('whose decoder can’t come up condemns nothing as damaged', async () => {
    // The real worker, beside a wasm-vips that fails.
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'node_modules/wasm-vips'), { recursive: true });
    await writeFile(
      join(folder, 'node_modules/wasm-vips/package.json'),
      JSON.stringify({ name: 'wasm-vips', exports: './index.js' }),
    );
    await writeFile(
      join(folder, 'node_modules/wasm-vips/index.js'),
      "module.exports = () => new Promise((_, reject) => setTimeout(() => reject(new Error('no memory for it')), 50));",
    );
    await copyFile(decodeWorker, join(folder, 'decode-worker.cjs'));
    const { store, checker } = await openChecker({ workerPath: join(folder, 'decode-worker.cjs') });
    const image = await put(store, 'a.jpg', jpeg);
    expect(await checker.preview(image.sha256, 'jpeg')).toBeNull();
    expect(checkOf(store, image.imageId)).toMatchObject({
      check: 'uncheckable',
      checkDetail: expect.stringContaining('no memory for it'),
    });
  });

  it('is not started again after the stop, and answers what was asked', async () => {
    const workerPath = await workerThat("parentPort.on('message', () => { for (;;); });");
    const { store, checker } = await openChecker({ workerPath });
    const images = [await put(store, 'a', Buffer.from('a')), await put(store, 'b', Buffer.from('b'))];
    checker.start();
    const asked = images.map(({ sha256: hash }) => checker.preview(hash, 'jpeg'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await checker.stop();
    expect(await Promise.all(asked)).toEqual([null, null]);
    // A stop is no verdict.
    for (const { imageId } of images) expect(checkOf(store, imageId).check).toBe('unchecked');
    expect(await checker.preview(images[0]?.sha256 ?? '', 'jpeg')).toBeNull();
  });
});

describe('while the gateway is busy', () => {
  /** Twenty pictures and a worker that finds all of them sound, in a time that stands still until it is moved. */
  async function openLine(busy: () => boolean) {
    const workerPath = await workerThat(
      "parentPort.on('message', ({ id }) => parentPort.postMessage({ id, kind: 'sound' }));",
    );
    const clock = new FakeClock();
    const { store, checker } = await openChecker({ workerPath, clock, busy });
    for (let index = 0; index < 20; index += 1) await put(store, `${index}`, Buffer.from(`${index}`));
    checker.start();
    const checks = (): string[] => store.catalogue.page('all', null, 50).rows.map(({ check }) => check);
    return {
      checks,
      left: () => checks().filter((check) => check === 'unchecked').length,
      pass: async (milliseconds: number): Promise<void> => {
        for (let passed = 0; passed < milliseconds; passed += 50) {
          clock.advance(50);
          await new Promise((resolve) => setTimeout(resolve, 4));
        }
      },
    };
  }

  it('leaves it the processor for a burst, and begins once all is quiet', async () => {
    let isBusy = true;
    const { left, pass } = await openLine(() => isBusy);
    await pass(10_000);
    expect(left()).toBe(20);
    // A breath between two pictures is no end.
    isBusy = false;
    await pass(200);
    isBusy = true;
    await pass(2_000);
    expect(left()).toBe(20);
    isBusy = false;
    await pass(500);
    await until(() => left() === 0);
  });

  it('takes a share of the time when a burst goes on and on', async () => {
    const { checks, left, pass } = await openLine(() => true);
    await pass(15_500);
    await until(() => left() < 20);
    await pass(700);
    expect(left()).toBeGreaterThan(10);
    // The newest first: what people look at.
    expect(checks()[0]).toBe('sound');
  });
});
