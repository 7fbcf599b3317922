import { readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { exifBlock, pngChunk, withExif } from '../../../support/exif.ts';
import { openIntake } from '../../../support/intake.ts';
import { makeJpeg } from '../../../support/pictures.ts';
import { said } from '../../../support/spoken.ts';
import { acknowledge, sha256, temporaryFiles } from '../../../support/store.ts';

const jpeg = await makeJpeg({ width: 320, height: 240, seed: 1 });
const fixture = (name: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, '../../../fixtures/pictures', name));
const png = await fixture('rgb.png');

/** A whole PNG whose header claims any size; its data is not what the header says, which only a decoder sees. */
function pngOfSize(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    png.subarray(0, 8),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(100))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a complete picture', () => {
  it('is stored with what is known of it, and its bytes', async () => {
    const { put, offer, images, statusOf, store, stored, clock } = await openIntake();
    await put('shift 1/Платина №7.jpg', jpeg);
    expect(await offer('shift 1/Платина №7.jpg')).toEqual({ kind: 'stored' });
    const [image] = images();
    expect(image).toMatchObject({
      filename: 'Платина №7.jpg',
      originalPath: 'shift 1/Платина №7.jpg',
      sourceId: 'aoi',
      sha256: sha256(jpeg),
      bytes: jpeg.length,
      format: 'jpeg',
      width: 320,
      height: 240,
      capturedFrom: 'file',
      captureOffsetMinutes: null,
      capturedAt: clock.now() - 60_000,
      storedAt: clock.now(),
      state: 'pending',
      annotations: [],
      sidecar: null,
      check: 'unchecked',
    });
    expect(await readFile(store.payloads.pathOf(sha256(jpeg), 'jpeg'))).toEqual(jpeg);
    expect(await statusOf('shift 1/Платина №7.jpg')).toBe('finished');
    expect(stored).toEqual(['Платина №7.jpg']);
  });

  it('has its capture time from EXIF where the camera wrote it', async () => {
    const { put, offer, images } = await openIntake();
    const block = exifBlock({ fields: { 36867: '2025:03:04 05:06:07', 36881: '+02:00' } });
    await put('a.jpg', withExif(jpeg, block));
    expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(images()[0]).toMatchObject({
      capturedFrom: 'exif',
      captureOffsetMinutes: 120,
      capturedAt: Date.UTC(2025, 2, 4, 3, 6, 7),
    });
  });

  it('is taken by its content, whatever its name says', async () => {
    const { put, offer, images } = await openIntake();
    await put('png named.jpg', png);
    await put('no extension', jpeg);
    await put('jpeg named.txt', jpeg);
    await put('jpeg named.json', await makeJpeg({ width: 320, height: 240, seed: 2 }));
    for (const name of ['png named.jpg', 'no extension', 'jpeg named.txt', 'jpeg named.json'])
      expect(await offer(name), name).toEqual({ kind: 'stored' });
    expect(Object.fromEntries(images().map(({ filename, format }) => [filename, format]))).toEqual({
      'png named.jpg': 'png',
      'no extension': 'jpeg',
      'jpeg named.txt': 'jpeg',
      'jpeg named.json': 'jpeg',
    });
  });

  it('is one image however often the same version is offered, also at the same time', async () => {
    const { put, offer, store, stored } = await openIntake();
    await put('a.jpg', jpeg);
    const verdicts = await Promise.all([offer('a.jpg'), offer('a.jpg'), offer('a.jpg')]);
    expect(verdicts).toEqual(Array(3).fill({ kind: 'stored' }));
    expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(store.totals().collected).toBe(1);
    expect(stored).toEqual(['a.jpg']);
  });

  it('with the same bytes as another makes two images and one payload', async () => {
    const { put, offer, store, images } = await openIntake();
    await put('a.jpg', jpeg);
    await put('b.jpg', jpeg);
    await Promise.all([offer('a.jpg'), offer('b.jpg')]);
    expect(new Set(images().map(({ imageId }) => imageId)).size).toBe(2);
    expect(store.tally.payloads()).toEqual({ files: 1, bytes: jpeg.length });
  });

  it('that is replaced under the same name is another image', async () => {
    const { put, offer, statusOf, images } = await openIntake();
    await put('a.jpg', jpeg);
    await offer('a.jpg');
    await put('a.jpg', png, 10_000);
    expect(await statusOf('a.jpg')).toBe('new');
    expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(images().map(({ format }) => format)).toEqual(['png', 'jpeg']);
  });
});

describe('what cannot be taken is listed with its reason, in words', () => {
  const cut = jpeg.subarray(0, jpeg.length - 100);
  const broken = Buffer.from(png);
  broken.writeUInt32BE(0xdeadbeef, 29);
  const cases: readonly {
    readonly name: string;
    readonly bytes: Buffer | string;
    readonly code: string;
    readonly text: RegExp;
    /** Whether it may still become whole, so that it is given its time. */
    readonly waits: boolean;
  }[] = [
    { name: 'cut.jpg', bytes: cut, code: 'truncated', text: /cut off: its end is missing \(.*[^.]\)\.$/, waits: true },
    { name: 'empty.jpg', bytes: '', code: 'empty', text: /empty \(0 bytes\)/, waits: true },
    {
      name: 'zeros.jpg',
      bytes: Buffer.alloc(5_000),
      code: 'truncated',
      text: /nothing but zeros: space is reserved/,
      waits: true,
    },
    { name: 'broken.png', bytes: broken, code: 'broken', text: /damaged \(.*checksum of the IHDR/, waits: true },
    { name: 'text.jpg', bytes: 'hello, this is text', code: 'not-a-picture', text: /a text file/, waits: false },
    { name: 'scan.tif', bytes: '%PDF-1.7 …', code: 'not-a-picture', text: /a PDF document/, waits: false },
    { name: 'no ending', bytes: 'GIF89a …', code: 'not-a-picture', text: /a GIF picture/, waits: false },
    {
      name: 'huge.png',
      bytes: pngOfSize(20_000, 10_000),
      code: 'too-many-pixels',
      text: /20000 × 10000 are 200 megapixels, at most 150 megapixels/,
      waits: false,
    },
  ];

  it.each(cases)('$name: $code', async ({ name, bytes, code, text, waits }) => {
    const { put, offer, listed, statusOf, store, clock } = await openIntake();
    await put(name, bytes);
    if (waits) {
      expect(await offer(name, 29_000)).toEqual({ kind: 'not-yet', why: 'incomplete', milliseconds: 400 });
      expect(listed()).toEqual([]);
    }
    expect(await offer(name, 30_000)).toEqual({ kind: 'refused' });
    const [refusal] = listed();
    expect(refusal).toMatchObject({ sourceId: 'aoi', path: name, severity: 'refused', code, at: clock.now() });
    expect(refusal?.text).toMatch(text);
    expect(refusal?.hint).toMatch(/^[A-Z].{20,}\.$/);
    expect(await statusOf(name)).toBe('refused');
    expect(store.totals()).toMatchObject({ collected: 0, refused: 1 });
    // Offered again, it is not listed twice.
    expect(await offer(name, 30_000)).toEqual({ kind: 'refused' });
    expect(listed()).toHaveLength(1);
  });

  it('a file above the size limit, without reading it whole', async () => {
    const { put, offer, listed } = await openIntake({ maxImageBytes: 5_000_000 });
    const large = Buffer.alloc(12_000_000, 1);
    jpeg.copy(large);
    await put('large.jpg', large);
    await put('large.bin', Buffer.alloc(12_000_000, 1));
    expect(await offer('large.jpg')).toEqual({ kind: 'refused' });
    expect(await offer('large.bin')).toEqual({ kind: 'refused' });
    const [other, picture] = listed();
    expect(picture).toMatchObject({
      code: 'too-large',
      text: 'The picture is too large: 12 MB, at most 5 MB are taken.',
    });
    expect(other).toMatchObject({ code: 'no-picture' });
  });

  it('a picture that the store could never hold, instead of blocking all others', async () => {
    const { put, offer, listed, admission } = await openIntake({ storeBytes: 1_000_000 });
    await put('large.jpg', await makeJpeg({ width: 320, height: 240, seed: 1, targetBytes: 990_000 }));
    await put('small.jpg', jpeg);
    expect(await offer('large.jpg')).toEqual({ kind: 'refused' });
    expect(listed()[0]).toMatchObject({ code: 'too-large', hint: expect.stringContaining('store.maxBytes') });
    expect(await offer('small.jpg')).toEqual({ kind: 'stored' });
    expect(admission.state().state).toBe('ok');
  });

  it('and leaves the list when it becomes whole', async () => {
    const { put, offer, listed, store } = await openIntake();
    await put('a.jpg', cut);
    await offer('a.jpg');
    expect(listed()).toHaveLength(1);
    await put('a.jpg', jpeg, 10_000);
    expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(listed()).toEqual([]);
    expect(store.totals()).toMatchObject({ refused: 0, collected: 1 });
  });
});

describe('a file that is not at rest', () => {
  it('is not taken when it changed since it was looked at', async () => {
    const { intake, put, root, store } = await openIntake();
    await put('a.jpg', jpeg);
    const offer = (bytes: number, modifiedMs: number) =>
      intake.offer({
        file: { path: 'a.jpg', bytes, modifiedMs },
        absolutePath: join(root, 'a.jpg'),
        quietMilliseconds: 60_000,
      });
    expect(await offer(jpeg.length - 1, 1)).toMatchObject({ kind: 'not-yet', why: 'changed' });
    expect(await offer(jpeg.length, 1)).toMatchObject({ kind: 'not-yet', why: 'changed' });
    expect(store.totals().collected).toBe(0);
  });

  it('is not taken while it is being written, and never in a mixture of two versions', async () => {
    const { put, offer, images, root } = await openIntake({ sidecarWaitMilliseconds: 0 });
    const other = await makeJpeg({ width: 320, height: 240, seed: 2 });
    await put('a.jpg', jpeg);
    const whole = new Set([sha256(jpeg), sha256(other)]);
    for (let round = 0; round < 20; round += 1) {
      const [, verdict] = await Promise.all([
        writeFile(join(root, 'a.jpg'), round % 2 === 0 ? other : jpeg),
        offer('a.jpg', 600),
      ]);
      expect(['stored', 'not-yet']).toContain(verdict.kind);
    }
    for (const image of images()) expect(whole).toContain(image.sha256);
  });

  it('is offered again when it vanished', async () => {
    const { intake, root } = await openIntake();
    const offer = { file: { path: 'gone.jpg', bytes: 5, modifiedMs: 1 }, absolutePath: join(root, 'gone.jpg') };
    expect(await intake.offer({ ...offer, quietMilliseconds: 60_000 })).toMatchObject({
      kind: 'not-yet',
      why: 'changed',
    });
  });

  it.skipIf(process.platform !== 'linux')(
    'that its own disk can’t give is waited for, then listed, and no fault of the gateway’s disk',
    async () => {
      const { intake, admission, listed } = await openIntake();
      // /proc/self/mem answers EIO to a read from its beginning, as a bad sector does.
      const offer = (quietMilliseconds: number) =>
        intake.offer({
          file: { path: 'bad-sector.jpg', bytes: 100, modifiedMs: 1 },
          absolutePath: '/proc/self/mem',
          quietMilliseconds,
        });
      expect(await offer(1_000)).toMatchObject({ kind: 'not-yet', why: 'busy' });
      expect(await offer(30_000)).toEqual({ kind: 'refused' });
      expect(listed()[0]).toMatchObject({ code: 'unreadable', text: expect.stringContaining('EIO') });
      expect(admission.state().state).toBe('ok');
      // Such a file is worth another try at each scan.
      expect(intake.registry.status({ path: 'bad-sector.jpg', bytes: 100, modifiedMs: 1 })).toBe('listed');
    },
  );
});

describe('a store that can’t take the picture', () => {
  it.each([
    { code: 'ENOSPC', text: 'The disk is full' },
    { code: 'EIO', text: 'The disk refuses to write' },
    { code: 'EROFS', text: 'The disk refuses to write' },
    { code: 'EACCES', text: 'The disk refuses to write' },
    { code: 'ENOENT', text: 'The disk refuses to write' },
  ] as const)(
    '$code: says so loudly, leaves nothing behind, and takes it when the disk works again',
    async ({ code, text }) => {
      const { files, put, offer, admission, store, listed, stored } = await openIntake();
      await put('a.jpg', jpeg);
      for (const nth of [1, 2, 3]) {
        files.failAt({ nth, code, lasts: 'once', only: ['writeAndSync', 'rename', 'syncDirectory'] });
        const verdict = await offer('a.jpg');
        expect(said('message' in verdict ? verdict.message : null), `call ${nth}`).toEqual({
          text,
          hint: expect.stringMatching(`^New pictures wait in their folder\\. Check the disk .*${code}`),
        });
        expect(admission.state().state).toBe(code === 'ENOSPC' ? 'full' : 'failing');
        expect(await temporaryFiles(store.payloads.root)).toEqual([]);
      }
      expect(store.totals().collected).toBe(0);
      expect(listed()).toEqual([]);
      files.failAt(null);
      expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
      expect(admission.state().state).toBe('ok');
      expect(stored).toEqual(['a.jpg']);
    },
  );

  it('says so when the folder of the payloads was taken away', async () => {
    const { put, offer, store, admission } = await openIntake();
    await put('a.jpg', jpeg);
    const { root } = store.payloads;
    await rename(root, `${root}-gone`);
    expect(await offer('a.jpg')).toMatchObject({ kind: 'no-room' });
    expect(admission.state().state).toBe('failing');
  });

  it('leaves the picture in its folder while the quota is full, and takes it once others are delivered', async () => {
    const { put, offer, store, root, listed } = await openIntake({ storeBytes: 1_000_000 });
    const pictures = await Promise.all(
      [1, 2, 3, 4].map((seed) => makeJpeg({ width: 320, height: 240, seed, targetBytes: 300_000 })),
    );
    for (const [index, bytes] of pictures.entries()) await put(`${index}.jpg`, bytes);
    const verdicts = [];
    for (const index of pictures.keys()) verdicts.push((await offer(`${index}.jpg`)).kind);
    expect(verdicts).toEqual(['stored', 'stored', 'stored', 'no-room'].slice(0, 4));
    expect(await readFile(join(root, '3.jpg'))).toEqual(pictures[3]);
    expect(listed()).toEqual([]);
    acknowledge(store, 1, store.catalogue.page('all', null, 1).rows[0]?.storedAt);
    expect(await offer('3.jpg')).toEqual({ kind: 'stored' });
    expect(store.totals()).toMatchObject({ collected: 4, payloadsRemoved: 1 });
  });

  it('lets an error that is neither the file’s nor the disk’s be seen by the source', async () => {
    const { put, offer, admission, store } = await openIntake();
    await put('a.jpg', jpeg);
    store.database.exec("CREATE TRIGGER wrong BEFORE INSERT ON images BEGIN SELECT RAISE(ABORT, 'a bug'); END");
    await expect(offer('a.jpg')).rejects.toThrow('a bug');
    expect(admission.state().state).toBe('ok');
  });
});

describe('the sidecar', () => {
  const acusight = (classValue: string): string =>
    JSON.stringify({
      annotations: [
        { class_value: classValue, confidence: 0.9, x_center: 0.5, y_center: 0.5, width: 0.2, height: 0.1 },
      ],
      model_name: 'finder',
    });

  it('is read with its picture', async () => {
    const { put, offer, images, statusOf } = await openIntake();
    await put('a.jpg', jpeg);
    await put('a.json', acusight('scratch'));
    expect(await offer('a.jpg', 600)).toEqual({ kind: 'stored', label: 'a.json' });
    expect(images()[0]).toMatchObject({
      annotationCount: 1,
      annotations: [{ classValue: 'scratch', confidence: 0.9, xCenter: 0.5, yCenter: 0.5, width: 0.2, height: 0.1 }],
      model: { name: 'finder' },
      sidecar: { format: 'acusight', path: 'a.json' },
      sidecarProblems: [],
    });
    expect(await offer('a.json')).toEqual({ kind: 'matched' });
    expect(await statusOf('a.json')).toBe('finished');
  });

  it('and its picture are to be dealt with after the commit where the source archives or deletes', async () => {
    const { put, offer, statusOf, intake } = await openIntake({ originalsStay: false });
    await put('a.jpg', jpeg);
    await put('a.json', acusight('scratch'));
    await put('classes.txt', 'scratch\n');
    for (const name of ['a.jpg', 'a.json', 'classes.txt']) await offer(name);
    expect(await Promise.all(['a.jpg', 'a.json', 'classes.txt'].map(statusOf))).toEqual([
      'stored',
      'stored',
      'finished',
    ]);
    intake.registry.finish('a.jpg');
    expect(await statusOf('a.jpg')).toBe('finished');
  });

  it('may still come within the window: its picture is stored at once, and sent when the window has passed', async () => {
    const { put, offer, images, store, clock } = await openIntake({ sidecarWaitMilliseconds: 2_000 });
    await put('a.jpg', jpeg, 600);
    expect(await offer('a.jpg', 600)).toEqual({ kind: 'stored' });
    expect(images()[0]).toMatchObject({ sidecar: null, sidecarProblem: false, state: 'pending', attempts: 0 });
    // Window and settle time, counted from the picture's last change.
    expect(store.outbox.nextDueAt()).toBe(clock.now() + 1_900);
    expect(store.outbox.lease(9, clock.now() + 1_899, 60_000)).toEqual([]);
    expect(store.outbox.lease(9, clock.now() + 1_900, 60_000)).toHaveLength(1);
  });

  it('that comes within the window goes with its picture, which waits no longer then', async () => {
    const { put, offer, images, store, clock } = await openIntake();
    await put('a.jpg', jpeg, 600);
    expect(await offer('a.jpg', 600)).toEqual({ kind: 'stored' });
    await put('a.json', acusight('scratch'), 550);
    expect(await offer('a.json', 550)).toEqual({ kind: 'matched' });
    expect(images()[0]?.annotationCount).toBe(1);
    expect(store.outbox.lease(9, clock.now(), 60_000)[0]?.content.annotations).toHaveLength(1);
  });

  it('is not waited for where the source says so', async () => {
    const { put, offer } = await openIntake({ sidecarWaitMilliseconds: 0 });
    await put('a.jpg', jpeg);
    expect(await offer('a.jpg', 0)).toEqual({ kind: 'stored' });
  });

  it('that was read while it was new is attached once it has stayed as it was, though the picture’s name is another’s', async () => {
    const { put, offer, images, store, clock, root } = await openIntake();
    await put('a.jpg', jpeg, 600);
    await put('a.json', acusight('early'), 100);
    expect(await offer('a.jpg', 600)).toEqual({ kind: 'stored' });
    expect(images()[0]?.annotationCount).toBe(0);
    expect(store.outbox.lease(9, clock.now() + 399, 60_000)).toEqual([]);
    // The next picture has its name before the label is quiet.
    await writeFile(join(root, 'a.jpg'), await makeJpeg({ width: 320, height: 240, seed: 2 }));
    expect(await offer('a.json', 500)).toEqual({ kind: 'matched' });
    expect(images()[0]).toMatchObject({ annotationCount: 1, sha256: sha256(jpeg) });
  });

  it('that was read while it was new and changed after is nobody’s until it is quiet', async () => {
    const { put, offer, images } = await openIntake();
    await put('a.jpg', jpeg, 600);
    await put('a.json', acusight('half'), 100);
    expect(await offer('a.jpg', 600)).toEqual({ kind: 'stored' });
    await put('a.json', acusight('whole, and longer'), 50);
    expect(images()[0]?.annotationCount).toBe(0);
    expect(await offer('a.json', 500)).toEqual({ kind: 'matched' });
    expect(images()[0]?.annotations[0]?.classValue).toBe('whole, and longer');
  });

  it('that is bad does not block its picture, is listed, and stays in place until it is corrected', async () => {
    const { put, offer, images, listed, statusOf, store } = await openIntake();
    await put('a.jpg', jpeg);
    await put('a.json', '{"annotations": [');
    expect(await offer('a.jpg', 1_000)).toEqual({ kind: 'stored' });
    expect(images()[0]).toMatchObject({ annotationCount: 0, sidecarProblem: true });
    expect(images()[0]?.sidecarProblems[0]).toMatch(/^a\.json/);
    expect(store.totals().sidecarProblems).toBe(1);
    // Not "claimed": what is claimed may be deleted.
    expect(await offer('a.json')).toEqual({ kind: 'refused' });
    expect(listed()).toMatchObject([{ path: 'a.json', severity: 'notice', code: 'sidecar-broken' }]);
    expect(store.totals()).toMatchObject({ refused: 0, notices: 1 });
    expect(await statusOf('a.json')).toBe('refused');

    await put('a.json', acusight('corrected'), 10_000);
    expect(await statusOf('a.json')).toBe('new');
    expect(await offer('a.json')).toEqual({ kind: 'matched' });
    expect(images()[0]).toMatchObject({ annotationCount: 1, sidecarProblem: false, sidecarProblems: [] });
    expect(listed()).toEqual([]);
    expect(store.totals()).toMatchObject({ sidecarProblems: 0, notices: 0 });
  });

  it('that comes after its picture, but before delivery, is attached', async () => {
    const { put, offer, images, store } = await openIntake();
    await put('sub/a.jpg', jpeg);
    await offer('sub/a.jpg');
    await put('sub/a.json', acusight('late'), 1_000);
    expect(await offer('sub/a.json', 600)).toEqual({ kind: 'matched' });
    expect(images()[0]).toMatchObject({ annotationCount: 1, sidecar: { path: 'sub/a.json' } });
    expect(
      store.outbox.lease(1, store.catalogue.page('all', null, 1).rows[0]?.storedAt ?? 0, 1)[0]?.content.annotations,
    ).toHaveLength(1);
  });

  it('is not attached while its picture is under way, and is when the delivery failed', async () => {
    const { put, offer, images, store, clock } = await openIntake();
    await put('a.jpg', jpeg);
    await offer('a.jpg');
    const [entry] = store.outbox.lease(1, clock.now(), 60_000);
    await put('a.json', acusight('late'), 1_000);
    expect(await offer('a.json')).toEqual({ kind: 'not-yet', why: 'busy', milliseconds: 500 });
    const release = { kind: 'release', ambiguous: false, error: null } as const;
    store.outbox.settle([{ seq: 1, token: entry?.token ?? '', settlement: release }], clock.now());
    expect(await offer('a.json')).toEqual({ kind: 'matched' });
    expect(images()[0]?.annotationCount).toBe(1);
  });

  it('that comes after delivery is listed as too late and left where it is', async () => {
    const { put, offer, images, listed, store, clock } = await openIntake();
    await put('a.jpg', jpeg);
    await offer('a.jpg');
    acknowledge(store, 1, clock.now());
    await put('a.json', acusight('too late'), 1_000);
    expect(await offer('a.json')).toEqual({ kind: 'refused' });
    expect(listed()).toMatchObject([{ path: 'a.json', severity: 'notice', code: 'sidecar-late' }]);
    expect(images()[0]?.annotationCount).toBe(0);
  });

  it('without a picture is waited with, then listed, and taken when the picture comes after all', async () => {
    const { put, offer, listed, statusOf, images } = await openIntake();
    await put('a.json', acusight('scratch'));
    expect(await offer('a.json', 59_000)).toMatchObject({ kind: 'not-yet', why: 'unmatched' });
    expect(await offer('a.json', 60_000)).toEqual({ kind: 'refused' });
    expect(listed()).toMatchObject([{ severity: 'notice', code: 'sidecar-without-picture' }]);
    expect(await statusOf('a.json')).toBe('listed');
    await put('a.jpg', jpeg);
    expect(await offer('a.jpg')).toEqual({ kind: 'stored', label: 'a.json' });
    expect(listed()).toEqual([]);
    expect(await offer('a.json')).toEqual({ kind: 'matched' });
    expect(images()[0]?.annotationCount).toBe(1);
  });

  it('of several pictures, and class lists, are left alone and never listed', async () => {
    const { put, offer, listed, statusOf } = await openIntake();
    await put('classes.txt', 'scratch\ndent\n');
    await put('data.yaml', 'names: [scratch]\n');
    await put('_annotations.coco.json', '{"images": [], "annotations": [], "categories": []}');
    for (const name of ['classes.txt', 'data.yaml', '_annotations.coco.json']) {
      expect(await offer(name, 600), name).toEqual({ kind: 'shared' });
      expect(await statusOf(name), name).not.toBe('new');
    }
    expect(listed()).toEqual([]);
  });

  it('that speaks for several pictures is not claimed with one of them', async () => {
    const { put, offer, images } = await openIntake();
    const coco = {
      images: ['a.jpg', 'b.jpg'].map((file_name, id) => ({ id, file_name, width: 320, height: 240 })),
      categories: [{ id: 1, name: 'scratch' }],
      annotations: [0, 1].map((image_id) => ({ id: image_id, image_id, category_id: 1, bbox: [10, 10, 20, 20] })),
    };
    await put('a.jpg', jpeg);
    await put('a.json', JSON.stringify(coco));
    expect(await offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(images()[0]?.annotationCount).toBe(1);
    expect(await offer('a.json')).toEqual({ kind: 'shared' });
  });

  it('larger than a picture may be is still no refused picture', async () => {
    const { put, offer, listed } = await openIntake({ maxImageBytes: 1_000 });
    await put(
      '_annotations.coco.json',
      JSON.stringify({ images: [], annotations: [], categories: [], x: 'x'.repeat(5_000) }),
    );
    expect(await offer('_annotations.coco.json')).toEqual({ kind: 'shared' });
    expect(listed()).toEqual([]);
  });

  it('of another kind, and one that another goes before, are listed with different words', async () => {
    const { put, offer, listed } = await openIntake();
    await put('a.jpg', jpeg);
    await offer('a.jpg');
    await put('a.json', JSON.stringify({ recipe: 7, operator: 'K' }));
    expect(await offer('a.json')).toEqual({ kind: 'refused' });
    expect(listed()[0]?.text).toMatch(/holds none that are known/);
    await put('a.json', acusight('scratch'), 5_000);
    await put('a.xml', '<annotation><size><width>320</width><height>240</height></size></annotation>');
    expect(await offer('a.xml')).toEqual({ kind: 'refused' });
    expect(listed().find(({ path }) => path === 'a.xml')?.text).toMatch(/taken from a\.json/);
  });
});

describe('a camera that uses the same names again', () => {
  const box = (classValue: string): string =>
    JSON.stringify({
      annotations: [{ class_value: classValue, x_center: 0.5, y_center: 0.5, width: 0.1, height: 0.1 }],
    });

  it('never gets the annotations of the next picture on the one that waits for delivery', async () => {
    const { put, offer, images, root } = await openIntake();
    const next = await makeJpeg({ width: 320, height: 240, seed: 2 });
    await put('live.jpg', jpeg);
    await put('live.json', box('first'));
    await offer('live.jpg');
    expect(await offer('live.json')).toEqual({ kind: 'matched' });
    // The originals are deleted after ingest; the camera writes the next sidecar before the next picture.
    await unlink(join(root, 'live.jpg'));
    await put('live.json', box('second'), 1_000);
    expect(await offer('live.json', 600)).toMatchObject({ kind: 'not-yet', why: 'unmatched' });
    await put('live.jpg', next, 900);
    expect(await offer('live.json', 700)).toMatchObject({ kind: 'not-yet', why: 'unmatched' });
    expect(await offer('live.jpg', 900)).toEqual({ kind: 'stored', label: 'live.json' });
    expect(await offer('live.json', 900)).toEqual({ kind: 'matched' });
    expect(images().map(({ annotations }) => annotations[0]?.classValue)).toEqual(['second', 'first']);
  });

  it('nor on one that came without any, once the next picture is there', async () => {
    const { put, offer, images } = await openIntake();
    await put('live.jpg', jpeg);
    await offer('live.jpg');
    await put('live.jpg', await makeJpeg({ width: 320, height: 240, seed: 2 }), 900);
    await put('live.json', box('second'), 900);
    expect(await offer('live.json', 900)).toMatchObject({ kind: 'not-yet', why: 'unmatched' });
    expect(await offer('live.jpg', 900)).toEqual({ kind: 'stored', label: 'live.json' });
    expect(images().map(({ annotationCount }) => annotationCount)).toEqual([1, 0]);
  });

  it('has no notice left of a sidecar that met the picture before it', async () => {
    const { put, offer, images, listed, store, clock, root } = await openIntake();
    await put('live.jpg', jpeg);
    await offer('live.jpg');
    acknowledge(store, 1, clock.now());
    await rm(join(root, 'live.jpg'));
    await put('live.json', box('second'), 1_000);
    expect(await offer('live.json', 600)).toEqual({ kind: 'refused' });
    expect(listed()).toHaveLength(1);
    await put('live.jpg', await makeJpeg({ width: 320, height: 240, seed: 2 }), 900);
    expect(await offer('live.jpg', 900)).toEqual({ kind: 'stored', label: 'live.json' });
    expect(listed()).toEqual([]);
    expect(await offer('live.json', 900)).toEqual({ kind: 'matched' });
    expect(images()[0]?.annotations[0]?.classValue).toBe('second');
  });

  it('may correct the annotations of a picture whose original is still there', async () => {
    const { put, offer, images } = await openIntake();
    await put('a.jpg', jpeg);
    await put('a.json', box('first'));
    await offer('a.jpg');
    await put('a.json', box('corrected'), 1_000);
    expect(await offer('a.json')).toEqual({ kind: 'matched' });
    expect(images()[0]?.annotations[0]?.classValue).toBe('corrected');
  });
});
