import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openIntake } from '../../../support/intake.ts';
import { makeJpeg } from '../../../support/pictures.ts';
import { acknowledge } from '../../../support/store.ts';

const jpeg = await makeJpeg({ width: 320, height: 240, seed: 1 });
const yolo = '0 0.5 0.5 0.1 0.1\n';
const labelme = JSON.stringify({
  imageWidth: 320,
  imageHeight: 240,
  shapes: [
    {
      label: 'x',
      shape_type: 'rectangle',
      points: [
        [0, 0],
        [32, 24],
      ],
    },
  ],
});
const coco = JSON.stringify({
  images: [
    { id: 1, file_name: 'a.jpg', width: 320, height: 240 },
    { id: 2, file_name: 'b.jpg', width: 320, height: 240 },
  ],
  categories: [{ id: 1, name: 'x' }],
  annotations: [{ image_id: 1, category_id: 1, bbox: [0, 0, 32, 24] }],
});

describe('a label that comes after its picture', () => {
  it.each([
    ['a.jpg', 'labels/a.txt', yolo],
    ['Images/a.jpg', 'Labels/a.txt', yolo],
    ['IMAGES/A.JPG', 'LABELS/a.TXT', yolo],
    ['train/images/a.jpg', 'train/labels/a.txt', yolo],
    ['images/a.jpg', 'labels/a.json', labelme],
    ['img/a.jpg', 'ann/a.jpg.json', labelme],
    ['labels.jpg', 'labels.txt', yolo],
    ['result.jpg', 'result.json', labelme],
  ])('is attached to %s from %s', async (picture, label, content) => {
    const { put, offer, images, listed } = await openIntake();
    await put(picture, jpeg);
    expect(await offer(picture)).toEqual({ kind: 'stored' });
    await put(label, content, 1_000);
    expect(await offer(label)).toEqual({ kind: 'matched' });
    expect(images()[0]).toMatchObject({ annotationCount: 1, sidecar: { path: label } });
    expect(listed()).toEqual([]);
  });

  it.each([
    ['images/a.jpg', 'result.json'],
    ['JPEGImages/a.jpg', 'annotations.json'],
    ['images/train/a.jpg', 'annotations/train.json'],
    ['a.jpg', 'Export of Monday.json'],
  ])('is attached to %s from the COCO file %s', async (picture, label) => {
    const { put, offer, images, listed } = await openIntake();
    await put(picture, jpeg);
    await offer(picture);
    await put(label, coco, 1_000);
    expect(await offer(label)).toEqual({ kind: 'shared' });
    expect(images()[0]).toMatchObject({ annotationCount: 1, sidecar: { format: 'coco', path: label } });
    expect(listed()).toEqual([]);
  });

  it('finds its picture by the folders on the disk when the picture itself was archived', async () => {
    const { put, offer, images, root } = await openIntake({ originalsStay: false });
    await put('Images/A.JPG', jpeg);
    await offer('Images/A.JPG');
    await unlink(join(root, 'Images/A.JPG'));
    await put('Labels/a.txt', yolo, 1_000);
    expect(await offer('Labels/a.txt')).toEqual({ kind: 'matched' });
    expect(images()[0]?.annotationCount).toBe(1);
  });

  it('and after the delivery is said to be late, or damaged where it could not have been read in time either', async () => {
    const { put, offer, listed, store, clock } = await openIntake();
    for (const name of ['a', 'b']) {
      await put(`${name}.jpg`, await makeJpeg({ width: 320, height: 240, seed: name === 'a' ? 2 : 3 }));
      await offer(`${name}.jpg`);
    }
    acknowledge(store, 2, clock.now());
    await put('a.json', labelme, 1_000);
    await put('b.json', labelme.slice(0, 40), 1_000);
    for (const name of ['a.json', 'b.json']) expect(await offer(name)).toEqual({ kind: 'refused' });
    expect(listed().map(({ path, code }) => [path, code])).toEqual([
      ['b.json', 'sidecar-broken'],
      ['a.json', 'sidecar-late'],
    ]);
  });

  it('is not taken for another picture of that name elsewhere', async () => {
    const { put, offer, images } = await openIntake();
    await put('cam1/a.jpg', jpeg);
    await offer('cam1/a.jpg');
    await put('labels/a.txt', yolo, 1_000);
    expect(await offer('labels/a.txt', 600)).toMatchObject({ kind: 'not-yet', why: 'unmatched' });
    expect(images()[0]?.annotationCount).toBe(0);
  });

  it('goes to the picture that it is read for, though another has that name nearer', async () => {
    const { put, offer, images } = await openIntake();
    await put('labels/a.png.jpg', jpeg);
    await put('images/a.jpg', jpeg, 50_000);
    await put('labels/a.png.json', labelme);
    await put('labels/a.json', labelme);
    for (const name of ['labels/a.png.jpg', 'images/a.jpg']) await offer(name);
    expect(await offer('labels/a.json')).toEqual({ kind: 'matched' });
    expect(images().map(({ sidecar }) => sidecar?.path)).toContain('labels/a.json');
  });
});

describe('a label without a picture', () => {
  it('is said to have none only when none lies in any of its places, and these are named', async () => {
    const { put, offer, listed } = await openIntake();
    await put('Labels/a.txt', yolo);
    expect(await offer('Labels/a.txt', 60_000)).toEqual({ kind: 'refused' });
    expect(listed()[0]).toMatchObject({ severity: 'notice', code: 'sidecar-without-picture' });
    expect(listed()[0]?.text).toMatch(
      /^This looks like an annotation file, but there is no picture “a” in the source’s folder, Labels, images, image or \d+ other folders\.$/,
    );
  });

  it('whose picture is there and was not taken says so', async () => {
    const { put, offer, listed } = await openIntake();
    await put('Images/A.JPG', jpeg.subarray(0, 500));
    await put('Labels/a.txt', yolo);
    expect(await offer('Labels/a.txt', 60_000)).toEqual({ kind: 'refused' });
    expect(listed()[0]).toMatchObject({
      severity: 'notice',
      code: 'sidecar-before-picture',
      text: 'These annotations belong to Images/A.JPG, which has not been taken.',
    });
  });

  it('and in no form that is known is listed as that', async () => {
    const { put, offer, listed } = await openIntake();
    await put('export.xml', '<annotations><image name="a.jpg"/></annotations>');
    expect(await offer('export.xml', 59_000)).toMatchObject({ kind: 'not-yet' });
    expect(await offer('export.xml', 60_000)).toEqual({ kind: 'refused' });
    expect(listed()).toMatchObject([{ severity: 'notice', code: 'sidecar-unusable' }]);
    expect(listed()[0]?.text).toMatch(/in no form of annotations that is known here/);
  });
});

describe('files of labelling tools', () => {
  it.each([
    ['obj.data', 'classes = 2\ntrain = data/train.txt\n'],
    ['obj.names', 'scratch\ndent\n'],
    ['train.txt', 'data/obj_train_data/a.jpg\ndata/obj_train_data/b.jpg\n'],
    ['ImageSets/Main/val.txt', '000005 -1\n000007 1\n'],
    ['README.txt', 'Exported on Monday, 12 30 4 5 pictures.\n'],
    ['README.roboflow.txt', 'a\n'],
    ['README.md', '# A data set\n'],
    ['results.csv', 'a,b\n1,2\n'],
    ['empty.csv', ''],
    ['labels.cache', Buffer.from([1, 2, 3, 255])],
    ['labels.txt', 'scratch\ndent\n'],
    ['labelmap.txt', '# label:color_rgb:parts:actions\nscratch:1,2,3::\n'],
    ['data.yaml', 'names: [a]\n'],
    ['args.yaml', 'task: detect\n'],
    ['notes.json', '{"categories": [], "info": {"year": 2026}}'],
    ['notes.txt', 'Lot 4711 was fine\n'],
    ['yolov8.cfg', '[net]\n'],
  ])('like %s are left without a word', async (name, content) => {
    const { put, offer, listed, statusOf, store } = await openIntake({ originalsStay: false });
    await put(name, content);
    expect(await offer(name, 600)).toEqual({ kind: 'shared' });
    expect(await statusOf(name)).toBe('finished');
    expect(listed()).toEqual([]);
    expect(store.totals()).toMatchObject({ refused: 0, notices: 0 });
  });

  it.each([
    ['report.pdf', '%PDF-1.7 …'],
    ['program.exe', 'MZ…'],
    ['line.log', 'started\n'],
    ['empty.log', ''],
  ])('and others that are no pictures, like %s, raise no alarm', async (name, content) => {
    const { put, offer, listed, store } = await openIntake();
    await put(name, content);
    expect(await offer(name, 600)).toEqual({ kind: 'refused' });
    expect(listed()).toMatchObject([{ severity: 'notice', code: 'no-picture' }]);
    expect(listed()[0]?.text).toMatch(/^This file is no picture, so it is left where it is/);
    expect(store.totals()).toMatchObject({ refused: 0, notices: 1 });
  });
});
