import { describe, expect, it } from 'vitest';
import { readSidecarFile } from '../../../../../electron/gateway/ingest/sidecar/read-sidecar.ts';
import { spokenOutcome } from '../../../../support/spoken.ts';
import { fixture, json, outcomeOf, picture, readingOf } from './reading.ts';

const image = { id: 1, file_name: 'part.jpg', width: 640, height: 480 };
const coco = (value: object): string =>
  json({ images: [image], categories: [{ id: 1, name: 'a' }], annotations: [], ...value });

describe('a COCO sidecar', () => {
  it('gives the annotations of the picture that it lists, with category names and scores', () => {
    expect(readingOf('instances_train.json', fixture('coco.json'))).toEqual({
      format: 'coco',
      model: {},
      annotations: [
        { classValue: 'scratch', xCenter: expect.closeTo(0.15), yCenter: 0.2, width: 0.1, height: expect.closeTo(0.2) },
        { classValue: 'dent', confidence: 0.5, xCenter: 0.75, yCenter: 0.75, width: 0.5, height: 0.5 },
      ],
      problems: [],
    });
  });

  it('is unrelated to a picture that it does not list, unless it is named after it', () => {
    const images = [
      { ...image, file_name: 'x.jpg' },
      { ...image, id: 2, file_name: 'y.jpg' },
    ];
    expect(outcomeOf('instances.json', coco({ images }))).toEqual({ kind: 'unrelated' });
    expect(outcomeOf('part.json', coco({ images }))).toMatchObject({
      kind: 'bad',
      problem: expect.stringContaining('does not list the picture "part.jpg"'),
    });
    const renamed = coco({
      images: [{ ...image, file_name: 'x.jpg' }],
      annotations: [{ image_id: 1, category_id: 1, bbox: [0, 0, 320, 240] }],
    });
    expect(readingOf('part.json', renamed)).toMatchObject({
      annotations: [{ width: 0.5 }],
      problems: [expect.stringContaining('"x.jpg"')],
    });
    expect(outcomeOf('instances.json', renamed)).toEqual({ kind: 'unrelated' });
  });

  it('finds the picture whatever the case, the slashes and the form of the accents', () => {
    const read = (listed: string, filename: string) =>
      readSidecarFile(
        {
          path: 'instances.json',
          bytes: Buffer.from(coco({ images: [{ ...image, file_name: listed }] })),
          picture: { ...picture, filename },
          classNames: null,
        },
        filename,
      ).outcome.kind;
    expect(read('C:\\in\\PART.JPG', 'part.jpg')).toBe('read');
    expect(read('Pru\u0308fung.jpg', 'Pr\u00fcfung.jpg')).toBe('read');
    expect(read('apart.jpg', 'part.jpg')).toBe('unrelated');
  });

  it('tells pictures of one name apart by their folders', () => {
    const images = [
      { ...image, file_name: 'train/part.jpg' },
      { ...image, id: 2, file_name: 'val/part.jpg' },
    ];
    const annotations = [{ image_id: 2, category_id: 1, bbox: [0, 0, 64, 48] }];
    const bytes = Buffer.from(coco({ images, annotations }));
    const read = (path: string) => readSidecarFile({ path: 'instances.json', bytes, picture, classNames: null }, path);
    expect(read('in/val/part.jpg')).toMatchObject({
      manyPictures: true,
      outcome: { reading: { annotations: [{ classValue: 'a' }] } },
    });
    expect(read('in/train/part.jpg').outcome).toMatchObject({ kind: 'read', reading: { annotations: [] } });
    expect(spokenOutcome(read('part.jpg').outcome)).toMatchObject({
      kind: 'bad',
      problem: expect.stringContaining('more than one picture "part.jpg"'),
    });
  });

  it('keeps the good annotations beside the bad ones, and says what is wrong with each', () => {
    const { annotations, problems } = readingOf(
      'instances.json',
      coco({
        images: [{ ...image, width: 320, height: 240 }],
        annotations: [
          { image_id: 1, category_id: 1, bbox: [0, 0, 32, 24] },
          { image_id: 1, category_id: 9, bbox: ['0', 0, 32, 24] },
          { image_id: 1, category_id: 1, bbox: [0, 0, 32] },
          { image_id: 1, category_id: 1, bbox: [0, 0, null, 24] },
          { image_id: 1, category_id: 1, bbox: [0, 0, -5, 24] },
          null,
          { image_id: 99, category_id: 1, bbox: [0, 0, 1, 1] },
        ],
      }),
    );
    expect(annotations).toMatchObject([
      { classValue: 'a', width: 0.1 },
      { classValue: '9', width: 0.1 },
    ]);
    expect(problems).toEqual([
      expect.stringContaining('320 × 240'),
      expect.stringContaining('annotations[1]: category 9 is not in "categories"'),
      expect.stringContaining('annotations[2] is left out: its bbox is a list, expected [x, y, width, height]'),
      expect.stringContaining('annotations[3] is left out: a number of its bbox is null'),
      expect.stringContaining('annotations[4] is left out: its box is empty'),
    ]);
  });
});

describe('a LabelMe sidecar', () => {
  it('gives the box around rectangles in any order of corners, polygons and circles', () => {
    expect(readingOf('part.json', fixture('labelme.json'))).toEqual({
      format: 'labelme',
      model: {},
      annotations: [
        { classValue: 'scratch', xCenter: expect.closeTo(0.15), yCenter: 0.2, width: 0.1, height: expect.closeTo(0.2) },
        { classValue: 'dent', confidence: 0.5, xCenter: 0.75, yCenter: 0.75, width: 0.5, height: 0.5 },
        { classValue: 'hole', xCenter: 0.5, yCenter: 0.5, width: expect.closeTo(0.15), height: expect.closeTo(0.2) },
      ],
      problems: [
        'part.json: shapes[3] is left out: its shape_type is "point"; rectangles, polygons, circles and masks can be used.',
      ],
    });
  });

  it('is scaled by its own size', () => {
    const shapes = [
      {
        label: 'a',
        shape_type: 'rectangle',
        points: [
          [0, 0],
          [50, 50],
        ],
      },
    ];
    expect(readingOf('part.json', json({ shapes, imageWidth: 100, imageHeight: 100 }))).toMatchObject({
      annotations: [{ width: 0.5, height: 0.5 }],
      problems: [expect.stringContaining('100 × 100')],
    });
  });

  it('keeps the good shapes beside the bad ones, and says what is wrong with each', () => {
    const triangle = [
      [0, 0],
      [64, 0],
      [64, 48],
    ];
    const shapes = [
      { label: 'a', points: triangle },
      5,
      { label: 'b', shape_type: 'polygon', points: triangle.slice(1) },
      {
        label: 'c',
        shape_type: 'polygon',
        points: [
          [0, 0],
          [1, 'x'],
          [2, 2],
        ],
      },
      { label: 'd', shape_type: 'rectangle' },
      { label: 'e', shape_type: 'constructor', points: triangle },
      { points: triangle },
    ];
    const { annotations, problems } = readingOf('part.json', json({ shapes }));
    expect(annotations).toMatchObject([{ classValue: 'a', width: 0.1, height: 0.1 }]);
    expect(problems).toEqual([
      expect.stringContaining('shapes[1] is 5, expected an object'),
      expect.stringContaining('shapes[2] is left out: it has 2 points, a polygon needs 3'),
      expect.stringContaining('shapes[3] is left out: points[1] is not a pair of numbers'),
      expect.stringContaining('shapes[4] is left out: its points are missing'),
      expect.stringContaining('shapes[5] is left out: its shape_type is "constructor"'),
      expect.stringContaining('shapes[6] is left out: its class is missing'),
    ]);
  });

  it('is bad when an embedded picture makes it larger than what is read', () => {
    const large = json({ shapes: [], imageData: 'A'.repeat(11_000_000) });
    expect(outcomeOf('part.json', large)).toEqual({
      kind: 'bad',
      problem: 'part.json: it has 11 MB, more than the 10 MB that are read.',
    });
  });
});
