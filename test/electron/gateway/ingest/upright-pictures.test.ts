import { describe, expect, it } from 'vitest';
import { metadataOf } from '../../../../electron/gateway/cloud/acusight/schema.ts';
import { orientationBlock, shortFieldsBlock, withExif, withPngExif } from '../../../support/exif.ts';
import { openIntake } from '../../../support/intake.ts';
import { makeJpeg, testImage, withVips } from '../../../support/pictures.ts';
import { withWebpExif } from '../../../support/webp.ts';

/*
 * A stored picture of 300 × 200 pixels with a box from 30,20 to 90,80; where it lies once the picture is upright was
 * worked out with Pillow's `ImageOps.exif_transpose` on a picture whose box was painted.
 */
const boxes: Readonly<Record<number, readonly [left: number, top: number, right: number, bottom: number]>> = {
  1: [30, 20, 90, 80],
  2: [210, 20, 270, 80],
  3: [210, 120, 270, 180],
  4: [30, 120, 90, 180],
  5: [20, 30, 80, 90],
  6: [120, 30, 180, 90],
  7: [120, 210, 180, 270],
  8: [20, 210, 80, 270],
};
const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const swaps = (orientation: number): boolean => orientation >= 5;

const jpeg = await makeJpeg({ width: 300, height: 200, seed: 1 });
const files = await withVips((vips) => {
  const image = testImage(vips, 300, 200);
  return {
    png: Buffer.from(image.pngsaveBuffer({ keep: 'none' })),
    webp: Buffer.from(image.webpsaveBuffer({ keep: 'none' })),
  };
});
const tiffs = await withVips((vips) =>
  orientations.map((orientation) => {
    const image = testImage(vips, 300, 200).copy();
    image.setInt('orientation', orientation);
    return Buffer.from(image.tiffsaveBuffer());
  }),
);

const formats: readonly (readonly [name: string, make: (orientation: number) => Buffer])[] = [
  ['JPEG', (orientation) => withExif(jpeg, orientationBlock(orientation))],
  ['JPEG, most significant byte first', (orientation) => withExif(jpeg, orientationBlock(orientation, true))],
  ['PNG', (orientation) => withPngExif(files.png, orientationBlock(orientation))],
  ['WebP', (orientation) => withWebpExif(files.webp, orientationBlock(orientation), 300, 200)],
  ['TIFF', (orientation) => tiffs[orientation - 1] ?? Buffer.alloc(0)],
];

const voc = (width: number, height: number, [xmin, ymin, xmax, ymax]: readonly number[]): string =>
  `<annotation><size><width>${width}</width><height>${height}</height></size><object><name>dent</name>` +
  `<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object></annotation>`;

const upright = (orientation: number) =>
  swaps(orientation) ? { width: 200, height: 300 } : { width: 300, height: 200 };

function pixelsOf({ annotations, width, height }: { annotations: readonly Box[]; width: number; height: number }) {
  return annotations.map((box) =>
    [
      box.xCenter - box.width / 2,
      box.yCenter - box.height / 2,
      box.xCenter + box.width / 2,
      box.yCenter + box.height / 2,
    ].map((edge, index) => Math.round(edge * (index % 2 === 0 ? width : height) * 1e6) / 1e6),
  );
}
type Box = { readonly xCenter: number; readonly yCenter: number; readonly width: number; readonly height: number };

describe.each(formats)('a %s of each orientation', (_, make) => {
  it('is sent with the size and the box of the upright picture', async () => {
    const { put, offer, images } = await openIntake();
    for (const orientation of orientations) {
      const { width, height } = upright(orientation);
      await put(`${orientation}.jpg`, make(orientation));
      await put(`${orientation}.xml`, voc(width, height, boxes[orientation] ?? []));
      expect(await offer(`${orientation}.jpg`)).toMatchObject({ kind: 'stored' });
    }
    expect(images()).toHaveLength(8);
    for (const image of images()) {
      const orientation = Number(image.filename.charAt(0));
      expect(image).toMatchObject({ ...upright(orientation), sidecarProblems: [] });
      expect(pixelsOf(image), image.filename).toEqual([boxes[orientation]]);
    }
  });

  it('has boxes turned that a file states for the picture as it is stored', async () => {
    const { put, offer, images } = await openIntake();
    for (const orientation of orientations) {
      await put(`${orientation}.jpg`, make(orientation));
      await put(`${orientation}.xml`, voc(300, 200, boxes[1] ?? []));
      expect(await offer(`${orientation}.jpg`)).toMatchObject({ kind: 'stored' });
    }
    expect(images()).toHaveLength(8);
    for (const image of images()) {
      const orientation = Number(image.filename.charAt(0));
      expect(image).toMatchObject({ ...upright(orientation), sidecarProblems: [] });
      // Half a turn and mirrors leave the size as it is: nothing tells them apart, and labels are upright.
      expect(pixelsOf(image), image.filename).toEqual([swaps(orientation) ? boxes[orientation] : boxes[1]]);
    }
  });
});

describe('the frame of a label file', () => {
  const sent = async (name: string, content: string, orientation = 6) => {
    const { put, offer, images } = await openIntake();
    await put('a.jpg', withExif(jpeg, orientationBlock(orientation)));
    await put(name, content);
    expect(await offer('a.jpg')).toMatchObject({ kind: 'stored' });
    const [image] = images();
    if (image === undefined) throw new Error('nothing was stored');
    return { image, box: pixelsOf(image)[0] };
  };

  it('of YOLO, which states no size, is that of the upright picture', async () => {
    const { box } = await sent('a.txt', `0 ${150 / 200} ${60 / 300} ${60 / 200} ${60 / 300}\n`);
    expect(box).toEqual(boxes[6]);
  });

  it('of COCO and LabelMe is by the size that they state', async () => {
    const coco = (width: number, height: number, bbox: readonly number[]) =>
      JSON.stringify({
        images: [{ id: 1, file_name: 'a.jpg', width, height }],
        categories: [{ id: 1, name: 'dent' }],
        annotations: [{ image_id: 1, category_id: 1, bbox }],
      });
    expect((await sent('a.json', coco(300, 200, [30, 20, 60, 60]))).box).toEqual(boxes[6]);
    expect((await sent('a.json', coco(200, 300, [120, 30, 60, 60]))).box).toEqual(boxes[6]);
    const labelMe = (imageWidth: number, imageHeight: number, points: readonly (readonly number[])[]) =>
      JSON.stringify({ imageWidth, imageHeight, shapes: [{ label: 'dent', shape_type: 'rectangle', points }] });
    expect(
      (
        await sent(
          'a.json',
          labelMe(300, 200, [
            [30, 20],
            [90, 80],
          ]),
        )
      ).box,
    ).toEqual(boxes[6]);
    expect(
      (
        await sent(
          'a.json',
          labelMe(200, 300, [
            [120, 30],
            [180, 90],
          ]),
        )
      ).box,
    ).toEqual(boxes[6]);
  });

  it('of Acusight JSON is by its width and height, else upright', async () => {
    const stored = { class_value: 'dent', x_center: 0.2, y_center: 0.25, width: 0.2, height: 0.3 };
    const turned = { class_value: 'dent', x_center: 0.75, y_center: 0.2, width: 0.3, height: 0.2 };
    const file = (size: object, box: object) => JSON.stringify({ ...size, annotations: [box] });
    expect((await sent('a.json', file({ width: 300, height: 200 }, stored))).box).toEqual(boxes[6]);
    expect((await sent('a.json', file({ width: 200, height: 300 }, turned))).box).toEqual(boxes[6]);
    expect((await sent('a.json', file({}, turned))).box).toEqual(boxes[6]);
  });

  it('is that of the stored picture too where the file was made on a smaller copy of that shape, and that is said', async () => {
    const { image, box } = await sent('a.xml', voc(150, 100, [15, 10, 45, 40]));
    expect(box).toEqual(boxes[6]);
    expect(image.sidecarProblems.join()).toContain('the boxes are scaled');
    const other = await sent('a.xml', voc(100, 150, [60, 15, 90, 45]));
    expect(other.box).toEqual(boxes[6]);
  });

  it('of a label file that comes late is the same', async () => {
    const { put, offer, images } = await openIntake({ sidecarWaitMilliseconds: 0 });
    await put('a.jpg', withExif(jpeg, orientationBlock(6)));
    expect(await offer('a.jpg')).toMatchObject({ kind: 'stored' });
    await put('a.xml', voc(300, 200, boxes[1] ?? []));
    expect(await offer('a.xml')).toEqual({ kind: 'matched' });
    const [image] = images();
    expect(image && pixelsOf(image)).toEqual([boxes[6]]);
  });
});

it('the bytes are sent as they are, with the size of the upright picture in the metadata', async () => {
  const { put, offer, store } = await openIntake({ sidecarWaitMilliseconds: 0 });
  const file = withExif(jpeg, orientationBlock(6));
  await put('a.jpg', file);
  await offer('a.jpg');
  const [entry] = store.outbox.lease(1, 2_000_000_000_000, 60_000);
  if (entry === undefined) throw new Error('nothing waits');
  expect(metadataOf(entry, 'line-7')).toMatchObject({ width: 200, height: 300 });
  expect(entry).toMatchObject({ bytes: file.length, orientation: 6 });
});

it.each<[string, Buffer]>([
  ['0', orientationBlock(0)],
  ['9', orientationBlock(9)],
  ['65535', orientationBlock(65_535)],
  [
    'two of them',
    shortFieldsBlock([
      [0x0112, 6],
      [0x0112, 6],
    ]),
  ],
  ['one whose type is another', Buffer.from('49492a00080000000100120104000100000006000000' + '00000000', 'hex')],
  ['one of two values', Buffer.from('49492a00080000000100120103000200000006000000' + '00000000', 'hex')],
  ['a directory that is cut off', orientationBlock(6).subarray(0, 20)],
  ['a directory that lies outside', Buffer.from('49492a00ffffff7f0100120103000100000006000000' + '00000000', 'hex')],
])('an orientation that is none (%s) leaves the picture as it is stored', async (_, block) => {
  const { put, offer, images } = await openIntake({ sidecarWaitMilliseconds: 0 });
  await put('a.jpg', withExif(jpeg, block));
  await put('a.png', withPngExif(files.png, block));
  for (const name of ['a.jpg', 'a.png']) expect(await offer(name), name).toMatchObject({ kind: 'stored' });
  for (const image of images()) expect(image).toMatchObject({ width: 300, height: 200, orientation: 1 });
});
