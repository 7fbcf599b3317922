import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metadataOf } from '../../../../electron/gateway/cloud/acusight/schema.ts';
import { makeBmp } from '../../../support/bmp.ts';
import { openIntake, type TestIntake } from '../../../support/intake.ts';
import { makeJpeg, testImage, type VipsModule, withVips } from '../../../support/pictures.ts';
import { sha256 } from '../../../support/store.ts';

type Image = InstanceType<VipsModule['Image']>;
const width = 61;
const height = 43;

/** Samples of 16 bits that use all of them. */
const deep = (vips: VipsModule, bands: number): Image => {
  const plain = vips.Image.xyz(width, height);
  const band = (step: number): Image =>
    plain
      .extractBand(0)
      .multiply(1_031 * step)
      .add(plain.extractBand(1).multiply(257))
      .remainder(65_536);
  const image = bands === 1 ? band(1) : band(1).bandjoin([band(2), band(3)]);
  return image.cast('ushort').copy({ interpretation: bands === 1 ? 'grey16' : 'rgb16' });
};

/** Name -> the file, and the samples that its PNG must have. */
const files = await withVips((vips) => {
  const image = testImage(vips, width, height);
  const grey = image.extractBand(0);
  const alpha = image.bandjoin(grey).copy({ interpretation: 'srgb' });
  const made = (file: Uint8Array, picture: Image) => ({ file: Buffer.from(file), samples: bytesOf(picture) });
  const one = grey.more(90);
  return {
    'rgb.bmp': { file: makeBmp(width, height, new Uint8Array(image.writeToMemory())), samples: bytesOf(image) },
    'rgb.tif': made(image.tiffsaveBuffer(), image),
    'grey.tiff': made(grey.tiffsaveBuffer({ compression: 'lzw' }), grey),
    'alpha.tif': made(
      alpha.tiffsaveBuffer({ compression: 'deflate', tile: true, tile_width: 16, tile_height: 16 }),
      alpha,
    ),
    'one bit.tif': made(one.tiffsaveBuffer({ bitdepth: 1 }), one),
    'big.tif': made(image.tiffsaveBuffer({ bigtiff: true }), image),
    'grey16.tif': made(
      deep(vips, 1).tiffsaveBuffer({ compression: 'deflate', predictor: 'horizontal' }),
      deep(vips, 1),
    ),
    'rgb16.tif': made(deep(vips, 3).tiffsaveBuffer(), deep(vips, 3)),
    'lossless.webp': made(image.webpsaveBuffer({ lossless: true }), image),
    'alpha.webp': made(alpha.webpsaveBuffer({ lossless: true, exact: true }), alpha),
  };
});

function bytesOf(image: Image): Buffer {
  const memory = image.writeToMemory();
  return Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
}

const decoded = (png: Buffer): Promise<{ samples: Buffer; width: number; height: number }> =>
  withVips((vips) => {
    const image = vips.Image.pngloadBuffer(png);
    return { samples: Buffer.from(bytesOf(image)), width: image.width, height: image.height };
  });

async function stored(intake: TestIntake, name: string, file: Buffer) {
  await intake.put(name, file);
  expect(await intake.offer(name), name).toEqual({ kind: 'stored' });
  const image = intake.images().find(({ originalPath }) => originalPath === name);
  if (image === undefined) throw new Error(`${name} is not there`);
  return { image, png: await readFile(intake.store.payloads.pathOf(image.sha256, 'png')) };
}

describe('a BMP, TIFF or WebP file', () => {
  it('is stored as a PNG of the same samples, whatever its name says; 16 bits stay 16', {
    timeout: 60_000,
  }, async () => {
    const intake = await openIntake({ sidecarWaitMilliseconds: 0 });
    for (const [name, { file, samples }] of Object.entries(files)) {
      for (const path of [name, `as.${name}.jpg`]) {
        const { image, png } = await stored(intake, path, file);
        expect(image, path).toMatchObject({
          format: 'png',
          width,
          height,
          sha256: sha256(png),
          bytes: png.length,
          notes: [],
        });
        const picture = await decoded(png);
        expect(picture.samples.equals(samples), path).toBe(true);
        expect(png[24], path).toBe(name.includes('16') ? 16 : 8);
      }
    }
  });

  it('is known by what came: its SHA-256, bytes and format are kept and sent, and its image id is made of them', async () => {
    const intake = await openIntake({ sidecarWaitMilliseconds: 0 });
    const { file } = files['rgb.tif'];
    const { image } = await stored(intake, 'a.tif', file);
    const original = { filename: 'a.tif', format: 'tiff', bytes: file.length, sha256: sha256(file) };
    expect(image.filename).toBe('a.png');
    expect(image.original).toEqual(original);
    expect(await intake.offer('a.tif')).toEqual({ kind: 'stored' });
    expect(intake.images()).toHaveLength(1);
    const [entry] = intake.store.outbox.lease(1, 2_000_000_000_000, 60_000);
    if (entry === undefined) throw new Error('nothing waits');
    expect(metadataOf(entry, 'line-7')).toMatchObject({
      filename: 'a.png',
      original_filename: 'a.tif',
      sha256: image.sha256,
      original_format: 'tiff',
      original_bytes: file.length,
      original_sha256: original.sha256,
    });
  });

  it('of several pictures gives its first, and says so', async () => {
    const intake = await openIntake({ sidecarWaitMilliseconds: 0 });
    const [pages, animation, first] = await withVips((vips) => {
      const image = testImage(vips, width, height);
      const strip = image.join(image.invert(), 'vertical').join(image, 'vertical').copy();
      strip.setInt('page-height', height);
      return [
        Buffer.from(strip.tiffsaveBuffer({ page_height: height })),
        Buffer.from(strip.webpsaveBuffer({ lossless: true, page_height: height })),
        Buffer.from(bytesOf(image)),
      ];
    });
    const tiff = await stored(intake, 'a.tif', pages);
    expect(tiff.image.notes).toEqual(['The TIFF holds 3 pictures; the first is taken.']);
    const webp = await stored(intake, 'a.webp', animation);
    expect(webp.image.notes).toEqual([
      expect.stringMatching(/^The WebP is an animation of \d pictures; the first is taken\.$/),
    ]);
    for (const { png } of [tiff, webp]) expect((await decoded(png)).samples.equals(first)).toBe(true);
    const [entry] = intake.store.outbox.lease(1, 2_000_000_000_000, 60_000);
    expect(entry && metadataOf(entry, 'x').notes).toEqual(['The TIFF holds 3 pictures; the first is taken.']);
  });

  it('that a PNG can’t hold without loss is refused with what to do', async () => {
    const { put, offer, listed } = await openIntake();
    const wrong = await withVips((vips) => {
      const image = testImage(vips, width, height);
      const saved = (picture: Image) => Buffer.from(picture.tiffsaveBuffer());
      return {
        'float.tif': saved(image.cast('float')),
        'signed.tif': saved(image.cast('short')),
        'deep.tif': saved(image.cast('uint')),
        'cmyk.tif': saved(image.bandjoin(image.extractBand(0)).copy({ interpretation: 'cmyk' })),
        'lab.tif': saved(image.colourspace('lab')),
        'six.tif': saved(image.bandjoin(image)),
      };
    });
    for (const [name, file] of Object.entries(wrong)) {
      await put(name, file);
      expect(await offer(name), name).toEqual({ kind: 'refused' });
    }
    const reasons = Object.fromEntries(listed().map((reason) => [reason.path, reason]));
    expect(Object.keys(reasons)).toHaveLength(6);
    for (const { code, hint } of Object.values(reasons)) {
      expect(code).toBe('not-convertible');
      expect(hint).toMatch(/Set the camera program to .*(grey|8 or 16 bits)/);
    }
    expect(reasons['float.tif']?.text).toContain('floating-point numbers');
    expect(reasons['cmyk.tif']?.text).toContain('CMYK');
    expect(reasons['lab.tif']?.text).toContain('Lab');
  });

  it('is listed where the site does not want it stored as PNG, with the setting named', async () => {
    const { put, offer, listed } = await openIntake({ convert: false });
    for (const name of ['rgb.bmp', 'rgb.tif', 'lossless.webp'] as const) {
      await put(name, files[name].file);
      expect(await offer(name, 700), name).toEqual({ kind: 'refused' });
    }
    for (const { code, text, hint } of listed()) {
      expect(code).toBe('not-converted');
      expect(text).toMatch(/is a (BMP|TIFF|WebP) picture, and only JPEG and PNG are taken/);
      expect(hint).toContain('ingest.convert');
    }
    expect(listed()).toHaveLength(3);
  });

  it('is waited for while it is being written, at every length, and then listed as cut off or damaged', {
    timeout: 60_000,
  }, async () => {
    const { put, offer, listed } = await openIntake();
    for (const name of ['rgb.bmp', 'rgb.tif', 'lossless.webp'] as const) {
      const { file } = files[name];
      for (const length of [40, 200, 1_000, file.length >> 1, file.length - 10]) {
        await put(name, file.subarray(0, length));
        expect(await offer(name, 20_000), `${name} ${length}`).toMatchObject({ kind: 'not-yet', why: 'incomplete' });
      }
      expect(await offer(name, 60_000), name).toEqual({ kind: 'refused' });
    }
    expect(listed()).toHaveLength(3);
    // The last bytes of a TIFF may be numbers that only its decoder misses.
    for (const { code } of listed()) expect(code).toMatch(/^(?:truncated|broken)$/);
  });

  it('whose end is zeros, as one that is being copied has, is waited for, and taken when it stays so', async () => {
    const { put, offer, images } = await openIntake({ sidecarWaitMilliseconds: 0 });
    const dark = makeBmp(200, 200, new Uint8Array(3 * 200 * 200).fill(90, 60_000));
    await put('a.bmp', dark);
    expect(await offer('a.bmp', 20_000)).toMatchObject({ kind: 'not-yet', why: 'incomplete' });
    expect(await offer('a.bmp', 30_000)).toEqual({ kind: 'stored' });
    expect(images()).toHaveLength(1);
  });

  it('has the limits of every picture, of its bytes as they came, of its pixels before they are unpacked, and of its PNG', async () => {
    const noisy = await withVips((vips) => {
      const image = vips.Image.gaussnoise(400, 400, { sigma: 60, mean: 128, seed: 3 }).cast('uchar');
      return Buffer.from(image.webpsaveBuffer({ Q: 40 }));
    });
    const { put, offer, listed } = await openIntake({ maxImageBytes: 100_000, maxPixels: 200_000 });
    const large = makeBmp(300, 200, new Uint8Array(180_000));
    const wide = Buffer.from(files['rgb.bmp'].file);
    wide.writeInt32LE(40_000, 18);
    await put('large.bmp', large);
    await put('noisy.webp', noisy);
    await put('wide.bmp', Buffer.concat([wide, Buffer.alloc(10)]));
    expect(noisy.length).toBeLessThan(100_000);
    expect(await offer('large.bmp')).toEqual({ kind: 'refused' });
    expect(await offer('noisy.webp')).toEqual({ kind: 'refused' });
    const tall = await openIntake({ maxPixels: 2_000 });
    await tall.put('a.tif', files['rgb.tif'].file);
    expect(await tall.offer('a.tif')).toEqual({ kind: 'refused' });
    expect(tall.listed()[0]).toMatchObject({ code: 'too-many-pixels' });
    const texts = Object.fromEntries(listed().map(({ path, text }) => [path, text]));
    expect(texts['large.bmp']).toMatch(/^The picture is too large: 180 kB, at most 100 kB are taken/);
    expect(listed().find(({ path }) => path === 'large.bmp')?.hint).toContain(
      'stored as PNG the picture may well be small enough',
    );
    expect(texts['noisy.webp']).toMatch(/^The picture is too large once it is stored as PNG/);
  });

  it('holds up no other: a JPEG beside many of them is stored while they wait for their turn', async () => {
    const { put, offer, images } = await openIntake({ sidecarWaitMilliseconds: 0 });
    const names = Array.from({ length: 12 }, (_, index) => `${index}.tif`);
    for (const name of names) await put(name, files['rgb16.tif'].file);
    await put('a.jpg', files['rgb.tif'].file);
    const order: string[] = [];
    const first = names.map((name) => offer(name).then(() => order.push(name)));
    await put('b.jpg', await makeJpeg({ width: 64, height: 48, seed: 1 }));
    await offer('b.jpg').then(() => order.push('b.jpg'));
    await Promise.all(first);
    expect(order.indexOf('b.jpg')).toBeLessThan(11);
    expect(images()).toHaveLength(13);
  });
});

it('a GIF stays where it is, with the formats that are taken named', async () => {
  const { put, offer, listed } = await openIntake();
  const gif = await withVips((vips) => Buffer.from(testImage(vips, 20, 10).gifsaveBuffer()));
  await put('a.gif', gif);
  expect(await offer('a.gif')).toEqual({ kind: 'refused' });
  expect(listed()[0]?.text).toMatch(
    /not a JPEG, PNG, BMP, TIFF or WebP picture, .*\(it is a GIF picture by its content\)/,
  );
});

it('a label file knows a picture by the name that it came under, also when it comes late', async () => {
  const { put, offer, images } = await openIntake({ sidecarWaitMilliseconds: 0 });
  await put('a.bmp', files['rgb.bmp'].file);
  expect(await offer('a.bmp')).toEqual({ kind: 'stored' });
  const box = { image_id: 1, category_id: 1, bbox: [0, 0, 10, 10] };
  const coco = {
    images: [{ id: 1, file_name: 'a.bmp', width, height }],
    categories: [{ id: 1, name: 'x' }],
    annotations: [box],
  };
  await put('a.bmp.json', JSON.stringify(coco));
  expect(await offer('a.bmp.json')).toEqual({ kind: 'matched' });
  expect(images()[0]).toMatchObject({ filename: 'a.png', annotationCount: 1, sidecarProblems: [] });
});

it('two formats of one picture are two files, though their PNG is the same; a renamed one is known', async () => {
  const { root, put, offer, images } = await openIntake({ sidecarWaitMilliseconds: 0 });
  await put('a.bmp', files['rgb.bmp'].file);
  expect(await offer('a.bmp')).toEqual({ kind: 'stored' });
  await rename(join(root, 'a.bmp'), join(root, 'b.bmp'));
  expect(await offer('b.bmp')).toEqual({ kind: 'known' });
  await rm(join(root, 'b.bmp'));
  // Written in the same moment as the one that is gone.
  await put('b.tif', files['rgb.tif'].file);
  expect(await offer('b.tif')).toEqual({ kind: 'stored' });
  expect(images().map(({ sha256: hash }) => hash)).toEqual(Array(2).fill(images()[0]?.sha256));
});
