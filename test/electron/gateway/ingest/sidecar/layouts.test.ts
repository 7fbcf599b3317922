import { lstat, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FoundSidecar, SidecarFinder } from '../../../../../electron/gateway/ingest/sidecar/finder.ts';
import { fileVersion } from '../../../../../electron/gateway/model/file-version.ts';
import { spokenOutcome, texts } from '../../../../support/spoken.ts';
import { temporaryFolder } from '../../../../support/store.ts';
import { json } from './reading.ts';

let root: string;
let finder: SidecarFinder;
beforeEach(async () => {
  root = await temporaryFolder();
  finder = new SidecarFinder(root);
});

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
const find = (path: string, maxAge?: number): Promise<FoundSidecar | null> =>
  finder.find(path, { filename: path.slice(path.lastIndexOf('/') + 1), width: 640, height: 480 }, maxAge);
const readingOf = (found: FoundSidecar | null) => (found?.outcome.kind === 'read' ? found.outcome.reading : null);
const classOf = (found: FoundSidecar | null): string | undefined => readingOf(found)?.annotations[0]?.classValue;

const yolo = '0 0.5 0.5 0.1 0.1\n';
const voc =
  '<annotation><object><name>x</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>64</xmax><ymax>48</ymax></bndbox></object></annotation>';
const labelme = json({
  shapes: [
    {
      label: 'x',
      shape_type: 'rectangle',
      points: [
        [0, 0],
        [64, 48],
      ],
    },
  ],
});
const coco = (label: string, ...pictures: string[]): string =>
  json({
    images: pictures.map((file_name, id) => ({ id, file_name, width: 640, height: 480 })),
    categories: [{ id: 1, name: label }],
    annotations: pictures.map((_, image_id) => ({ image_id, category_id: 1, bbox: [0, 0, 64, 48] })),
  });

describe('the label of one picture', () => {
  it.each([
    ['a.jpg', 'labels/a.txt', yolo],
    ['runs/predict/a.jpg', 'runs/predict/labels/a.txt', yolo],
    ['a.jpg', 'Annotations/a.xml', voc],
    ['Images/a.jpg', 'Labels/a.txt', yolo],
    ['img/a.jpg', 'labels/a.txt', yolo],
    ['img/a.jpg', 'ann/a.jpg.json', labelme],
    ['train/images/a.jpg', 'train/labels/a.txt', yolo],
    ['valid/images/a.jpg', 'valid/labels/a.txt', yolo],
    ['images/train/a.jpg', 'labels/train/a.txt', yolo],
    ['train/a.jpg', 'labels/train/a.txt', yolo],
    ['set/images/val2017/a.jpg', 'set/labels/val2017/a.txt', yolo],
    ['images/a.jpg', 'labels/a.xml', voc],
    ['images/a.jpg', 'labels/a.json', labelme],
    ['images/a.jpg', 'annotations/xmls/a.xml', voc],
    ['images/a.jpg', 'Annotations/XMLs/a.xml', voc],
    ['JPEGImages/a.jpg', 'Annotations/a.xml', voc],
    ['IMAGES/A.JPG', 'LABELS/a.TXT', yolo],
    ['obj_train_data/a.jpg', 'obj_train_data/a.txt', yolo],
    ['data/a.jpg', 'labels/a.txt', yolo],
    ['IMG_1.JPG', 'img_1.txt', yolo],
  ])('of %s is found as %s', async (picture, label, content) => {
    await put(picture, '');
    await put(label, content);
    expect(await find(picture)).toMatchObject({ relativePath: label, shared: false, outcome: { kind: 'read' } });
    expect(readingOf(await find(picture, 250))?.annotations).toHaveLength(1);
    expect((await finder.picturesOf(label)).present).toEqual([picture]);
    expect(await finder.roleOf(label, true)).toBe('own');
  });

  it('is not that of a picture of the same name in a folder of another sort', async () => {
    await put('cam1/a.jpg', '');
    await put('labels/a.txt', yolo);
    expect(await find('cam1/a.jpg')).toBeNull();
    expect((await finder.picturesOf('labels/a.txt')).present).toEqual([]);
  });

  it('may be named labels.txt or result.json after its picture', async () => {
    await put('labels.txt', yolo);
    await put('result.json', labelme);
    expect((await find('labels.jpg'))?.relativePath).toBe('labels.txt');
    expect((await find('result.jpg'))?.relativePath).toBe('result.json');
    await put('labels.txt', 'scratch\ndent\n');
    expect(await find('labels.jpg')).toBeNull();
  });

  it.runIf(process.platform === 'linux')('of a.jpg is not taken for A.jpg where both are there', async () => {
    for (const name of ['a.jpg', 'A.jpg', 'B.jpg']) await put(name, '');
    await put('a.txt', yolo);
    await put('b.txt', yolo);
    expect(await find('A.jpg')).toBeNull();
    expect((await find('a.jpg'))?.relativePath).toBe('a.txt');
    expect((await find('B.jpg'))?.relativePath).toBe('b.txt');
  });

  it('tells which version of the file was read', async () => {
    await put('a.txt', yolo);
    const before = fileVersion('a.txt', await lstat(join(root, 'a.txt')));
    expect((await find('a.jpg'))?.version).toEqual(before);
    await put('coco.json', coco('x', 'b.jpg', 'c.jpg'));
    expect((await find('b.jpg'))?.version?.modifiedMs).toBe((await lstat(join(root, 'coco.json'))).mtimeMs);
  });

  it('is not read through a folder that became a link out of the source', async () => {
    await put('labels/a.txt', yolo);
    expect(classOf(await find('a.jpg'))).toBe('0');
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'a.txt'), yolo);
    await rm(join(root, 'labels'), { recursive: true });
    await symlink(outside, join(root, 'labels'));
    const found = await find('a.jpg', 60_000);
    expect(found && spokenOutcome(found.outcome)).toEqual({
      kind: 'bad',
      problem: expect.stringContaining('leads out of the watched folder'),
    });
  });
});

describe('a COCO file', () => {
  it.each([
    ['images/a.jpg', 'annotations.json'],
    ['JPEGImages/a.jpg', 'annotations.json'],
    ['Images/a.jpg', 'Annotations/instances_default.json'],
    ['images/a.jpg', 'result.json'],
    ['a.jpg', 'coco.json'],
    ['images/a.jpg', 'annotations/train.json'],
    ['images/train/a.jpg', 'annotations/train.json'],
    ['train/a.jpg', 'train/_annotations.coco.json'],
    ['train/a.jpg', 'train.json'],
    ['data/a.jpg', 'labels.json'],
    ['a.jpg', 'labels_my-project_2026-01-01-10-00-00.json'],
    ['a.jpg', 'My Export 7.json'],
    ['images/val2017/a.jpg', 'annotations/person_keypoints_val2017.json'],
    ['a.jpg', 'via_export_coco.json'],
  ])('for %s is found as %s', async (picture, label) => {
    await put(picture, '');
    await put(label, coco('x', 'a.jpg', 'b.jpg'));
    expect(await find(picture)).toMatchObject({ relativePath: label, shared: true, outcome: { kind: 'read' } });
    expect(await find(picture.replace('a.jpg', 'c.jpg'))).toBeNull();
    expect(await finder.roleOf(label, false)).toBe('shared');
  });

  it('that names folders is found above other folders too, and one that does not is not', async () => {
    await put('cam1/a.jpg', '');
    await put('result.json', coco('right', 'cam1/a.jpg', 'cam2/a.jpg'));
    expect(classOf(await find('cam1/a.jpg'))).toBe('right');
    await put('result.json', coco('wrong', 'a.jpg'));
    expect(await find('cam1/a.jpg')).toBeNull();
  });

  it('is taken for one by its content only', async () => {
    for (const content of ['{"images": ["a.jpg"], "status": "ok"}', '{"result": "OK"}', '[]', '{"half":'])
      for (const name of ['result.json', 'train.json', 'labels.json', 'x.json']) {
        await put(name, content);
        expect(await find('a.jpg')).toBeNull();
        expect(await finder.roleOf(name, true)).toBe('own');
      }
  });

  it('with any name is found among many labels of single pictures once it was seen', async () => {
    for (let index = 0; index < 20; index += 1) await put(`p${index}.json`, labelme);
    await put('export of monday.json', coco('x', 'a.jpg', 'b.jpg'));
    expect(await finder.roleOf('export of monday.json', false)).toBe('shared');
    expect(classOf(await find('a.jpg'))).toBe('x');
  });
});

describe('a class list', () => {
  it.each([
    ['coco.names', 'scratch\n'],
    ['labels.txt', 'scratch\n'],
    ['predefined_classes.txt', 'scratch\n'],
    ['my.names', 'scratch\n'],
    ['Classes.TXT', 'scratch\n'],
    ['my-set.yaml', 'names: [scratch]\n'],
    ['dataset.yml', 'names:\n  0: scratch\n'],
  ])('may be named %s', async (name, content) => {
    await put('images/a.jpg', '');
    await put('labels/a.txt', yolo);
    await put(name, content);
    expect(classOf(await find('images/a.jpg'))).toBe('scratch');
    expect(await finder.roleOf(name, false)).toBe('class-list');
  });

  it('beside the pictures serves the labels in another folder', async () => {
    await put('images/classes.txt', 'scratch\n');
    await put('images/a.jpg', '');
    await put('labels/a.txt', yolo);
    expect(classOf(await find('images/a.jpg'))).toBe('scratch');
  });

  it('is not a YAML file of another kind, nor a labels.txt that holds boxes, and nothing is said of those', async () => {
    await put('args.yaml', 'names:\n  scratch: 0\n');
    await put('labels.txt', yolo);
    await put('a.txt', yolo);
    const reading = readingOf(await find('a.jpg'));
    expect(reading?.annotations.map(({ classValue }) => classValue)).toEqual(['0']);
    expect(texts(reading?.problems ?? [])).toEqual([expect.stringContaining('no usable class list')]);
  });

  it('is found with its keypoints in data.yaml behind a classes.txt', async () => {
    await put('classes.txt', 'scratch\n');
    await put('data.yaml', 'kpt_shape: [2, 2]\nnames: [other]\n');
    await put('a.txt', '0 0.4 0.4 0.3 0.3 0.3 0.3 0.5 0.5\n');
    expect(readingOf(await find('a.jpg'))?.annotations).toEqual([
      { classValue: 'scratch', xCenter: 0.4, yCenter: 0.4, width: 0.3, height: 0.3 },
    ]);
  });
});
