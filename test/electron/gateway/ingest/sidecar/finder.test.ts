import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type FoundSidecar,
  isSidecarName,
  SidecarFinder,
} from '../../../../../electron/gateway/ingest/sidecar/finder.ts';
import { isClassListName, isSharedSidecarName } from '../../../../../electron/gateway/ingest/sidecar/sidecar-names.ts';
import { stemOf } from '../../../../../electron/gateway/platform/names.ts';
import { texts } from '../../../../support/spoken.ts';
import { fixture, json } from './reading.ts';

vi.setConfig({ testTimeout: 60_000 });

let parent: string;
let root: string;
let finder: SidecarFinder;
let now: number;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sidecars-'));
  root = join(parent, 'in');
  await mkdir(root);
  now = Date.now();
  finder = new SidecarFinder(root, () => now);
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
const find = (path: string, maxAge?: number): Promise<FoundSidecar | null> =>
  finder.find(path, { filename: path.slice(path.lastIndexOf('/') + 1), width: 640, height: 480 }, maxAge);
const classesOf = (found: FoundSidecar | null): readonly string[] =>
  found?.outcome.kind === 'read'
    ? found.outcome.reading.annotations.map(({ classValue }) => classValue)
    : ['(not read)'];
const problemsOf = (found: FoundSidecar | null): readonly string[] => {
  if (found?.outcome.kind === 'read') return texts(found.outcome.reading.problems);
  return found?.outcome.kind === 'bad' ? texts([found.outcome.problem]) : [];
};

const acusight = (label: string): string =>
  json({ annotations: [{ class_value: label, x_center: 0.5, y_center: 0.5, width: 0.1, height: 0.1 }] });
const voc = (label: string): string =>
  `<annotation><object><name>${label}</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>64</xmax><ymax>48</ymax></bndbox></object></annotation>`;
const yolo = '0 0.5 0.5 0.1 0.1\n';
const coco = (label: string, ...pictures: string[]): string =>
  json({
    images: pictures.map((file_name, id) => ({ id, file_name, width: 640, height: 480 })),
    categories: [{ id: 1, name: label }],
    annotations: pictures.map((_, image_id) => ({ image_id, category_id: 1, bbox: [0, 0, 64, 48] })),
  });

describe('the sidecar of a picture', () => {
  it.each([
    ['day/a.jpg', 'day/a.json', acusight('x')],
    ['day/a.jpg', 'day/a.jpg.json', acusight('x')],
    ['day/a.jpg', 'day/a.xml', voc('x')],
    ['a.jpg', 'a.jpg.txt', yolo],
    ['day/a.b.png', 'day/a.b.txt', yolo],
    ['images/a.jpg', 'labels/a.txt', yolo],
    ['set/images/train/a.jpg', 'set/labels/train/a.txt', yolo],
    ['images/x/images/a.jpg', 'images/x/labels/a.txt', yolo],
    ['VOC/JPEGImages/a.jpg', 'VOC/Annotations/a.xml', voc('x')],
    ['images/a.jpg', 'annotations/a.xml', voc('x')],
    ['A.JPG', 'A.XML', voc('x')],
    ['Prüfung 7/日本.jpg', 'Prüfung 7/日本.json', acusight('x')],
  ])('of %s is %s', async (picturePath, sidecarPath, content) => {
    await put(sidecarPath, content);
    expect(await find(picturePath)).toMatchObject({
      path: join(root, sidecarPath),
      relativePath: sidecarPath,
      shared: false,
      outcome: { kind: 'read', reading: { annotations: [{ width: expect.closeTo(0.1) }] } },
    });
  });

  it('is null where there is none, and never a class list or a file of another picture', async () => {
    await put('classes.txt', '0 0.5 0.5 0.1 0.1');
    await put('ab.json', acusight('x'));
    for (const path of ['a.jpg', 'classes.jpg', 'gone/away/a.jpg', `${'n'.repeat(253)}.jpg`])
      expect(await find(path)).toBeNull();
  });

  it('is the first that can be read, in the documented order', async () => {
    await put('images/a.jpg', '');
    await put('labels/a.txt', yolo);
    const order = [
      ['images/a.txt', yolo],
      ['images/a.xml', voc('xml')],
      ['images/a.jpg.json', acusight('long')],
      ['images/a.json', acusight('json')],
    ] as const;
    expect((await find('images/a.jpg'))?.relativePath).toBe('labels/a.txt');
    for (const [path, content] of order) {
      await put(path, content);
      expect((await find('images/a.jpg'))?.relativePath).toBe(path);
    }
  });

  it('is a good one before a broken one, and what is unrelated is passed over', async () => {
    await put('a.json', '{"annotations": [');
    expect(await find('a.jpg')).toMatchObject({ relativePath: 'a.json', outcome: { kind: 'bad' } });
    await put('a.xml', voc('good'));
    expect(classesOf(await find('a.jpg'))).toEqual(['good']);
    await put('b.json', '{"exposure": 3}');
    expect(await find('b.jpg')).toBeNull();
    await put('b.txt', yolo);
    expect((await find('b.jpg'))?.relativePath).toBe('b.txt');
  });

  it('is not sought outside of the source, by any path', async () => {
    await writeFile(join(parent, 'a.json'), acusight('outside'));
    for (const path of ['../a.jpg', 'x/../../a.jpg', '/a.jpg', './a.jpg', '']) expect(await find(path)).toBeNull();
    await mkdir(join(root, 'images'));
    await mkdir(join(parent, 'labels'));
    expect(await find('images/a.jpg')).toBeNull();
  });

  it('is not read through a link that leads out of the source, but through one that stays inside', async () => {
    await writeFile(join(parent, 'secret.json'), acusight('outside'));
    await symlink(join(parent, 'secret.json'), join(root, 'a.json'));
    expect(problemsOf(await find('a.jpg'))).toEqual([
      expect.stringMatching(/^a\.json: .*leads out of the watched folder\.$/),
    ]);
    await symlink(parent, join(root, 'labels'));
    await writeFile(join(parent, 'b.txt'), yolo);
    expect(problemsOf(await find('images/b.jpg'))).toEqual([
      expect.stringContaining('leads out of the watched folder'),
    ]);
    await put('real.json', acusight('inside'));
    await symlink('real.json', join(root, 'c.json'));
    expect(classesOf(await find('c.jpg'))).toEqual(['inside']);
    await symlink('d.json', join(root, 'd.json'));
    await symlink('nowhere', join(root, 'e.json'));
    expect(problemsOf(await find('d.jpg'))).toEqual([expect.stringContaining('link to itself')]);
    expect(await find('e.jpg')).toBeNull();
  });

  it('that is too large, or a folder, or unreadable does not throw', async () => {
    await put('a.json', Buffer.alloc(10_000_001, 32));
    expect(problemsOf(await find('a.jpg'))).toEqual(['a.json: it has 11 MB, more than the 10 MB that are read.']);
    await mkdir(join(root, 'b.json'));
    expect(await find('b.jpg')).toBeNull();
    await put('c.json', acusight('x'));
    await chmod(join(root, 'c.json'), 0);
    // The superuser may read it all the same.
    if (process.getuid?.() !== 0)
      expect(problemsOf(await find('c.jpg'))).toEqual([expect.stringContaining('access denied')]);
    await rm(root, { recursive: true });
    expect(await find('a.jpg')).toBeNull();
  });
});

describe('the class list of a YOLO sidecar', () => {
  it('is the nearest upward from the sidecar, never above the source', async () => {
    await writeFile(join(parent, 'classes.txt'), 'outside');
    await put('images/train/a.jpg', '');
    await put('labels/train/a.txt', yolo);
    expect(classesOf(await find('images/train/a.jpg'))).toEqual(['0']);
    await put('data.yaml', 'names: [root]');
    expect(classesOf(await find('images/train/a.jpg'))).toEqual(['root']);
    await put('labels/obj.names', 'near');
    expect(classesOf(await find('images/train/a.jpg'))).toEqual(['near']);
    await put('labels/classes.txt', 'nearer');
    expect(classesOf(await find('images/train/a.jpg'))).toEqual(['nearer']);
    await put('labels/train/data.yml', 'names: {0: nearest}');
    expect(classesOf(await find('images/train/a.jpg'))).toEqual(['nearest']);
  });

  it('is passed over when it is a YAML file of another kind, and reported when it is wrong', async () => {
    await put('day/a.txt', yolo);
    await put('day/data.yaml', 'nc: 1\n');
    await put('classes.txt', 'root');
    expect(classesOf(await find('day/a.jpg'))).toEqual(['root']);
    await put('day/data.yaml', 'names: [a');
    expect(classesOf(await find('day/a.jpg'))).toEqual(['0']);
    expect(problemsOf(await find('day/a.jpg'))[0]).toMatch(/^day\/data\.yaml: its "names" cannot be read/);
  });

  it('is read again when it changes', async () => {
    await put('a.txt', yolo);
    await put('classes.txt', 'one');
    expect(classesOf(await find('a.jpg'))).toEqual(['one']);
    await put('classes.txt', 'two');
    await utimes(join(root, 'classes.txt'), 1, 1);
    expect(classesOf(await find('a.jpg'))).toEqual(['two']);
    await rm(join(root, 'classes.txt'));
    expect(classesOf(await find('a.jpg'))).toEqual(['0']);
  });
});

describe('a COCO file for a folder', () => {
  it.each([
    ['day/a.jpg', 'day/_annotations.coco.json'],
    ['a.jpg', 'annotations.json'],
    ['day/a.jpg', 'day/instances_default.json'],
    ['images/a.jpg', 'annotations/instances_train2017.json'],
    ['images/train/a.jpg', 'annotations/instances_train.json'],
    ['images/train/a.jpg', 'images/annotations/annotations.json'],
  ])('speaks for %s from %s', async (picturePath, sidecarPath) => {
    await put(picturePath, '');
    await put(sidecarPath, coco('x', 'a.jpg', 'b.jpg'));
    expect(await find(picturePath)).toMatchObject({ relativePath: sidecarPath, shared: true });
    expect(classesOf(await find(picturePath))).toEqual(['x']);
    expect(await find(picturePath.replace('a.jpg', 'c.jpg'))).toBeNull();
  });

  it("comes after the picture's own sidecar, and before its broken one", async () => {
    await put('annotations.json', coco('folder', 'a.jpg'));
    await put('a.txt', yolo);
    await put('classes.txt', 'own');
    expect(classesOf(await find('a.jpg'))).toEqual(['own']);
    await put('a.txt', Buffer.from([0, 1, 2, 3]));
    expect(classesOf(await find('a.jpg'))).toEqual(['folder']);
  });

  it("is shared also when it has a picture's name and lists several pictures", async () => {
    await put('a.json', coco('x', 'a.jpg', 'b.jpg'));
    expect(await find('a.jpg')).toMatchObject({ shared: true, outcome: { kind: 'read' } });
    await put('a.json', coco('x', 'a.jpg'));
    expect(await find('a.jpg')).toMatchObject({ shared: false, outcome: { kind: 'read' } });
  });

  it('that is broken is reported, and one that is no COCO is passed over', async () => {
    await put('annotations.json', '{"images": [');
    const broken = await find('a.jpg');
    expect(broken).toMatchObject({ shared: true, outcome: { kind: 'bad' } });
    expect(problemsOf(broken)).toEqual([expect.stringContaining('annotations.json: it is not valid JSON')]);
    await put('instances_b.json', coco('x', 'a.jpg'));
    now += 250;
    expect(classesOf(await find('a.jpg'))).toEqual(['x']);
    await put('annotations.json', '{"version": 1}');
    expect(await find('z.jpg')).toBeNull();
  });

  it('is read once for many pictures, and again when it changes', async () => {
    const pictures = Array.from({ length: 300 }, (_, index) => `p${index}.jpg`);
    const boxes = Array.from({ length: 60_000 }, (_, index) => ({
      image_id: index % 300,
      category_id: 1,
      bbox: [0, 0, 64, 48],
      segmentation: [[1, 2, 3, 4, 5, 6]],
    }));
    const images = pictures.map((file_name, id) => ({ id, file_name, width: 640, height: 480 }));
    await put('annotations.json', json({ images, categories: [{ id: 1, name: 'first' }], annotations: boxes }));
    const start = performance.now();
    const all = await Promise.all(pictures.map((path) => find(path)));
    // Reading the file for each picture would take 300 times as long as once.
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(all.every((found) => classesOf(found).length === 200)).toBe(true);
    await put('annotations.json', coco('second', 'p1.jpg'));
    expect(classesOf(await find('p1.jpg'))).toEqual(['second']);
    await rm(join(root, 'annotations.json'));
    expect(await find('p1.jpg')).toBeNull();
  });

  it('with a free name is noticed at once, and within the age that the caller allows it may be overlooked', async () => {
    await put('a.jpg', '');
    expect(await find('a.jpg')).toBeNull();
    await put('instances_late.json', coco('late', 'a.jpg'));
    now += 250;
    expect(await find('a.jpg', 250)).toBeNull();
    expect(classesOf(await find('a.jpg'))).toEqual(['late']);
  });
});

describe('names', () => {
  it('tell sidecars and class lists from other files', () => {
    for (const name of ['a.json', 'x/A.TXT', 'a.xml', 'a.yaml', 'a.YML', 'x/obj.names'])
      expect(isSidecarName(name)).toBe(true);
    for (const name of ['a.jpg', 'a', 'a.json.tmp', 'json', 'names']) expect(isSidecarName(name)).toBe(false);
    for (const name of ['classes.txt', 'x/Classes.TXT', 'data.yml', 'x/obj.names', 'coco.names'])
      expect(isClassListName(name)).toBe(true);
    for (const name of ['my-classes.txt', 'data.json', 'data']) expect(isClassListName(name)).toBe(false);
    for (const name of ['annotations.json', 'x/_annotations.coco.json', 'instances_val.json'])
      expect(isSharedSidecarName(name)).toBe(true);
  });

  it('have stems', () => {
    expect(['a.jpg', 'x.y/a.b.jpg', 'x.y/a', '.hidden', 'x/.hidden', 'a.'].map(stemOf)).toEqual([
      'a',
      'x.y/a.b',
      'x.y/a',
      '.hidden',
      'x/.hidden',
      'a',
    ]);
  });
});

describe('a folder of the fixtures', () => {
  it('is understood whole', async () => {
    for (const name of ['acusight.json', 'yolo.txt', 'voc.xml', 'labelme.json', 'classes.txt'])
      await put(name, fixture(name));
    await put('instances.json', fixture('coco.json'));
    const found = async (path: string) => {
      const { outcome } = (await find(path)) ?? {};
      return outcome?.kind === 'read' ? [outcome.reading.format, outcome.reading.annotations.length] : outcome;
    };
    expect(await found('acusight.jpg')).toEqual(['acusight', 2]);
    expect(await found('yolo.jpg')).toEqual(['yolo', 3]);
    expect(await found('voc.jpg')).toEqual(['voc', 2]);
    expect(await found('labelme.jpg')).toEqual(['labelme', 3]);
    expect(await found('part.jpg')).toEqual(['coco', 2]);
    expect(await found('empty.jpg')).toEqual(['coco', 0]);
  });
});
